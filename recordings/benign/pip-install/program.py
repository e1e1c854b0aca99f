"""Makes a small wheel and installs it with pip, without any index. Without pip, it unpacks the wheel as pip would."""
import importlib.util
import os
import subprocess
import sys
import zipfile

here = os.getcwd()
wheel = os.path.join(here, "planted-1.0-py3-none-any.whl")
info = "planted-1.0.dist-info/"
with zipfile.ZipFile(wheel, "w") as archive:
    archive.writestr("planted/__init__.py", "ANSWER = 42\n")
    archive.writestr(info + "METADATA", "Metadata-Version: 2.1\nName: planted\nVersion: 1.0\n")
    archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    archive.writestr(info + "RECORD", "planted/__init__.py,,\n%sMETADATA,,\n%sWHEEL,,\n%sRECORD,,\n" % (info, info, info))

target = os.path.join(here, "lib", "site-packages")
if importlib.util.find_spec("pip"):
    subprocess.check_call(
        [sys.executable, "-m", "pip", "--quiet", "--no-cache-dir", "--disable-pip-version-check"]
        + ["install", "--no-index", "--no-deps", "--target", target, wheel]
    )
else:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)

sys.path.insert(0, target)
import planted

print("installed", planted.ANSWER)

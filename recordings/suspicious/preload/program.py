"""Names a start-up file, which is empty, for all shells below it."""
import os
import subprocess

path = os.path.join(os.getcwd(), "empty.sh")
with open(path, "w"):
    pass
os.environ["BASH_ENV"] = path
subprocess.check_call(["sh", "-c", "true"])

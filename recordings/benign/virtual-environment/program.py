"""Makes a virtual environment without pip and runs its Python."""
import os
import subprocess
import sys
import venv

folder = os.path.join(os.getcwd(), "env")
venv.create(folder, with_pip=False, symlinks=True)
subprocess.check_call([os.path.join(folder, "bin", "python"), "-c", "import sys; print(sys.prefix != sys.base_prefix)"])

"""Writes a program and a script to a temporary folder and runs both."""
import os
import subprocess
import sys

program = os.path.join(os.getcwd(), "tool")
with open(program, "w") as file:
    file.write("#!/bin/sh\necho the program ran\n")
os.chmod(program, 0o755)
subprocess.check_call([program])

script = os.path.join(os.getcwd(), "step.py")
with open(script, "w") as file:
    file.write("print('the script ran')\n")
subprocess.check_call([sys.executable, "-I", script])

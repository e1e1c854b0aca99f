"""Reads the environment of a child that sleeps."""
import subprocess

with subprocess.Popen(["sleep", "5"]) as child:
    with open("/proc/%d/environ" % child.pid, "rb") as file:
        file.read()
    child.kill()

"""Writes a .pth file and a sitecustomize to a packages folder of its own."""
import os

packages = os.path.join(os.getcwd(), "lib", "python3", "site-packages")
os.makedirs(packages)
for name in ("zz_helper.pth", "sitecustomize.py"):
    with open(os.path.join(packages, name), "w") as file:
        file.write("# nothing is run\n")

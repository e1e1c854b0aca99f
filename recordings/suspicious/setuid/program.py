"""Makes a file of its own setuid."""
import os

path = os.path.join(os.getcwd(), "tool")
with open(path, "w"):
    pass
os.chmod(path, 0o4755)
os.chmod(path, 0o600)

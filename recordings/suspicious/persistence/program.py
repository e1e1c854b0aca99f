"""Writes a shell profile, a user's service and an autostart entry, all in a home of its own."""
import os

home = os.environ["HOME"]
units = os.path.join(home, ".config", "systemd", "user")
autostart = os.path.join(home, ".config", "autostart")
os.makedirs(units)
os.makedirs(autostart)

with open(os.path.join(home, ".bashrc"), "a") as file:
    file.write("# nothing is run\n")

descriptor = os.open(os.path.join(units, "sync.service"), os.O_WRONLY | os.O_CREAT, 0o644)
os.close(descriptor)

draft = os.path.join(home, "draft")
with open(draft, "w") as file:
    file.write("[Desktop Entry]\n")
os.replace(draft, os.path.join(autostart, "sync.desktop"))

"""Empties and removes a shell's history in a home of its own, and attempts to remove a log that does not exist."""
import os

history = os.path.join(os.environ["HOME"], ".bash_history")
with open(history, "a") as file:
    file.write("ls\n")
with open(history, "w"):
    pass
os.remove(history)
try:
    os.remove("/var/log/auth.log.auditrules-made-this-name-up")
except OSError as error:
    print("refused:", error.strerror)

"""Gives 30 files of its own a further ending, and attempts to remove 30 that do not exist."""
import os

for number in range(30):
    path = os.path.join(os.getcwd(), "%02d.txt" % number)
    with open(path, "w"):
        pass
    os.rename(path, path + ".locked")

for number in range(30):
    try:
        os.remove("/nonexistent/auditrules/%02d.txt" % number)
    except OSError:
        pass

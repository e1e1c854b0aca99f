"""Unpickles objects that run a harmless command, by os.system and by subprocess."""
import os
import pickle
import subprocess
import time


class BySystem:
    def __reduce__(self):
        return os.system, ("true",)


class BySubprocess:
    def __reduce__(self):
        return subprocess.call, (["true"],)


for attack in (BySystem(), BySubprocess()):
    pickle.loads(pickle.dumps(attack))
    # Longer than the rules' window, so that each command belongs to its own pickle.
    time.sleep(2.2)

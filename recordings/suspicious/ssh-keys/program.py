"""Adds to, then replaces, the authorized keys of a home of its own."""
import os

folder = os.path.join(os.environ["HOME"], ".ssh")
os.makedirs(folder)
keys = os.path.join(folder, "authorized_keys")
with open(keys, "a") as file:
    file.write("# no key\n")
with open(keys + ".new", "w") as file:
    file.write("# no key either\n")
os.rename(keys + ".new", keys)

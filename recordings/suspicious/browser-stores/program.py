"""Reads planted stores of a browser in a home of its own, as a file and as a database."""
import os
import sqlite3

profile = os.path.join(os.environ["HOME"], ".mozilla", "firefox", "planted.default")
os.makedirs(profile)
logins = os.path.join(profile, "logins.json")
with open(logins, "w") as file:
    file.write("{}\n")

with open(logins) as file:
    file.read()
sqlite3.connect(os.path.join(profile, "cookies.sqlite")).close()

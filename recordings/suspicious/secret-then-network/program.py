"""Reads a planted private key, then attempts a connection outwards."""
import os
import socket

key = os.path.join(os.environ["HOME"], ".ssh", "id_ed25519")
os.makedirs(os.path.dirname(key))
with open(key, "w") as file:
    file.write("planted, no key at all\n")

with open(key) as file:
    file.read()

# The socket is closed: the attempt raises its event, and nothing can be sent.
closed = socket.socket()
closed.close()
try:
    closed.connect(("192.0.2.1", 443))
except OSError as error:
    print("refused:", error)

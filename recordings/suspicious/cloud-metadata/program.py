"""Attempts to reach the cloud's metadata service, with a socket that can send nothing."""
import socket

# The socket is closed: the attempt raises its event, and nothing can be sent.
closed = socket.socket()
closed.close()
try:
    closed.connect(("169.254.169.254", 80))
except OSError as error:
    print("refused:", error)

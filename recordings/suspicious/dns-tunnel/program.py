"""Asks for ten long names, with a flag that keeps the question inside the machine."""
import base64
import os
import socket

for number in range(10):
    label = base64.b32encode(b"planted, not secret %d" % number).decode().rstrip("=").lower()
    try:
        # AI_NUMERICHOST: names are refused, no name server is asked.
        socket.getaddrinfo(label + ".example.org", 53, flags=socket.AI_NUMERICHOST)
    except OSError:
        pass

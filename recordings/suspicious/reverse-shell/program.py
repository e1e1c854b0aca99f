"""Connects to a listener of its own on loopback and starts shells that end at once: by subprocess, and on a terminal."""
import pty
import socket
import subprocess

with socket.socket() as listener, socket.socket() as caller:
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    caller.connect(listener.getsockname())
    subprocess.call(["/bin/sh", "-i"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    caller.close()
    with socket.socket() as second:
        second.connect(listener.getsockname())
        pty.spawn(["/bin/sh", "-c", "exit"])

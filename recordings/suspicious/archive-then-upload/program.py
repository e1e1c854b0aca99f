"""Packs a folder of its own into an archive, then attempts a connection outwards."""
import os
import shutil
import socket

documents = os.path.join(os.getcwd(), "documents")
os.makedirs(documents)
with open(os.path.join(documents, "plan.txt"), "w") as file:
    file.write("planted\n")
shutil.make_archive(os.path.join(os.getcwd(), "all"), "zip", documents)

# The socket is closed: the attempt raises its event, and nothing can be sent.
closed = socket.socket()
closed.close()
try:
    closed.connect(("192.0.2.1", 443))
except OSError as error:
    print("refused:", error)

"""What `auditrules demo` records: a secret is read, then something is sent away. All of it is harmless.

The secret is made up and lies in a folder that this program makes and removes; the receiver is this program itself,
on the loopback interface.
"""

import os
import shutil
import socket
import tempfile
import threading

SECRET = """[default]
aws_access_key_id = AKIADEMODEMODEMODEMO
aws_secret_access_key = not-a-secret-not-a-secret-not-a-secret
"""


def plant(home):
    path = os.path.join(home, ".aws", "credentials")
    os.makedirs(os.path.dirname(path))
    with open(path, "w") as file:
        file.write(SECRET)
    return path


def read(path):
    with open(path) as file:
        return file.read()


def listen():
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)

    def receive():
        connection, _ = listener.accept()
        while connection.recv(4096):
            pass
        connection.close()

    receiver = threading.Thread(target=receive)
    receiver.start()
    return listener, receiver


def send(address, text):
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(text.encode())


def main():
    home = tempfile.mkdtemp(prefix="auditrules-demo-")
    try:
        listener, receiver = listen()
        secret = read(plant(home))
        send(listener.getsockname(), secret)
        receiver.join(10)
        listener.close()
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()

"""Performs each of `[position, text]` of a JSON file: what it names is never there, so that only the event remains."""

import json
import os
import socket
import subprocess
import sys
import urllib.request


def attempt(call, *arguments, **named):
    try:
        return call(*arguments, **named)
    except Exception:
        return None


def database(text):
    import sqlite3

    sqlite3.connect(text).close()


def request(url, data, headers):
    urllib.request.OpenerDirector().open(urllib.request.Request(url, data, headers))


def address(text):
    attempt(socket.getaddrinfo, text, 80)
    sys.audit("socket.connect", None, (text, 443))


def header(text):
    name, colon, value = text.partition(": ")
    request("http://host.example/", None, {name: value} if colon and "\n" not in name else {"X-Note": text})


def listed(text):
    """An option and its value are two items."""
    option, space, value = text.partition(" ")
    return [option, value] if option[:2] == "--" and option.islower() and space else [text]


POSITIONS = [
    lambda text: attempt(open, text),
    lambda text: attempt(os.listdir, text.encode()),
    lambda text: subprocess.run(["true"] + listed(text)),
    lambda text: attempt(subprocess.Popen, text),
    lambda text: subprocess.run(["true"], env={"NOTE": text}),
    lambda text: os.putenv("NOTE", text),
    lambda text: address(text),
    lambda text: request("http://host.example/ " + text, text.encode(), {}),
    lambda text: attempt(header, text),
    lambda text: attempt(database, text),
    lambda text: compile("x = %r\n" % text, "<" + text + ">", "exec"),
    lambda text: attempt(__import__, text),
    lambda text: sys.audit("custom", [1, {"k": (text, [text.encode()])}, bytearray(text.encode())], {text: None}),
]

with open(sys.argv[1]) as file:
    planted = json.load(file)
for position, text in planted:
    POSITIONS[position % len(POSITIONS)](text)

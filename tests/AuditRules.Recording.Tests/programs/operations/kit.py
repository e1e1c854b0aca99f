"""What operations are made of: see __main__.py."""

import os
import sys

OPERATIONS = []  # title, function, and whose events count: "thread", "interpreter" or "process"
FOLDER = sys.argv[1]
ME = sys.executable


def operation(title):
    def add(function):
        OPERATIONS.append((title, function, "thread"))
        return function

    return add


def path(name):
    return os.path.join(FOLDER, name)


def made(name, data=b"0123456789"):
    with open(path(name), "wb") as file:
        file.write(data)
    return path(name)


def simple(title, prepare, perform, tidy=lambda value: None, whose="thread"):
    """An operation of three expressions."""

    def run():
        value = prepare()
        yield
        try:
            perform(value)
        except OSError:
            pass  # the attempt is what is asked about
        yield
        tidy(value)

    OPERATIONS.append((title, run, whose))


def nothing():
    return None


def close(value):
    value.close()


def opened(mode="r+b"):
    return lambda: open(made("a"), mode)


def descriptor(flags=os.O_RDWR):
    return lambda: os.open(made("a"), flags)


def attempt(function):
    try:
        function()
    except OSError:
        pass


def module(name):
    return lambda: __import__(name, fromlist=["x"])


def ctypes():
    return __import__("ctypes")

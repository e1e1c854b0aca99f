"""Tries 20 ports of loopback, then one port of 20 loopback addresses. Nobody listens there."""
import socket


def attempt(host, port):
    with socket.socket() as probe:
        probe.connect_ex((host, port))


for port in range(1001, 1021):
    attempt("127.0.0.1", port)
for last in range(1, 21):
    attempt("127.0.0.%d" % last, 1001)

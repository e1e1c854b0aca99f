"""Serves a folder on loopback and reads from it; defines classes whose code the standard library generates."""
import collections
import functools
import http.server
import json
import os
import threading
import urllib.request

with open(os.path.join(os.getcwd(), "data.json"), "w") as file:
    json.dump({"names": ["a", "b"]}, file)


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = "http://127.0.0.1:%d" % server.server_port
for _ in range(5):
    with urllib.request.urlopen(address + "/data.json") as answer:
        data = json.load(answer)
    with urllib.request.urlopen(address + "/") as answer:
        answer.read()
server.shutdown()

# These compile text named <string>, as exec of a payload does.
Point = collections.namedtuple("Point", "x y")
import dataclasses

Line = dataclasses.make_dataclass("Line", [("start", Point), ("end", Point)])
print(Line(Point(0, 0), Point(1, 1)), eval("1 + 2"), data["names"])

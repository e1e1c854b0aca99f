"""Downloads a script from a server of its own on loopback, writes it to a temporary folder, and runs it."""
import http.server
import os
import subprocess
import threading
import urllib.request


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"#!/bin/sh\necho the downloaded script ran\n")

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()

with urllib.request.urlopen("http://127.0.0.1:%d/agent" % server.server_port) as answer:
    payload = answer.read()

path = os.path.join(os.getcwd(), "agent")
with open(path, "wb") as file:
    file.write(payload)
os.chmod(path, 0o755)
subprocess.check_call([path])
server.shutdown()

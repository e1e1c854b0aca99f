"""Fetches encoded text from a server of its own on loopback, decodes it and runs it."""
import base64
import http.server
import threading
import urllib.request

PAYLOAD = base64.b64encode(b"import os\nprint('the payload runs in', os.path.basename(os.getcwd()))\n")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAYLOAD)

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with urllib.request.urlopen("http://127.0.0.1:%d/stage2" % server.server_port) as answer:
    exec(base64.b64decode(answer.read()))
server.shutdown()

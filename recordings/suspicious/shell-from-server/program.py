"""A web server on loopback that runs what is asked of it; its client asks twice."""
import http.server
import os
import subprocess
import threading
import urllib.request


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/system":
            os.system("true")
        else:
            subprocess.check_call("true", shell=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
for path in ("/system", "/subprocess"):
    urllib.request.urlopen("http://127.0.0.1:%d%s" % (server.server_port, path)).close()
server.shutdown()

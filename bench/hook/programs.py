"""Real programs to record: programs.py imports|http|opens|compileall"""

import sys


def imports():
    import argparse, asyncio, base64, bz2, calendar, concurrent.futures, configparser, csv, ctypes, dataclasses, datetime
    import decimal, difflib, email.message, fractions, gzip, hashlib, http.client, json, logging, multiprocessing, pathlib
    import pickle, sqlite3, ssl, tarfile, unittest, urllib.request, xml.etree.ElementTree, zipfile


def http():
    import http.server
    import threading
    import urllib.request

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 1000)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for i in range(300):
        opener.open("http://127.0.0.1:%d/%d" % (server.server_port, i)).read()


def opens():
    for _ in range(20000):
        with open("/etc/passwd", "rb") as file:
            file.read(10)


def compileall():
    import compileall
    import email
    import os
    import shutil
    import tempfile

    folder = tempfile.mkdtemp()
    try:
        shutil.copytree(os.path.dirname(email.__file__), folder + "/email")
        compileall.compile_dir(folder, quiet=2, force=True)
    finally:
        shutil.rmtree(folder)


{"imports": imports, "http": http, "opens": opens, "compileall": compileall}[sys.argv[1]]()

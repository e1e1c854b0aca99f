"""Runs a test suite in a child: files, threads, mocks, subprocesses, temporary folders."""
import os
import subprocess
import sys

SUITE = '''
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import unittest
from unittest import mock


class Files(unittest.TestCase):
    def test_round_trip(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.json")
            with open(path, "w") as file:
                json.dump({"a": [1, 2, 3]}, file)
            with open(path) as file:
                self.assertEqual(json.load(file)["a"], [1, 2, 3])

    def test_threads(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.assertEqual(sum(pool.map(len, ["a", "bb", "ccc"])), 6)

    def test_child(self):
        answer = subprocess.check_output([sys.executable, "-c", "print(6 * 7)"])
        self.assertEqual(answer.strip(), b"42")

    @mock.patch("os.getcwd", return_value="/somewhere")
    def test_mock(self, getcwd):
        self.assertEqual(os.getcwd(), "/somewhere")
'''

with open(os.path.join(os.getcwd(), "test_files.py"), "w") as file:
    file.write(SUITE)
subprocess.check_call([sys.executable, "-m", "unittest", "--quiet", "test_files"])

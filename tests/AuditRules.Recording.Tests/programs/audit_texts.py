"""Raises an event `t` for each text of a JSON file: as str, as bytes, and as item of a list."""

import json
import sys

with open(sys.argv[1]) as file:
    texts = json.load(file)
for text in texts:
    sys.audit("t", text, text.encode(), [text])

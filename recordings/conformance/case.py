"""One damaged trace, and what a reader says of it."""

import json

from model import *

NO_FRAME, PAYLOAD, TRUNCATED, GAP, REPEATED = "NoFrame", "Payload", "Truncated", "Gap", "Repeated"
FOREIGN, MALFORMED, LIMIT, PREAMBLE, AFTER_END, TOTALS = "Foreign", "Malformed", "Limit", "Preamble", "AfterEnd", "Totals"

FRAMES = {
    META: "meta", DATA: "data", PROCESS: "process", LOSS: "loss", END: "end", INDEX: "index", CHECKPOINT: "checkpoint",
    0x90: "unknown",
}


class Case:
    def __init__(self, name, data, damages=(), events=(), of=None, error=None, closed=True, trace=None):
        self.name, self.data, self.of, self.error = name, data, of, error
        self.damages, self.events, self.closed = list(damages), sorted(events), closed
        # Its own lines, where no valid trace has the events.
        self.lines = [line for line in trace.lines if line.startswith('{"seq"')] if trace else None

    def expected(self):
        if self.error:
            made = {"error": {"code": self.error[0], "offset": self.error[1]}}
        else:
            made = {"damages": [{"code": code, "offset": offset} for code, offset in self.damages]}
            made["closed"] = self.closed
            if self.lines is None:
                made["of"], made["events"] = self.of, self.events
            else:
                chosen = [line for line in self.lines if json.loads(line)["seq"] in self.events]
                made["events"] = self.events
                made["lines"] = chosen
        return json.dumps(made, ensure_ascii=False) + "\n"


def flipped(data, offset, bit=1):
    made = bytearray(data)
    made[offset] ^= bit
    return bytes(made)

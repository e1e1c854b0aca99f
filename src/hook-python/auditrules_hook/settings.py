"""What the session told this process (segment.md, section 1)."""

import os
import re

DROP = [
    "array.__new__", "builtins.id", "code.__new__", "marshal.*", "object.__delattr__", "object.__getattr__",
    "object.__setattr__", "sys._getframe", "sys._getframemodulename", "time.sleep",
]
PUTENV, PAIR = -2, -3
ENVIRONMENTS = {
    "os.putenv": PUTENV, "subprocess.Popen": 3, "os.exec": 2, "os.posix_spawn": 2, "os.spawn": 3,
    "_posixsubprocess.fork_exec": 2,
}


def _globs(name):
    return [g for g in os.environ.get(name, "").split(",") if g]


def _any(globs):
    one = "|".join(re.escape(g).replace(r"\*", ".*").replace(r"\?", ".") for g in globs)
    return re.compile("(?:%s)" % one, re.DOTALL).fullmatch if globs else lambda name: None


class Settings:
    def __init__(self):
        self.folder = os.environ.get("AUDITRULES_DIR", "")
        self.all = os.environ.get("AUDITRULES_PROFILE") == "all"
        self.frames = os.environ.get("AUDITRULES_FRAMES") != "0"
        self.redact = os.environ.get("AUDITRULES_REDACT") != "0"
        self.environment = {"none": 0, "all": 2}.get(os.environ.get("AUDITRULES_ENV", ""), 1)
        self.include, self.exclude = _globs("AUDITRULES_INCLUDE"), _globs("AUDITRULES_EXCLUDE")
        self.drop = [] if self.all else DROP
        self._include, self._exclude, self._drop = _any(self.include), _any(self.exclude), _any(self.drop)

    def keeps(self, name):
        return not self._exclude(name) and (bool(self._include(name)) or not self._drop(name))

    def place(self, name):
        """The argument of that event that holds an environment and is not simply written, PUTENV, PAIR or None."""
        if self.environment == 2:
            return PAIR if name == "os.putenv" else None
        return ENVIRONMENTS.get(name)

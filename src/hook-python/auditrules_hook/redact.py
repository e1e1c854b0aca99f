"""Secrets in text (segment.md, section 11): byte for byte what src/hook/redact*.c does."""

import re

from .siphash import siphash

AHEAD, NAME, MARK = 1024, 64, 33
SECRET, CREDENTIALS = 1, 2

_ENDINGS = tuple(name.encode() for name in (
    "password passwd passphrase passcode secret token apikey accesskey secretkey privatekey accountkey sharedkey authkey "
    "masterkey signingkey encryptionkey credential credentials signature sessionid sessid authorization cookie").split())
_WORDS = {b"pass", b"pwd", b"pw", b"sig", b"auth", b"jwt", b"otp"}
_CONSTANTS = {b"none", b"null", b"true", b"false"}

_ALNUM, _TOKEN = b"[A-Za-z0-9]", b"[A-Za-z0-9_-]"
_shapes = []
for _names, _least, _class, _mixed in [
    ("ghp_ gho_ ghu_ ghs_ ghr_", 20, _ALNUM, 0), ("github_pat_", 20, _TOKEN, 0), ("npm_ hf_", 30, _ALNUM, 0),
    ("sk_live_ sk_test_ rk_live_ rk_test_", 16, _ALNUM, 0), ("whsec_", 24, _ALNUM, 0),
    ("dop_v1_ doo_v1_", 40, _ALNUM, 0), ("shpat_ shpca_ shppa_ shpss_", 32, _ALNUM, 0), ("glsa_", 32, _TOKEN, 0),
    ("glpat- gldt- glrt- glcbt- glptt-", 16, _TOKEN, 0), ("xoxa- xoxb- xoxe- xoxp- xoxr- xoxs- xapp-", 10, _TOKEN, 0),
    ("pypi-", 32, _TOKEN, 1), ("sk-", 20, _TOKEN, 1), ("GOCSPX-", 20, _TOKEN, 0), ("AGE-SECRET-KEY-", 40, _TOKEN, 0),
]:
    _shapes += [(_prefix.encode(), _least, re.compile(_class + b"*"), _mixed) for _prefix in _names.split()]

_trigger = re.compile(rb"[:= \-_IJ]")
_token = re.compile(_TOKEN + b"*")
_token_or_point = re.compile(rb"[A-Za-z0-9_.-]*")
_auth = re.compile(rb"[A-Za-z0-9._~+/=-]*")
_base64 = re.compile(rb"[A-Za-z0-9+/]*")
_capitals = re.compile(rb"[A-Z0-9]*")
_alnum = re.compile(_ALNUM + b"*")
_digit, _digit_or_padding, _upper = re.compile(b"[0-9]"), re.compile(b"[0-9=]"), re.compile(b"[A-Z]")
_bare = re.compile(rb"[^\x00-\x20\x7f\"'`&;,)\]}<>|\\]*")
_authority = re.compile(rb"[^\x00-\x20/?#\"<>`\\]*")
_call = re.compile(rb"[A-Za-z_.][A-Za-z0-9_.]*\(")
_login = re.compile(rb"(?:PASS|AUTH PLAIN|authinfo pass|[A-Z0-9]{1,64} LOGIN) ([^\r\n]*)").match
_is_name = re.compile(rb"[A-Za-z0-9_.-]{1,64}").fullmatch
_is_mark = re.compile(rb"\(redacted:[a-z]{1,5}:[0-9a-f]{16}\)").match
_camel = re.compile(rb"(?<=[a-z0-9])(?=[A-Z])|[_.-]")
_before = re.compile(rb"[A-Za-z0-9_.-]{0,64}\Z")


def _alone(data, start):
    return start == 0 or not data[start - 1:start].isalnum()


def _name_start(data, floor, end):
    return _before.search(data, max(floor, end - NAME), end).start()


def names_secret(name):
    """True for the name of a secret: of an option, a variable, a parameter, a key."""
    last = name[-NAME:]
    if last.translate(_LOWER, b"_.-").endswith(_ENDINGS):
        return True
    return name != b"PWD" and _camel.split(last)[-1].lower() in _WORDS


_LOWER = bytes(c + 32 if 65 <= c <= 90 else c for c in range(256))


def asks(name):
    """What a text that is a name as a whole says of the value that it belongs to."""
    if not _is_name(name) or not names_secret(name):
        return 0
    return CREDENTIALS if name.lower().endswith(b"authorization") else SECRET


def mark(key, kind, secret):
    return b"(redacted:%b:%b)" % (kind, siphash(key, secret).hex().encode())


def asked(key, data, what):
    """What stands for a text that was asked for so; empty when it is no secret."""
    if not what or not data or _is_mark(data) or (data[:2] == b"--" and data[2:3].isalnum()):
        return b""
    kept = 0
    if what == CREDENTIALS:
        kept = _alnum.match(data, 0, NAME - 1).end()
        kept = kept + 1 if kept and kept + 1 < len(data) and data[kept:kept + 1] == b" " else 0
        if _is_mark(data, kept):
            return b""
    return data[:kept] + mark(key, b"auth" if what == CREDENTIALS else b"named", data[kept:])


def may_hold(data):
    """False where surely no secret is."""
    return len(data) == 40 or _trigger.search(data) is not None


class Scan:
    """Finds the secrets of a text one behind the other."""

    def __init__(self, data, item=False, cut=False):
        self.data, self.item, self.cut = data, item, cut
        self.at = self.floor = 0

    def find(self):
        """Start, end and kind of the next secret, or None."""
        data = self.data
        if self.at == 0 and len(data) == 40 and not self.cut:
            found = self._aws(0)
            if found:
                self.at = self.floor = len(data)
                return found
        while True:
            trigger = _trigger.search(data, self.at)
            if trigger is None:
                self.at = len(data)
                return None
            at = trigger.start()
            self.at = at + 1
            found = _RULES[data[at]](self, at)
            if found and self.floor <= found[0] < found[1] and not _is_mark(data, found[0]):
                self.at = self.floor = found[1]
                return found

    def _spaces(self, at):
        end = at
        while end - at < 4 and self.data[end:end + 1] == b" ":
            end += 1
        return end

    def _authorization(self, name_end):
        return name_end - 13 >= self.floor and self.data[name_end - 13:name_end].lower() == b"authorization"

    def _named(self, name_end, start, end):
        data = self.data
        if self._authorization(name_end):
            scheme = _alnum.match(data, start).end()
            if scheme > start and scheme + 1 < end and data[scheme:scheme + 1] == b" ":
                start = scheme + 1
            return start, end, b"auth"
        return start, end, b"named"

    def _reference(self, start, end, bare):
        data = self.data
        if data[start:end].lower() in _CONSTANTS:
            return True
        if end - start >= 2 and data[start:start + 1] == b"$" and (
                data[start + 1:start + 2].isalpha() or data[start + 1:start + 2] in (b"_", b"{", b"(")):
            return True
        return bare and _call.match(data, start, end) is not None

    def _value(self, at, bare, name_end):
        data, q = self.data, at
        if data[q:q + 1] in (b"b", b"B", b"r", b"R", b"u", b"U", b"f", b"F") and data[q + 1:q + 2] in (b'"', b"'"):
            q += 1
        escaped = data[q:q + 1] == b"\\"
        q += escaped
        quoted = data[q:q + 1] in (b'"', b"'", b"`")
        if quoted:
            quote, start = data[q], q + 1
            end = start
            while end < len(data) and data[end] != quote and not (escaped and data[end] == 92):
                end += 2 if data[end] == 92 and end + 1 < len(data) else 1
        elif bare and not escaped:
            start, end = at, _bare.match(data, at).end()
        else:
            return None
        if end <= start or self._reference(start, end, not quoted):
            return None
        return self._named(name_end, start, end)

    def _aws(self, at):
        data = self.data
        if data[at:at + 1] in (b'"', b"'", b"`"):
            at += 1
        if data[at:at + 1] == b"/":
            return None
        end = _base64.match(data, at).end()
        if end - at != 40 or _auth.match(data, end).end() > end:
            return None
        run = data[at:end]
        if run.upper() == run or run.lower() == run or not _digit.search(run):
            return None
        return at, end, b"token"

    def _userinfo(self, at):
        data = self.data
        end = _authority.match(data, at).end()
        sign, colon = data.rfind(b"@", at, end), data.find(b":", at, end)
        if sign < 0 and self.cut and end == len(data) and colon >= 0:
            sign = end
        if sign < 0 or _is_mark(data, at):
            return None
        password = 0 <= colon < sign
        user = (colon if password else sign) - at
        if not password and user < 20:
            return None
        return colon + 1 if user < 20 else at, sign, b"url"

    def _equals(self, at):
        data = self.data
        if data[at + 1:at + 2] == b"=" or (at and data[at - 1:at] in (b"=", b"!", b"<", b">")):
            return None
        end, value = at, self._spaces(at + 1)
        while end > self.floor and at - end < 4 and data[end - 1] == 32:
            end -= 1
        spaced = end < at or value > at + 1
        for skipped in (b"]", b"\"'`", b"\\"):
            if end > self.floor and data[end - 1:end] in skipped:
                end -= 1
        start = _name_start(data, self.floor, end)
        # Between semicolons PWD is no working directory.
        odbc = start > 0 and data[start - 1:end] == b";PWD"
        if start == end or not (odbc or names_secret(data[start:end])):
            return self._aws(value)
        if self.item and start == 0 and end == at and (data[0] == 45 or min(data) > 32):
            return at + 1, len(data), b"named"
        return self._value(value, not spaced, end)

    def _colon(self, at):
        data = self.data
        if data[at + 1:at + 3] == b"//":
            return self._userinfo(at + 3)
        end, value = at, self._spaces(at + 1)
        quoted = end > self.floor and data[end - 1:end] in b"\"'`"
        end -= quoted
        if quoted and end > self.floor and data[end - 1] == 92:
            end -= 1
        start = _name_start(data, self.floor, end)
        if start == end or not names_secret(data[start:end]):
            return self._aws(value)
        found = self._value(value, quoted, end)
        if found:
            return found
        before = data[start - 1:start] if start else b"\n"
        if quoted:
            return None
        if before not in (b"\n", b"\r", b'"', b"'", b"`"):
            return self._value(value, True, end) if b"-" in data[start:end] and not self._authorization(end) else None
        stop = value
        while stop < len(data) and data[stop:stop + 1] not in (b"\n", b"\r", before):
            stop += 1
        if stop == value or self._reference(value, stop, False):
            return None
        return self._named(end, value, stop)

    def _space(self, at):
        data = self.data
        login = _login(data)
        if login and login.start(1) == at + 1:
            return at + 1, login.end(1), b"auth"
        start, value = _name_start(data, self.floor, at), at + 1
        word = data[start:at].lower()
        if word in (b"token", b"bearer", b"basic"):
            end = _auth.match(data, value).end()
            run = data[value:end]
            if len(run) >= (20 if word == b"token" else 8) and (
                    len(run) >= 32 or _digit_or_padding.search(run) or _upper.search(run, 1)):
                return value, end, b"auth"
        value = self._spaces(value)
        if at - start >= 2 and data[start] == 45 and names_secret(data[start:at]):
            if value >= len(data) or data[value] == 45:
                return None
            return self._value(value, True, at)
        return self._aws(value)

    def _dash(self, at):
        data = self.data
        if data[at:at + 11] != b"-----BEGIN ":
            return self._prefixed(at)
        start = data.find(b"-----", at + 11, at + 79)
        if start < 0 or data.find(b"PRIVATE KEY", at + 11, start + 10) < 0:
            return None
        end = data.find(b"-----END", start + 5)
        return start + 5, len(data) if end < 0 else end, b"pem"

    def _prefixed(self, at):
        data = self.data
        for prefix, least, run, mixed in _shapes:
            if not data.endswith(prefix, 0, at + 1) or at < 2:
                continue
            start, end = at + 1 - len(prefix), run.match(data, at + 1).end()
            rest = data[at + 1:end]
            if _alone(data, start) and len(rest) >= least and (
                    not mixed or (_upper.search(rest) and _digit.search(rest))):
                return start, end, b"token"
        return None

    def _capital(self, at):
        data = self.data
        if at >= 2 and data[at - 2:at] in (b"AK", b"AS") and _alone(data, at - 2):
            end = _capitals.match(data, at - 2).end()
            if end - (at - 2) == 20 and data[at + 1] == 65 and not data[end:end + 1].islower():
                return at - 2, end, b"token"
        if at >= 1 and data[at - 1:at + 3] == b"AIza" and _alone(data, at - 1):
            end = _token.match(data, at - 1).end()
            if end - (at - 1) >= 39:
                return at - 1, end, b"token"
        return None

    def _web_token(self, at):
        data = self.data
        if at < 2 or data[at - 2:at] != b"ey" or not _alone(data, at - 2):
            return None
        first = _token.match(data, at - 2).end()
        if first == len(data):
            return (at - 2, first, b"token") if self.cut else None
        if first - (at - 2) < 10 or data[first] != 46:
            return None
        second = _token.match(data, first + 1).end()
        if second - (first + 1) < 10:
            return None
        return at - 2, _token_or_point.match(data, second).end(), b"token"


_RULES = {ord(":"): Scan._colon, ord("="): Scan._equals, ord(" "): Scan._space, ord("-"): Scan._dash,
          ord("_"): Scan._prefixed, ord("I"): Scan._capital, ord("J"): Scan._web_token}


def copy(key, scan, head, room, cut):
    """The text up to `head` with marks, at most `room` bytes, and whether it is whole; `cut` shortens between characters."""
    out, start = bytearray(), 0
    while start < head:
        found = scan.find()
        if found and found[0] >= head:
            found = None
        piece = scan.data[start:found[0] if found else head]
        if len(piece) > room - len(out):
            return bytes(out + cut(piece, room - len(out))), False
        out += piece
        if found is None:
            break
        if room - len(out) < MARK:
            return bytes(out), False
        out += mark(key, found[2], scan.data[found[0]:found[1]])
        start = found[1]
    return bytes(out), True

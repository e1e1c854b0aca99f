module AuditRules.Recording.Tests.HookValues

open Expecto
open AuditRules.Recording.Tests.HookLab

/// The arguments of `sys.audit("t", <code>)`.
let private written hook python code =
    script hook [] python $"import sys\nsys.audit('t', {code})" |> args "t"

let private cases =
    [
        "None, True, False, 0, -1, 127, 128, 255, 256, 65535, 65536, -32, -33, -129, -32769, -2147483649",
        "[null, true, false, 0, -1, 127, 128, 255, 256, 65535, 65536, -32, -33, -129, -32769, -2147483649]"
        "2**63-1, -2**63, 2**32, 1.5, -0.0, float('inf')",
        "[9223372036854775807, -9223372036854775808, 4294967296, 1.5, -0.0, {\"$float\": \"inf\"}]"
        "2**63, -2**63-1, 2**64, 2**70, -2**70",
        """[{"$int": "9223372036854775808"}, {"$int": "-9223372036854775809"}, {"$int": "18446744073709551616"}, """
        + """{"$int": "1180591620717411303424"}, {"$int": "-1180591620717411303424"}]"""
        "'', 'abc', 'é', 'Ж€', '😀', 'a\\0b'",
        """["", "abc", "\u00e9", "\u0416\u20ac", "\ud83d\ude00", "a\u0000b"]"""
        "b'', b'\\xff\\0', bytearray(b'q')", """[{"$bytes": ""}, {"$bytes": "ff00"}, {"$bytes": "71"}]"""
        "'\\ud800', 'a\\udfffЖ'",
        """[{"$raw": [{"$bytes": "eda080"}]}, {"$raw": [{"$bytes": "61edbfbfd096"}]}]"""
        "[], (), {}, [1, (2, [3])], {'a': {b'b': 1}}",
        """[[], [], {"$map": []}, [1, [2, [3]]], {"$map": [["a", {"$map": [[{"$bytes": "62"}, 1]]}]]}]"""
        "1 << 40000", """[{"$truncated": [10, 5001, {"$bytes": ""}, null]}]"""
        "[[[[[[[[[1]]]]]]]]]", """[[[[[[[[[{"$truncated": [7, 1, {"$bytes": ""}, null]}]]]]]]]]]"""
    ]

let private plain hook =
    onEveryPython $"S28, S30: plain values keep kind and content ({hook})" (fun python ->
        for code, expected in cases do
            Expect.equal (written hook python code) [ expected ] code)

let private repeat count (text: string) = String.replicate count text

[<Tests>]
let tests =
    testList
        "hook values"
        [
            plain Native
            plain Fallback

            onBothHooks
                "S31: long text is cut between characters and tells its length in bytes"
                (fun hook python ->
                    match written hook python "'a' + 'é' * 2500, '😀' * 2000, b'x' * 4097, 'a' * 4096" with
                    | [ text ] ->
                        Expect.stringContains text ("[5, 5001, {\"$bytes\": \"") "length"

                        Expect.stringContains
                            text
                            ("\"a" + repeat 2047 "\\u00e9" + "\"]")
                            "2,047 characters of two bytes"

                        Expect.stringContains
                            text
                            ("\"" + repeat 1024 "\\ud83d\\ude00" + "\"]")
                            "1,024 of four"

                        Expect.stringContains text ("[6, 4097, ") "bytes"
                        Expect.stringEnds text (", \"" + repeat 4096 "a" + "\"]") "4,096 bytes are not cut"
                    | other -> failtestf "%A" other)

            onEveryPython
                "S33: the digest is SipHash-2-4 under the run's key, the same in both hooks"
                (fun python ->
                    inFolder (fun folder ->
                        // The key and, for 15 bytes of message, the result are those of the paper's appendix.
                        System.IO.File.WriteAllBytes(
                            System.IO.Path.Combine(folder, "key"),
                            [| for i in 0uy .. 15uy -> i |]
                        )

                        let code =
                            "import sys\nsys.audit('os.putenv', 'K', bytes(range(15)))\nsys.audit('t', 'a' * 5000)"

                        let native = recordIn folder Native [] [ python.Path; "-c"; code ]
                        let both = recordIn folder Fallback [] [ python.Path; "-c"; code ]
                        Expect.equal native.Exit 0 native.Error
                        let texts = args "t" both
                        Expect.equal texts.Length 2 "one of each hook"
                        Expect.equal texts[0] texts[1] "the same digest"
                        let secrets = args "os.putenv" both
                        let expected = """["K", {"$redacted": ["env", 15, "e545be4961ca29a1"]}]"""
                        Expect.equal secrets [ expected; expected ] "the paper's result, 0xa129ca6149be45e5"))

            onBothHooks
                "S30: long lists, maps and arguments are cut and tell their length"
                (fun hook python ->
                    match written hook python "list(range(2000)), {i: i for i in range(1500)}" with
                    | [ text ] ->
                        Expect.stringContains text "[7, 2000, {\"$bytes\": \"\"}, [0, 1, 2, " "list"
                        Expect.stringContains text ", 1022, 1023]]" "1,024 items"
                        Expect.stringContains text "[8, 1500, {\"$bytes\": \"\"}, {\"$map\": [[0, 0], " "map"
                    | other -> failtestf "%A" other

                    match written hook python "*range(300)" with
                    | [ text ] ->
                        Expect.stringEnds
                            text
                            ", 253, 254, {\"$truncated\": [7, 300, {\"$bytes\": \"\"}, null]}]"
                            ""
                    | other -> failtestf "%A" other)

            onBothHooks "S30: an event of any size and shape stays whole in its bounds" (fun hook python ->
                let code =
                    """
import sys
loop = []
loop.append(loop)
sys.audit("t", loop, [loop] * 1000)
sys.audit("t", [["x" * 4000] * 100] * 10, 5)
sys.audit("t", [[1] * 1000] * 1000, "end")
sys.audit("t", [["x" * 30] * 900] * 4, 3 ** 50, "é" * 90, b"a" * 100, lambda: 0, {"k": "v"})
sys.audit("t", "a" * 3000000, "é" * 3000000)
sys.audit("n" * 5000, 1)
sys.audit("", 1)
"""

                let recording = script hook [] python code
                Expect.hasLength (named "t" recording) 5 "events"

                Expect.equal
                    (named (repeat 4096 "n") recording |> List.map _.Args)
                    [ "[1]" ]
                    "a long name is cut"

                Expect.equal (args "" recording) [ "[1]" ] "an empty name")

            onEveryPython "S29: no method of an argument is called" (fun python ->
                let recording = record Native [] [ python.Path; program "hostile.py" ]
                Expect.equal recording.Exit 0 recording.Error

                let text =
                    """["text", 7, {"$int": "1180591620717411303424"}, 0.5, {"$bytes": "6279746573"}]"""

                Expect.equal (args "hostile.plain" recording) [ text ] "plain"

                Expect.equal
                    (args "hostile.containers" recording)
                    [ """[[1], [2], {"$map": [["a", 3]]}, 1]""" ]
                    "containers"

                Expect.equal
                    (args "hostile.objects" recording)
                    [
                        """[{"$object": ["Object", #, {"$map": []}]}, {"$object": ["Meta", #, {"$map": [["name", "Object"]]}]}, """
                        + """{"$object": ["Path", #, {"$map": [["path", "/a/b"]]}]}]"""
                    ]
                    "objects"

                let sockets = args "hostile.sockets" recording |> String.concat ""

                Expect.isMatch
                    sockets
                    """"socket", #, .*\["fd", \d+\], \["family", 2\], \["type", 1\], \["proto", 0\]"""
                    ""

                Expect.isMatch
                    sockets
                    """"Socket", #, .*\["fd", \d+\], \["family", 2\], \["type", 2\], \["proto", 0\]"""
                    "")

            onEveryPython "S29: the Python hook calls no method of an argument either" (fun python ->
                let recording = record Fallback [] [ python.Path; program "hostile.py" ]
                Expect.equal recording.Exit 0 recording.Error
                Expect.hasLength (named "hostile.objects" recording) 1 "objects"
                Expect.hasLength (named "hostile.sockets" recording) 1 "sockets")

            onEveryPython "S32: safe facts of functions, code, types and paths" (fun python ->
                let code =
                    """
import pathlib, sys
def f(): pass
class C:
    def m(self): pass
sys.audit("t", f, C().m, len, C, compile("1", "file.py", "eval"))
sys.audit("p", pathlib.PurePosixPath("/a") / "b", pathlib.Path("x", "y"), pathlib.Path("."), sys)
"""

                let recording = script Native [] python code

                let fact name line =
                    $"""{{"$map": [["name", "{name}"], ["file", "<string>"], ["line", {line}]]}}"""

                let method =
                    if python.Version >= System.Version(3, 11) then
                        "C.m"
                    else
                        "m"

                Expect.equal
                    (args "t" recording)
                    [
                        $"""[{{"$object": ["function", #, {fact "f" 3}]}}, {{"$object": ["method", #, {fact method 5}]}}, """
                        + """{"$object": ["builtin_function_or_method", #, {"$map": [["name", "len"]]}]}, """
                        + """{"$object": ["type", #, {"$map": [["name", "C"]]}]}, """
                        + """{"$object": ["code", #, {"$map": [["name", "<module>"], ["file", "file.py"], ["line", 1]]}]}]"""
                    ]
                    ""

                Expect.stringStarts
                    (args "p" recording |> List.head)
                    ("""[{"$object": ["PurePosixPath", #, {"$map": [["path", "/a/b"]]}]}, """
                     + """{"$object": ["PosixPath", #, {"$map": [["path", "x/y"]]}]}, """)
                    "")

            onBothHooks "S24, S26: the caller is the innermost frame" (fun hook python ->
                let code = "import sys\ndef f():\n    sys.audit('t')\n\n\nf()\nsys.audit('t')"
                let recording = script hook [] python code

                Expect.equal
                    [ for event in named "t" recording -> event.Caller, event.Line ]
                    [ Some("<string>", "f"), 3; Some("<string>", "<module>"), 7 ]
                    ""

                let without = script hook [ "AUDITRULES_FRAMES", "0" ] python code

                Expect.equal
                    [ for event in named "t" without -> event.Caller, event.Line ]
                    [ None, 0; None, 0 ]
                    "")

            onBothHooks "S25: a code object at a reused address is defined anew" (fun hook python ->
                let code =
                    "import sys\nfor i in range(3000): exec(compile('import sys; sys.audit(\"t\", %d)' % i, 'f%d.py' % i, 'exec'))"

                let recording = script hook [] python code

                Expect.equal
                    [ for event in named "t" recording -> event.Args, Option.map fst event.Caller ]
                    [ for i in 0..2999 -> $"[{i}]", Some $"f{i}.py" ]
                    "")

            onEveryPython
                "S24: the line is the running one, also where a code object is like one before it"
                (fun python ->
                    // A module's first line is 1 wherever its statements stand, and each is freed before the next.
                    let code =
                        "import sys\nfor i in range(50): exec(compile('\\n' * i + 'sys.audit(\"t\", %d)' % i, 'f.py', 'exec'))"

                    Expect.equal
                        [
                            for event in script Native [] python code |> named "t" -> event.Args, event.Line
                        ]
                        [ for i in 0..49 -> $"[{i}]", i + 1 ]
                        "")

            onEveryPython "3.11 makes frames on demand: no finalizer runs within the hook" (fun python ->
                let code =
                    """
import gc, sys
gc.set_threshold(1)
class C:
    def __init__(self): self.me = self
    def __del__(self): deleted.append(depth[0])
deleted, depth = [], [0]
def f():
    depth[0] = 1
    sys.audit("t")
    depth[0] = 0
for _ in range(2000):
    C()
    f()
gc.collect()
assert len(deleted) == 2000, len(deleted)
"""

                let recording = script Native [] python code
                Expect.hasLength (named "t" recording) 2000 "")

            onBothHooks "errno and a pending exception survive the hook" (fun hook python ->
                let code =
                    """
import ctypes, sys
ctypes.set_errno(77)
try:
    raise KeyError(1)
except KeyError as error:
    sys.audit("t", "\ud800" * 5000, 1 << 100)
    assert sys.exc_info()[1] is error
assert ctypes.get_errno() == 77
"""

                Expect.hasLength (script hook [] python code |> named "t") 1 "")
        ]

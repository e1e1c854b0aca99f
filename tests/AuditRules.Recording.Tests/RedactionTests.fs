module AuditRules.Recording.Tests.RedactionTests

open System
open System.IO
open System.Text
open System.Text.Json
open Expecto
open AuditRules.Recording
open AuditRules.Recording.Packing
open AuditRules.Recording.Redaction
open AuditRules.Recording.Segments
open AuditRules.Recording.Tests.HookLab
open AuditRules.Recording.Tests.RedactionSamples
open AuditRules.Traces

let private isNightly =
    Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

let private key = [| for i in 0uy .. 15uy -> i |]

/// What the C# implementation makes of a text.
let private redact isItem (text: string) =
    match CommandRedaction.Redact(ReadOnlySpan(Encoding.UTF8.GetBytes text), isItem, ReadOnlySpan key) with
    | null -> text
    | redacted -> Encoding.UTF8.GetString redacted

let private withKey folder =
    File.WriteAllBytes(Path.Combine(folder, "key"), key)

/// What a hook makes of texts, from `t` events: each as str, as bytes and as item of a list.
let private byHook hook (python: Python) (texts: string list) =
    inFolder (fun folder ->
        withKey folder
        let file = Path.Combine(folder, "texts.json")
        File.WriteAllText(file, JsonSerializer.Serialize texts)

        let recording =
            recordIn folder hook [] [ python.Path; program "audit_texts.py"; file ]

        Expect.equal recording.Exit 0 recording.Error
        Expect.isEmpty recording.Damage "damage"

        [
            for args in args "t" recording ->
                let args = JsonDocument.Parse(args).RootElement
                let bytes = nonNull (args[1].GetProperty("$bytes").GetString())
                let item = args[2]

                args[0].GetString(),
                Encoding.UTF8.GetString(Convert.FromHexString bytes),
                item[0].GetString()
        ])

/// The mark of a secret under the tests' key, whose hash is not looked at.
let private shown (text: string) =
    RegularExpressions.Regex.Replace(text, @"\((redacted:[a-z]+):[0-9a-f]{16}\)", "($1)")

let private examples =
    [
        "https://user:hunter2@host/x", "https://user:(redacted:url)@host/x"
        "https://git@host/x", "https://git@host/x"
        "https://h/p?a=1&token=x9&b=2#f", "https://h/p?a=1&token=(redacted:named)&b=2#f"
        "curl -H 'X-Api-Key: q' --token abc x",
        "curl -H 'X-Api-Key: (redacted:named)' --token (redacted:named) x"
        "Authorization: Basic dXNlcjpwYXNz\r\nHost: h", "Authorization: Basic (redacted:auth)\r\nHost: h"
        "password = \"hunter2\" # it", "password = \"(redacted:named)\" # it"
        "{\"apiKey\": \"x\", \"n\": 1}", "{\"apiKey\": \"(redacted:named)\", \"n\": 1}"
        "MYSQL_PWD=x9 PWD=/home/me", "MYSQL_PWD=(redacted:named) PWD=/home/me"
        "token = next(tokens)", "token = next(tokens)"
        "f(token=get_token(), password=None)", "f(token=get_token(), password=None)"
        "--token $TOKEN --password-file /run/pw", "--token $TOKEN --password-file /run/pw"
        "-----BEGIN " + "PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----",
        "-----BEGIN " + "PRIVATE KEY-----(redacted:pem)-----END PRIVATE KEY-----"
        "Server=h;Password=p9;Port=1", "Server=h;Password=(redacted:named);Port=1"
        "Server=h;PWD=p9;Port=1", "Server=h;PWD=(redacted:named);Port=1"
        "PASS correct horse", "PASS (redacted:auth)"
        "authinfo pass x y\r\n", "authinfo pass (redacted:auth)\r\n"
        "AUTH PLAIN AGEAYg==\r\n", "AUTH PLAIN (redacted:auth)\r\n"
        "KHAG1 LOGIN me \"x y\"\r\n", "KHAG1 LOGIN (redacted:auth)\r\n"
        "a PASS b, no LOGIN c", "a PASS b, no LOGIN c"
    ]

[<Tests>]
let tests =
    testList
        "redaction"
        [
            testCase "S61 to S65: only the secret is replaced"
            <| fun () ->
                for text, expected in examples do
                    Expect.equal (shown (redact false text)) expected text

            testCase "S61: what was redacted stays as it is"
            <| fun () ->
                for text in generated 3 3000 do
                    for isItem in [ false; true ] do
                        let once = redact isItem text

                        let marks =
                            RegularExpressions.Regex.Matches(once, @"\(redacted:[a-z]+:[0-9a-f]{16}\)")

                        for mark in marks do
                            Expect.stringContains (redact isItem once) mark.Value text

            testCase "S61: the pseudonym is that of an environment value (S35)"
            <| fun () ->
                Expect.equal
                    (Encoding.ASCII.GetString(Mark.Of(ReadOnlySpan key, "url", ReadOnlySpan key[..14])))
                    "(redacted:url:e545be4961ca29a1)"
                    "the result of the paper's appendix"

            testCase "S63, S66: in a command an option's value is a secret as a whole"
            <| fun () ->
                let command =
                    [|
                        "p"
                        "--password"
                        "correct horse"
                        "--password=pa ss"
                        "TOKEN=a,b"
                        "--token"
                        "--quiet"
                        "x"
                    |]

                Expect.equal
                    [ for text in CommandRedaction.Redact(command, ReadOnlySpan key) -> shown text ]
                    [
                        "p"
                        "--password"
                        "(redacted:named)"
                        "--password=(redacted:named)"
                        "TOKEN=(redacted:named)"
                        "--token"
                        "--quiet"
                        "x"
                    ]
                    ""

            testCase "of 2,000 harmless texts at most one in a hundred is altered"
            <| fun () ->
                let altered =
                    [
                        for text in harmless 2000 do
                            if redact true text <> text || redact false text <> text then
                                text
                    ]

                Expect.isLessThanOrEqual altered.Length 20 $"{altered}"

            for hook in [ Native; Fallback ] do
                onEveryPython
                    $"S61: on the border of a long text no half of a secret is written ({hook})"
                    (fun python ->
                        let code =
                            """
import sys
half = "DIuqshSifDr0wSe"[::-1]
sys.audit("t", "x" * 4000 + " password=" + half * 20, "x" * 4080 + " password=" + half, ("y" * 4085 + " token=" + half).encode(), [1, "--token", half * 900])
sys.audit("t", "é" * 2040 + " password=" + half + "z" * 3000, "é" + "pw=1 " * 1000)
"""

                        inFolder (fun folder ->
                            let recording = recordIn folder hook [] [ python.Path; "-c"; code ]
                            Expect.equal recording.Exit 0 recording.Error
                            Expect.isEmpty recording.Damage "damage"
                            let found = args "t" recording
                            Expect.hasLength found 2 "events"
                            Expect.stringContains found[0] " password=(redacted:named:" "str"
                            Expect.stringContains found[0] "--token\", \"(redacted:named:" "item"

                            for path in Directory.GetFiles(folder, "*.seg") do
                                let text = Encoding.Latin1.GetString(File.ReadAllBytes path)
                                Expect.isFalse (text.Contains "eSw0rD") "the secret"))

            for hook in [ Native; Fallback ] do
                onEveryPython
                    $"S66: of a huge secret the pseudonym is of its first 5,120 bytes ({hook})"
                    (fun python ->
                        let code =
                            """
import sys
for text in "x" * 5120, "x" * 5121, "x" * 3000000:
    sys.audit("t", ["--token", text], {b"token": text.encode()})
sys.audit("t", ["--token", "x" * 5119 + "é"], {"token": "x" * 5119})
"""

                        inFolder (fun folder ->
                            let recording = recordIn folder hook [] [ python.Path; "-c"; code ]
                            Expect.equal recording.Exit 0 recording.Error
                            let found = args "t" recording
                            Expect.hasLength found 4 "events"
                            Expect.stringContains found[0] "--token\", \"(redacted:named:" "a mark"
                            Expect.equal found[1] found[0] "one byte more"
                            Expect.equal found[2] found[0] "three million"

                            let mark =
                                RegularExpressions.Regex.Matches(found[3], "redacted:named:[0-9a-f]+")

                            Expect.equal mark[0].Value mark[1].Value "no half of a character"))

            onEveryPython
                "S66: a secret in the form of a str that old extensions make is not written"
                (fun python ->
                    let code =
                        """
import ctypes, sys
api, text = ctypes.pythonapi, "DIuqshSifDr0wSe"[::-1]
if sys.version_info < (3, 12):
    make, address = api.PyUnicode_FromUnicode, api.PyUnicode_AsUnicode
    make.restype, make.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_ssize_t]
    address.restype, address.argtypes = ctypes.c_void_p, [ctypes.py_object]
    lazy = make(None, len(text))
    ctypes.memmove(address(lazy), text.encode("utf-32-le"), len(text) * 4)
    text = lazy
sys.audit("t", ["--token", text])
"""

                    inFolder (fun folder ->
                        let recording =
                            recordIn folder Native [] [ python.Path; "-W"; "ignore"; "-c"; code ]

                        Expect.equal recording.Exit 0 recording.Error
                        Expect.hasLength (args "t" recording) 1 "events"

                        for path in Directory.GetFiles(folder, "*.seg") do
                            let text = Encoding.Latin1.GetString(File.ReadAllBytes path)
                            Expect.isFalse (text.Contains "eSw0rD") "the secret"))

            // A session takes in orphans, of whatever test.
            testSequenced (
                testCase "record: META says that texts are redacted, and its command is" (fun () ->
                    let command =
                        [ "python3"; "-c"; "import sys; sys.audit('t', sys.argv[1])"; "--token=x9" ]

                    let recorded = Programs.record command
                    Expect.isTrue recorded.Meta.Redacted "redacted"
                    Expect.equal (shown recorded.Meta.Command[3]) "--token=(redacted:named)" "the command"

                    Expect.equal
                        (Programs.firstArguments "t" recorded)
                        [ recorded.Meta.Command[3] ]
                        "one pseudonym"

                    for record in recorded.Processes do
                        Expect.isFalse
                            (Seq.exists (fun (text: string) -> text.Contains "x9") record.Command)
                            "processes"

                    let plain =
                        command
                        |> Programs.recordWith (fun options ->
                            RecordingOptions(
                                Command = options.Command,
                                Hook = HookChoice.Native,
                                Redact = false
                            ))

                    Expect.isFalse plain.Meta.Redacted "not redacted"
                    Expect.equal (List.ofSeq plain.Meta.Command) command "the command as it is"
                    Expect.equal (Programs.firstArguments "t" plain) [ "--token=x9" ] "the event as it is")
            )

            onEveryPython "S60: the three implementations agree" (fun python ->
                let texts =
                    generated 1 (if isNightly then 20000 else 700)
                    @ harmless 140
                    @ [ for _, make in kinds -> fst (make (Random 5)) ]

                let native = byHook Native python texts
                let fallback = byHook Fallback python texts
                Expect.equal native.Length texts.Length "events"

                for text, native, fallback in List.zip3 texts native fallback do
                    let plain, item = redact false text, redact true text
                    Expect.equal native (plain, plain, item) $"native: {text}"
                    Expect.equal fallback (plain, plain, item) $"Python: {text}")
        ]

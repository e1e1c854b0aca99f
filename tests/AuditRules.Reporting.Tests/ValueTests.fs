module AuditRules.Reporting.Tests.ValueTests

open System.Collections.Generic
open System.Collections.Immutable
open System.Numerics
open Expecto
open AuditRules.Events
open AuditRules.Reporting.Text

let private truncated =
    TruncatedValue(ValueKind.Str, 90_000L, ImmutableArray.Empty, Value.Str "head")

let private socket =
    ObjectValue("socket", 1L, Some.array [ KeyValuePair("fd", Value.Int 3L) ])

let rec private nested depth =
    if depth = 0 then
        Value.Int 1L
    else
        Value.List(nested (depth - 1))

[<Tests>]
let tests =
    testList
        "values as text"
        [
            testTheory
                "each kind has its form"
                [
                    Value.Nil, "None"
                    Value.Bool true, "True"
                    Value.Bool false, "False"
                    Value.Int -3L, "-3"
                    Value.Integer(BigInteger.Pow(2I, 70)), "1180591620717411303424"
                    Value.Float 1.5, "1.5"
                    Value.Float 1.0, "1.0"
                    Value.Float -0.0, "-0.0"
                    Value.Float 1e300, "1e+300"
                    Value.Float nan, "nan"
                    Value.Float -infinity, "-inf"
                    Value.Str "a\"b", "\"a\\\"b\""
                    Value.Bytes [| 65uy; 200uy |], "b\"A\\xc8\""
                    Value.RawStr [| 65uy |], "\"A\""
                    Value.List(Value.Str "h", Value.Int 80L), "[\"h\", 80]"
                    Value.Map(KeyValuePair(Value.Str "k", Value.Int 1L)), "{\"k\": 1}"
                    Value.Truncated truncated, "\"head\" (cut, 90,000 in all)"
                    Value.Object socket, "<socket fd=3>"
                    Value.Redacted(RedactedValue("env", 40L, "p1")), "<redacted env, 40 bytes>"
                ]
                (fun (value, expected) ->
                    Expect.equal (ValueText.Of(value, ValueLimits.Usual)) expected "shown")

            testCase "long text is cut and counted" (fun () ->
                let expected = "\"aaaaa\"... (1,000 characters)"
                let limits = ValueLimits(5, 16, 4)
                Expect.equal (ValueText.Of(Value.Str(String.replicate 1000 "a"), limits)) expected "text"
                let number = Value.Integer(BigInteger.Pow(10I, 1000))
                Expect.equal (ValueText.Of(number, limits)) "10000... (1,001 digits)" "number")

            testCase "what is shown of a large or deep value is bounded" (fun () ->
                let wide = Value.List [| for i in 1..100_000 -> Value.Int(int64 i) |]
                let text = ValueText.Of(wide, ValueLimits.Usual)
                Expect.stringEnds text "16, ... 99,984 more]" "the rest is counted"
                Expect.equal (ValueText.Of(nested 60, ValueLimits.Usual)) "[[[[[...]]]]]" "depth"
                let facts = Some.array [ for i in 1..20 -> KeyValuePair("f", Value.Int(int64 i)) ]
                let many = Value.Object(ObjectValue("t", 1L, facts))
                Expect.stringEnds (ValueText.Of(many, ValueLimits.Usual)) " f=16, ... 4 more>" "facts")

            testCase "C6: without limits all of a value is shown" (fun () ->
                let whole value = ValueText.Of(value, ValueLimits.None)
                let long = String.replicate 1000 "a"
                Expect.equal (whole (Value.Str long)) $"\"{long}\"" "text"
                let deep = String.replicate 60 "[" + "1" + String.replicate 60 "]"
                Expect.equal (whole (nested 60)) deep "depth"
                let wide = Value.List [| for i in 1..20 -> Value.Int(int64 i) |]
                Expect.stringEnds (whole wide) ", 18, 19, 20]" "items")

            testTheory
                "an event's name is in quotes where it could be taken for more than a name"
                [
                    "socket.connect", "socket.connect"
                    "my-app:log_in.2", "my-app:log_in.2"
                    "", "\"\""
                    "open path=\"/etc/shadow\"", "\"open path=\\\"/etc/shadow\\\"\""
                    "a\nb", "\"a\\nb\""
                    "naïve", "\"naïve\""
                ]
                (fun (name, expected) ->
                    let audited = AuditEvent(name, Some.array [ Value.Int 1L ]).View

                    Expect.stringStarts
                        (EventText.Of(audited, true, ValueLimits.Usual))
                        (expected + " ")
                        "event"

                    Expect.equal (EventText.Name name) expected "alone")

            testCase "the type and the facts of an object cannot look like more than one value" (fun () ->
                let facts = Some.array [ KeyValuePair("a b", Value.Int 1L) ]
                let forged = Value.Object(ObjectValue("a>  (app.py:1)", 1L, facts))

                Expect.equal
                    (ValueText.Of(forged, ValueLimits.Usual))
                    "<\"a>  (app.py:1)\" \"a b\"=1>"
                    "object"

                let secret = Value.Redacted(RedactedValue("a> b", 4L, "p"))

                Expect.equal
                    (ValueText.Of(secret, ValueLimits.Usual))
                    "<redacted \"a> b\", 4 bytes>"
                    "secret")

            testCase "a name that is cut says how long it is" (fun () ->
                Expect.equal
                    (EventText.Name(String.replicate 1000 "a", ValueLimits(3, 1, 1)))
                    "\"aaa\"... (1,000 characters)"
                    "name")

            testTheory
                "a caller's file and function are in quotes where they could be taken for more"
                [
                    ("app.py", 3, "main"), "app.py:3 in main"
                    ("/a/app.py", 3, "<module>"), "/a/app.py:3"
                    ("<string>", 1, "f.<locals>.g"), "<string>:1 in f.<locals>.g"
                    ("<frozen os>", 225, "makedirs"), "<frozen os>:225 in makedirs"
                    ("my app.py", 3, "main"), "\"my app.py\":3 in main"
                    ("app.py", 3, "main) open"), "app.py:3 in \"main) open\""
                    ("a\u2003b", 3, ""), "\"a\u2003b\":3"
                    ("<frozen os>:1 in f) x>", 3, ""), "\"<frozen os>:1 in f) x>\":3"
                ]
                (fun ((file, line, name), expected) ->
                    Expect.equal
                        (EventText.Of(Caller(file, line, name), ValueLimits.Usual))
                        expected
                        "caller")

            testCase "arguments have the catalogue's names, and numbers where it has none" (fun () ->
                let known = (Some.opened "/etc/hosts").View

                Expect.equal
                    (EventText.Of(known, true, ValueLimits.Usual))
                    "open path=\"/etc/hosts\" mode=\"r\" flags=524288"
                    "known"

                let custom =
                    AuditEvent("app.login", Some.array [ Value.Str "root"; Value.Nil ]).View

                Expect.equal
                    (EventText.Of(custom, true, ValueLimits.Usual))
                    "app.login 0=\"root\" 1=None"
                    "custom"

                Expect.equal
                    (EventText.Of(custom, false, ValueLimits.Usual))
                    "app.login 0=\"root\""
                    "without None")

            testTheory
                "a command line is quoted as a shell needs it"
                [
                    [ "app"; "--name=x"; "/a,b:c@d%e+f_g.h" ], "app --name=x /a,b:c@d%e+f_g.h"
                    [ "sh"; "-c"; "echo hi" ], "sh -c 'echo hi'"
                    [ "a"; "" ], "a ''"
                    [ "it's"; "$HOME"; "*"; "~" ], @"'it'\''s' '$HOME' '*' '~'"
                    [ "a\"b\\c" ], "'a\"b\\c'"
                    [ "日本" ], "日本"
                    [ "\u001b[31m'\"\\\n" ], "$'\\x1b[31m\\'\"\\\\\\n'"
                ]
                (fun (words, expected) -> Expect.equal (CommandText.Of words) expected "line")

            testTheory
                "offsets have the digits that matter"
                [
                    0L, "+0.000 s"
                    3_000_000L, "+0.003 s"
                    42_000L, "+0.000042 s"
                    61_000_000_000L, "+61.000 s"
                    -5_000_000L, "-0.005 s"
                ]
                (fun (nanoseconds, expected) -> Expect.equal (TimeText.Offset nanoseconds) expected "offset")

            testCase "C8: moments are in UTC" (fun () ->
                Expect.equal (TimeText.Moment 1_767_323_045_006_000_000L) "2026-01-02 03:04:05.006" "moment")
        ]

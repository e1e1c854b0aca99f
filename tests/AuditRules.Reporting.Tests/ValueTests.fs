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
                    Value.Float nan, "nan"
                    Value.Str "a\"b", "\"a\\\"b\""
                    Value.Bytes [| 65uy; 200uy |], "b\"A\\xc8\""
                    Value.RawStr [| 65uy |], "\"A\""
                    Value.List(Value.Str "h", Value.Int 80L), "[\"h\", 80]"
                    Value.Map(KeyValuePair(Value.Str "k", Value.Int 1L)), "{\"k\": 1}"
                    Value.Truncated truncated, "\"head\" (cut, 90,000 in all)"
                    Value.Object socket, "<socket fd=3>"
                    Value.Redacted(RedactedValue("env", 40L, "p1")), "<redacted env, 40 bytes>"
                ]
                (fun (value, expected) -> Expect.equal (ValueText.Of value) expected "shown")

            testCase "long text is cut and counted" (fun () ->
                let expected = "\"aaaaa\"... (1,000 characters)"
                Expect.equal (ValueText.Of(Value.Str(String.replicate 1000 "a"), 5)) expected "shown")

            testCase "what is shown of a large or deep value is bounded" (fun () ->
                let wide = Value.List [| for i in 1..100_000 -> Value.Int(int64 i) |]
                let text = ValueText.Of wide
                Expect.stringEnds text "16, ... 99,984 more]" "the rest is counted"
                Expect.equal (ValueText.Of(nested 60)) "[[[[[...]]]]]" "depth")

            testCase "arguments have the catalogue's names, and numbers where it has none" (fun () ->
                let known = (Some.opened "/etc/hosts").View

                Expect.equal
                    (EventText.Of(known, true))
                    "open path=\"/etc/hosts\" mode=\"r\" flags=524288"
                    "known"

                let custom =
                    AuditEvent("app.login", Some.array [ Value.Str "root"; Value.Nil ]).View

                Expect.equal (EventText.Of(custom, true)) "app.login 0=\"root\" 1=None" "custom"
                Expect.equal (EventText.Of(custom, false)) "app.login 0=\"root\"" "without None")

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

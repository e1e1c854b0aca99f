module AuditRules.Events.Tests.JsonTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open System.Text
open System.Text.Json
open AuditRules.Events
open AuditRules.Events.Json
open Expecto

let private config =
    { FsCheckConfig.defaultConfig with
        arbitrary = [ typeof<Some.Arbitraries> ]
    }

let private hosts =
    AuditEvent(
        "open",
        ImmutableArray.Create(Value.Str "/etc/hosts", Value.Str "r", Value.Int 524288),
        Time = 1_767_323_045_000_000_006L,
        Pid = 7,
        Thread = 7L,
        Caller = Caller("app.py", 3, "main")
    )

let private hostsLine =
    """{"seq":0,"time":"2026-01-02T03:04:05.000000006Z","pid":7,"tid":7,"process":0,"event":"open","args":["/etc/hosts","r",524288],"caller":{"file":"app.py","line":3,"function":"main"}}"""

let private readEvent line =
    match EventJson.Read(line: string) with
    | :? JsonEvent as e -> e.Event
    | other -> failtestf "no event: %A" other

let private readError line =
    match EventJson.Read(line: string) with
    | :? JsonError as e -> e.Column, e.Message
    | other -> failtestf "no error: %A" other

let private argument json =
    (readEvent $"""{{"event":"x","ts":0,"args":[{json}]}}""").Arguments[0]

let private map entries =
    Value.Map [| for key, value in entries -> KeyValuePair(key, value) |]

let private str (text: string) = Value.Str text

/// Each form of a value, both ways.
let private forms =
    [
        "J5 nil", Value.Nil, "null"
        "J5 true", Value.Bool true, "true"
        "J5 text with a control character", str "a\u001bb", "\"a\\u001Bb\""
        "J6 an integer", Value.Int Int64.MinValue, "-9223372036854775808"
        "J6 a float that is whole", Value.Float 1.0, "1.0"
        "J6 a negative zero", Value.Float -0.0, "-0.0"
        "J6 a large float", Value.Float 1e300, "1E+300"
        "J7 a list", Value.List [| Value.Int 1; Value.Nil |], "[1,null]"
        "J7 a map", map [ str "a", Value.Int 1 ], """{"a":1}"""
        "J7 an empty map", map [], "{}"
        "J7 a map with a $ key", map [ str "$a", Value.Int 1 ], """{"$map":[["$a",1]]}"""
        "J7 a map with a key that is no text", map [ Value.Int 1, str "a" ], """{"$map":[[1,"a"]]}"""
        "J7 a map with a key twice",
        map [ str "a", Value.Int 1; str "a", Value.Int 2 ],
        """{"$map":[["a",1],["a",2]]}"""
        "J8 bytes", Value.Bytes [| 0uy; 255uy |], """{"$bytes":"AP8="}"""
        "J9 text that is not UTF-8", Value.RawStr [| 0xeduy; 0xb2uy; 0x80uy |], """{"$str":"7bKA"}"""
        "J10 a big integer", Value.Integer(1I <<< 64), """{"$int":"18446744073709551616"}"""
        "J11 infinity", Value.Float Double.PositiveInfinity, """{"$float":"inf"}"""
        "J11 no number",
        Value.Float(BitConverter.Int64BitsToDouble 0x7ff8000000000000L),
        """{"$float":"nan"}"""
        "J11 no number of other bits",
        Value.Float(BitConverter.Int64BitsToDouble -1L),
        """{"$float":"nan:ffffffffffffffff"}"""
        "J12 an object",
        Value.Object(
            ObjectValue(
                "socket",
                0x7f00L,
                ImmutableArray.Create(
                    KeyValuePair("fd", Value.Int 3),
                    KeyValuePair("type", Value.Int 1),
                    KeyValuePair("$x", Value.Nil)
                )
            )
        ),
        """{"$object":{"type":"socket","identity":"0x7f00","fd":3,"$type":1,"$$x":null}}"""
        "J13 a truncated value",
        Value.Truncated(TruncatedValue(ValueKind.Str, 90000L, ImmutableArray.Create(1uy, 0xabuy), str "he")),
        """{"$truncated":{"kind":"str","length":90000,"digest":"01ab","head":"he"}}"""
        "J14 a redacted value",
        Value.Redacted(RedactedValue("env", 40L, "9f3c")),
        """{"$redacted":{"kind":"env","length":40,"pseudonym":"9f3c"}}"""
    ]

let private errors =
    [
        "J20 an empty line", "", 1, "the line is empty"
        "J20 a list", "[]", 1, "a line must be an object"
        "J20 a line that ends early", """{"event":"x""", 12, "this is not JSON"
        "J20 more behind the object", """{"event":"x","ts":0} 1""", 22, "this is not JSON"
        "J21 no event", """{"ts":0}""", 1, "there is no event"
        "J21 no time", """{"event":"x"}""", 1, "there is no time"
        "J21 a member twice", """{"event":"x","ts":0,"time":1}""", 21, "time is there twice"
        "J21 arguments that are no list", """{"event":"x","ts":0,"args":{}}""", 28, "args must be a list"
        "J21 a pid that is text", """{"pid":"7"}""", 8, "pid must be an integer of 32 bits"
        "J3 a time without an offset", """{"time":"2026-01-02T03:04:05"}""", 9, "time must be a time as"
        "J3 a time of 13 months", """{"time":"2026-13-02T03:04:05Z"}""", 9, "time must be a time as"
        "J22 a form that is not known",
        """{"ts":0,"event":"x","args":[{"$ref":1}]}""",
        30,
        "$ref is no form of a value"
        "J22 a form beside another key",
        """{"args":[{"$int":"1","a":1}]}""",
        22,
        "$int must be its object's only key"
        "J22 a form behind another key", """{"args":[{"a":1,"$int":"1"}]}""", 17, "a map with the key $int"
        "J22 base64 that is none", """{"args":[{"$bytes":"?"}]}""", 20, "$bytes must be base64"
        "J22 an integer of other characters",
        """{"args":[{"$int":"1e5"}]}""",
        18,
        "an integer has other characters"
        "J22 a float beyond all", """{"args":[1e999]}""", 10, "a number is out of range"
        "J22 half a surrogate pair", """{"args":["\ud800"]}""", 10, "text is not UTF-8"
        "J16 a record that is not known", """{"record":"x"}""", 1, "there is no record x"
        "J17 a change that is not known", """{"record":"process","change":"x"}""", 30, "change must be"
    ]

let private records: (string * obj * string) list =
    [
        "J16 META",
        TraceMeta(
            Recorder = "auditrules-native",
            Command = ImmutableArray.Create("python3", "app.py"),
            Pid = 7,
            WallClock = 1L,
            MonotonicClock = 5L,
            Callers = true,
            Boot = "b",
            Host = "h",
            User = "u",
            Directory = "/d",
            Derived = "cut",
            Sources = ImmutableArray.Create "id"
        ),
        """{"record":"meta","recorder":"auditrules-native","recorderVersion":"","runtime":"","runtimeVersion":"","platform":"","command":["python3","app.py"],"pid":7,"parentPid":0,"wallClock":"1970-01-01T00:00:00.000000001Z","monotonicClock":5,"profile":"","include":[],"exclude":[],"drop":[],"environment":"","redacted":false,"callers":true,"runId":"","commit":"","boot":"b","host":"h","user":"u","directory":"/d","derived":"cut","sources":["id"]}"""
        "J17 PROCESS",
        ProcessRecord(ProcessChange.Exit, 1, 0, 8, -1L, ImmutableArray<string>.Empty, Nullable 137),
        """{"record":"process","change":"exit","process":1,"parent":0,"pid":8,"time":"1969-12-31T23:59:59.999999999Z","command":[],"exitCode":137}"""
        "J17 PROCESS with facts",
        ProcessRecord(
            ProcessChange.NotRecorded,
            -1,
            0,
            0,
            1L,
            ImmutableArray.Create("python3", "x"),
            Nullable(),
            Facts = ImmutableArray.Create "environment"
        ),
        """{"record":"process","change":"not-recorded","process":-1,"parent":0,"pid":0,"time":"1970-01-01T00:00:00.000000001Z","command":["python3","x"],"facts":["environment"]}"""
        "J18 LOSS",
        LossRecord(-1, "disk-full", 3L, 0L, 2L, ImmutableArray.Create(KeyValuePair("open", 3L))),
        """{"record":"loss","process":-1,"reason":"disk-full","count":3,"to":"1970-01-01T00:00:00.000000002Z","events":{"open":3}}"""
        "J19 END",
        TraceTotals(5L, 2, -1L, -1L, 0L),
        """{"record":"end","events":5,"processes":2,"raised":-1,"filtered":-1,"lost":0}"""
    ]

let private write (write: Utf8JsonWriter -> unit) =
    let buffer = Buffers.ArrayBufferWriter<byte>()

    using (new Utf8JsonWriter(buffer, EventJson.WriterOptions)) write

    Encoding.UTF8.GetString buffer.WrittenSpan

let private writeRecord (record: objnull) =
    write (fun w ->
        match record with
        | :? TraceMeta as meta -> EventJson.Write(w, meta)
        | :? ProcessRecord as record -> EventJson.Write(w, record)
        | :? LossRecord as record -> EventJson.Write(w, record)
        | :? TraceTotals as totals -> EventJson.Write(w, totals)
        | other -> failtestf "no record: %A" other)

let private same (a: AuditEvent) (b: AuditEvent) =
    Expect.equal b.Name a.Name "name"
    Expect.sequenceEqual b.Arguments a.Arguments "arguments"

    Expect.equal
        (b.Time, b.Ordinal, b.Process, b.Pid, b.Thread, b.Caller)
        (a.Time, a.Ordinal, a.Process, a.Pid, a.Thread, a.Caller)
        "the rest"

[<Tests>]
let tests =
    testList
        "event JSON"
        [
            testCase "J1 J2 J4 an event is one object, in this order" (fun () ->
                Expect.equal (hosts.ToString()) hostsLine "")

            testCase "J1 an event without a caller has none" (fun () ->
                Expect.equal
                    (AuditEvent("x", ImmutableArray<Value>.Empty).ToString())
                    """{"seq":0,"time":"1970-01-01T00:00:00.000000000Z","pid":0,"tid":0,"process":0,"event":"x","args":[]}"""
                    "")

            testCase "J20 a line that was written is read" (fun () -> same hosts (readEvent hostsLine))

            testCase "J21 what a line does not say is 0, the thread the pid" (fun () ->
                match EventJson.Read """{"event":"x","ts":-5,"pid":9}""" with
                | :? JsonEvent as line ->
                    same
                        (AuditEvent("x", ImmutableArray<Value>.Empty, Time = -5L, Pid = 9, Thread = 9L))
                        line.Event

                    Expect.isFalse (line.HasOrdinal || line.HasProcess) "it says neither"
                | other -> failtestf "no event: %A" other)

            testCase "J23 other members become one map in a last argument" (fun () ->
                let e = readEvent """{"host":"h","event":"x","args":[1],"ts":0,"n":{"a":[2]}}"""

                let extra =
                    map [ str "host", str "h"; str "n", map [ str "a", Value.List [| Value.Int 2 |] ] ]

                Expect.sequenceEqual e.Arguments [ Value.Int 1; extra ] "")

            testCase "J3 a time has up to 9 digits of fraction and an offset" (fun () ->
                for text, expected in
                    [
                        "1970-01-01T00:00:01Z", 1_000_000_000L
                        "1970-01-01T00:00:00.5Z", 500_000_000L
                        "1970-01-01T01:00:00.000000001+01:00", 1L
                        "1969-12-31T23:30:00-00:30", 0L
                        "1969-12-31T23:59:59.999999999Z", -1L
                    ] do
                    Expect.equal (readEvent $"""{{"event":"x","time":"{text}"}}""").Time expected text)

            testList
                "a value is written so"
                [
                    for name, value, json in forms ->
                        testCase name (fun () -> Expect.equal (value.ToString()) json "")
                ]

            testList
                "a value is read so"
                [
                    for name, value, json in forms ->
                        testCase name (fun () -> Expect.equal (argument json) value "")
                ]

            testCase "J6 an integer of any length is read" (fun () ->
                Expect.equal (argument "18446744073709551616") (Value.Integer(1I <<< 64)) "")

            testList
                "a line that cannot be used says where and why"
                [
                    for name, line, column, message in errors ->
                        testCase name (fun () ->
                            let at, said = readError line
                            Expect.stringStarts said message "message"
                            Expect.equal at column "column")
                ]

            testCase "J24 values are nested at most 64 deep" (fun () ->
                let nested depth =
                    String('[', depth - 1) + "1" + String(']', depth - 1)

                Expect.equal (argument (nested 65)).Kind ValueKind.List "64 lists"

                Expect.stringContains
                    (snd (readError $"""{{"event":"x","ts":0,"args":[{nested 66}]}}"""))
                    "deeper than 64"
                    "65 lists")

            testList
                "a record is written and read so"
                [
                    for name, record, json in records ->
                        testCase name (fun () ->
                            Expect.equal (writeRecord record) json "written"

                            let read = EventJson.Read json

                            let again =
                                match read with
                                | :? JsonMeta as line -> box line.Meta
                                | :? JsonProcess as line -> box line.Record
                                | :? JsonLoss as line -> box line.Record
                                | :? JsonEnd as line -> box line.Totals
                                | other -> failtestf "no record: %A" other

                            Expect.equal (writeRecord again) json "read")
                ]

            testCase "J15 an event may have a member named record" (fun () ->
                let e = readEvent """{"record":"meta","event":"x","ts":0}"""
                Expect.sequenceEqual e.Arguments [ map [ str "record", str "meta" ] ] "")

            testCase "J16 unknown members of a record are ignored" (fun () ->
                match EventJson.Read """{"record":"end","new":{"a":[1]},"events":5}""" with
                | :? JsonEnd as line -> Expect.equal line.Totals.Events 5L ""
                | other -> failtestf "no END: %A" other)

            testPropertyWithConfig config "any event is read as it was written" (fun (e: AuditEvent) ->
                same e (readEvent (e.ToString())))

            testPropertyWithConfig config "what is written is one line of JSON" (fun (e: AuditEvent) ->
                let line = e.ToString()
                use document = JsonDocument.Parse(line, JsonDocumentOptions(MaxDepth = 256))
                Expect.equal document.RootElement.ValueKind JsonValueKind.Object "an object"
                Expect.isFalse (line |> Seq.exists Char.IsControl) "no control character")

            testPropertyWithConfig
                config
                "a line that was changed gives a line or an error, never an exception"
                (fun (e: AuditEvent) (at: int) (change: byte) ->
                    let line = Encoding.UTF8.GetBytes(e.ToString())
                    line[abs (at % line.Length)] <- change
                    EventJson.Read(ReadOnlySpan line) |> ignore)
        ]

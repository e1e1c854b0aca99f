/// What `inspect --events --format jsonl` writes, `import jsonl` makes a trace of again: the same lines, the same verdicts.
module AuditRules.Cli.Tests.ExportTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open System.IO
open System.Numerics
open System.Text.RegularExpressions
open AuditRules.Events
open AuditRules.Events.Tests
open AuditRules.Traces
open AuditRules.Cli.Tests.Cli
open Expecto
open FsCheck.FSharp

/// What a trace is written of, in order.
type private Part =
    | Happened of AuditEvent
    | Process of ProcessRecord
    | Lost of LossRecord
    | FrameEnds

let private texts (items: string list) = ImmutableArray.CreateRange items

let private write (folder: Folder) perFrame meta totals (parts: Part list) =
    use stream = File.Create(folder.File "a.atrace")

    use writer =
        new TraceWriter(stream, meta, TraceWriterOptions(FrameEvents = perFrame))

    for part in parts do
        match part with
        | Happened e -> writer.Add e.View
        | Process record -> writer.Add record
        | Lost record -> writer.Add record
        | FrameEnds -> writer.Flush()

    totals |> Option.iter (fun (t: TraceTotals) -> writer.Complete t)

let private export folder name =
    let ran = run folder [ "inspect"; name; "--events"; "--format"; "jsonl" ]

    if ran.Code <> 0 && ran.Code <> 3 then
        failtest ran.Error

    ran.Out

/// Exports, imports and exports again; both exports.
let private there folder =
    let first = export folder "a.atrace"
    let ran = runOn first folder [ "import"; "jsonl"; "-"; "-o"; "b.atrace" ]
    Expect.equal ran.Code 0 ran.Error
    first, export folder "b.atrace"

/// An export without what an import changes on purpose: the id, and what the trace was made of (J26).
let private asOne (export: string) =
    let lines = export.Split('\n', 2)
    let meta = Regex.Replace(lines[0], "\"id\":\"[0-9a-f]{32}\",", "")
    let derived = meta.LastIndexOf("\"derived\":", StringComparison.Ordinal)
    meta[.. derived - 1] + "\n" + lines[1]

let private closed = Some(TraceTotals(0L, 3, 9L, 1L, 2L))

let private genMeta =
    gen {
        let! name = Some.text
        let! other = Some.text
        let! number = Some.integer
        let! flag = Gen.elements [ true; false ]
        let! globs = Gen.listOf Some.text

        return
            TraceMeta(
                Recorder = name,
                RecorderVersion = other,
                Runtime = name,
                RuntimeVersion = other,
                Platform = other,
                Command = texts globs,
                Pid = int32 (number &&& 0xFFFFL),
                ParentPid = Int32.MinValue,
                WallClock = number,
                MonotonicClock = number / 3L,
                Profile = other,
                Include = texts globs,
                Exclude = texts (List.rev globs),
                Drop = texts [ name ],
                Environment = name,
                Redacted = flag,
                Callers = not flag,
                RunId = other,
                Commit = name,
                Boot = name,
                Host = other,
                User = name,
                Directory = other,
                Derived = other,
                Sources = texts globs
            )
    }

let private genRecord =
    gen {
        let! number = Some.integer
        let! time = Some.integer
        let! words = Gen.listOf Some.text
        let! name = Some.text
        let! change = Gen.choose (0, 4)
        let! code = Gen.elements [ Nullable(); Nullable 0; Nullable 137; Nullable -1 ]
        let! count = Gen.choose (0, 3)
        let! counted = Gen.listOfLength count Some.text

        return!
            Gen.elements
                [
                    Process(
                        ProcessRecord(
                            LanguagePrimitives.EnumOfValue(byte change),
                            int32 number,
                            int32 (number >>> 7),
                            int32 time,
                            time,
                            texts words,
                            code
                        )
                    )
                    Lost(
                        LossRecord(
                            int32 number,
                            name,
                            number,
                            time,
                            number,
                            ImmutableArray.CreateRange [ for name in counted -> KeyValuePair(name, time) ]
                        )
                    )
                    FrameEnds
                ]
    }

/// Events in the order of a trace, with records anywhere between them.
let private genParts =
    gen {
        let! events = Some.events

        let! parts =
            events
            |> List.map (fun e ->
                gen {
                    let! count = Gen.frequency [ 3, Gen.constant 0; 1, Gen.choose (1, 3) ]
                    let! records = Gen.listOfLength count genRecord
                    return records @ [ Happened e ]
                })
            |> Gen.sequenceToList

        let! last = Gen.listOf genRecord
        return List.concat parts @ last
    }

let rec private nested depth wrap =
    if depth = 0 then
        Value.Str "x"
    else
        wrap (nested (depth - 1) wrap)

/// Values at the edges of what a trace can hold.
let private edges =
    let pair key value = KeyValuePair(key, value)
    let largest = BigInteger.Pow(2I, 8 * 4096 - 1) - 1I

    [
        "the largest integer", Value.Integer largest
        "the smallest integer", Value.Integer(-largest - 1I)
        "an integer just beyond 64 bits", Value.Integer(bigint Int64.MaxValue + 1I)
        "one just below them", Value.Integer(bigint Int64.MinValue - 1I)
        "no number, with other bits", Value.Float(BitConverter.Int64BitsToDouble 0xfff8000000000001L)
        "a signalling one", Value.Float(BitConverter.Int64BitsToDouble 0x7ff0000000000001L)
        "infinity", Value.Float Double.NegativeInfinity
        "negative zero", Value.Float -0.0
        "the least float", Value.Float Double.Epsilon
        "text that is not UTF-8", Value.RawStr [| 0xffuy; 0uy; 0xeduy; 0xa0uy; 0x80uy |]
        "all control characters", Value.Str(String [| for c in 0..159 -> char c |])
        "marks of direction", Value.Str "\u202e\u2066\ufeff\u2028"
        "64 lists", nested 64 (fun v -> Value.List [| v |])
        "64 maps", nested 64 (fun v -> Value.Map [| pair (Value.Str "k") v |])
        "64 maps whose keys are maps", nested 64 (fun v -> Value.Map [| pair v (Value.Int 1L) |])
        "64 objects",
        nested 64 (fun v -> Value.Object(ObjectValue("t", -1L, ImmutableArray.Create(pair "$type" v))))
        "64 truncated values",
        nested 64 (fun v -> Value.Truncated(TruncatedValue(ValueKind.List, 1L, ImmutableArray.Empty, v)))
        "a map with a key twice",
        Value.Map [| pair (Value.Str "k") (Value.Int 1L); pair (Value.Str "k") (Value.Int 2L) |]
        "a map with keys of other kinds",
        Value.Map
            [|
                pair Value.Nil (Value.Int 1L)
                pair (Value.Bool true) Value.Nil
                pair (Value.Float nan) Value.Nil
                pair (Value.Bytes [| 1uy |]) Value.Nil
                pair (Value.List [||]) (Value.Map [||])
            |]
        "an object with facts of the names of its own members",
        Value.Object(
            ObjectValue(
                "",
                Int64.MinValue,
                ImmutableArray.Create(
                    pair "type" Value.Nil,
                    pair "identity" Value.Nil,
                    pair "$object" Value.Nil,
                    pair "" Value.Nil
                )
            )
        )
        "a redacted value", Value.Redacted(RedactedValue("env", Int64.MaxValue, "p\u0000"))
        "an empty text, bytes and list",
        Value.List [| Value.Str ""; Value.Bytes [||]; Value.RawStr [||]; Value.List [||] |]
    ]

[<Tests>]
let tests =
    testList
        "export and import"
        [
            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 60
                }
                "C51 J15 to J19: an export that is imported gives the same export"
            <| Prop.forAll
                (Arb.fromGen (
                    Gen.zip
                        (Gen.zip genMeta genParts)
                        (Gen.zip (Gen.choose (1, 5)) (Gen.elements [ closed; None ]))
                ))
                (fun ((meta, parts), (perFrame, totals)) ->
                    use folder = new Folder()
                    write folder perFrame meta totals parts
                    let first, second = there folder
                    Expect.equal ((asOne second).Split '\n') ((asOne first).Split '\n') "the same lines")

            testTheory
                "C51 J5 to J14: a value at the edge is exported, imported and exported"
                edges
                (fun (_, value) ->
                    use folder = new Folder()

                    let e =
                        AuditEvent(
                            "open",
                            ImmutableArray.Create<Value> value,
                            Time = 5L,
                            Pid = 1,
                            Thread = 1L
                        )

                    write folder 1 (TraceMeta()) closed [ Happened e ]
                    let first, second = there folder
                    Expect.equal (asOne second) (asOne first) "the same lines"
                    use reader = new TraceReader(File.OpenRead(folder.File "b.atrace"))

                    let read =
                        reader.ReadToEnd()
                        |> Seq.pick (function
                            | :? EventsItem as item -> Some(nonNull item.Frame)
                            | _ -> None)

                    Expect.equal (EventView(read, 0)[0]) value "the same value")

            testTheory
                "J3: times at the ends of 64 bits"
                [ Int64.MinValue; Int64.MinValue + 1L; -1L; 0L; Int64.MaxValue ]
                (fun time ->
                    use folder = new Folder()

                    let e = AuditEvent("open", ImmutableArray.Empty, Time = time, Pid = 1, Thread = 1L)

                    write folder 1 (TraceMeta(WallClock = time)) closed [ Happened e ]
                    let first, second = there folder
                    Expect.equal (asOne second) (asOne first) "the same lines")

            testCase "J26: a trace made of an export says so, and of which" (fun () ->
                use folder = withTrace fires
                let first = export folder "run.atrace"
                let ran = runOn first folder [ "import"; "jsonl"; "-"; "-o"; "b.atrace" ]
                Expect.equal ran.Code 0 ran.Error
                Expect.isMatch ran.Error @"^auditrules: 2 events in b\.atrace\nauditrules: head \d+:" "C83"
                let id = Regex.Match(first, "\"id\":\"([0-9a-f]{32})\"").Groups[1].Value

                Expect.stringContains
                    (export folder "b.atrace")
                    $"\"derived\":\"import\",\"sources\":[\"{id}\"]"
                    "derived"

                let summary = (run folder [ "inspect"; "b.atrace" ]).Out
                Expect.stringContains summary $"made by   import of {id}\n" "summary")

            testTheory
                "J26 C55: lines that were taken out of an export, or put in, are a loss"
                [
                    "an event of several",
                    [ 3 ],
                    1,
                    "1 event of the export is missing, the first before line 4"
                    "the first event", [ 2 ], 1, "1 event of the export is missing, the first before line 3"
                    "the last event", [ 4 ], 1, "1 event of the export is missing, the first before line 5"
                    "two, apart", [ 2; 4 ], 2, "2 events of the export are missing, the first before line 3"
                    "two, and the end",
                    [ 2; 3; 5 ],
                    2,
                    "2 events of the export are missing, the first before line 3"
                ]
                (fun (_, gone, count, message) ->
                    use folder = withTrace (quiet @ [ quiet[1] ])
                    let lines = (export folder "run.atrace").TrimEnd('\n').Split '\n'
                    Expect.equal lines.Length 6 "META, PROCESS, three events, END"

                    let left =
                        lines
                        |> Array.indexed
                        |> Array.filter (fun (i, _) -> not (List.contains i gone))
                        |> Array.map snd

                    folder.Write("left.jsonl", String.Join('\n', left))
                    let ran = run folder [ "import"; "jsonl"; "left.jsonl"; "-o"; "b.atrace" ]
                    Expect.equal (ran.Code, ran.Out) (3, "") ran.Error

                    Expect.stringContains
                        ran.Error
                        $"auditrules: {message} of left.jsonl: lines were taken out\n"
                        "said"

                    let replayed = run folder [ "replay"; "b.atrace" ]
                    Expect.equal replayed.Code 3 replayed.Error
                    Expect.stringContains replayed.Out "events were lost (missing-lines)" "verdict"

                    Expect.stringContains
                        (export folder "b.atrace")
                        $"\"reason\":\"missing-lines\",\"count\":{count},"
                        "loss")

            testCase "J26 C55: more events than the end counts are a loss too" (fun () ->
                use folder = withTrace quiet
                let lines = (export folder "run.atrace").TrimEnd('\n').Split '\n' |> List.ofArray
                let more = quiet[1].Replace("socket.connect", "os.listdir")
                let left = List.take 4 lines @ [ more ] @ List.skip 4 lines
                folder.Write("left.jsonl", String.Join('\n', left))
                let ran = run folder [ "import"; "jsonl"; "left.jsonl"; "-o"; "b.atrace" ]
                Expect.equal ran.Code 3 ran.Error

                Expect.stringContains
                    ran.Error
                    "auditrules: left.jsonl has more events than its end (line 6) counts: lines were put in\n"
                    "said")

            testTheory
                "J25: an export of a damaged trace gives the verdicts of the recovered one"
                [ "a frame of events", 2; "META", 1; "PROCESS", 3; "END", 5 ]
                (fun (_, kind) ->
                    use folder = new Folder()
                    folder.Write("rules/t.fsx", rule)

                    let event name second =
                        AuditEvent(
                            name,
                            ImmutableArray.CreateRange [ Value.Str "/other"; Value.Str "r"; Value.Int 0L ],
                            Time = second * 1_000_000_000L,
                            Pid = 7,
                            Thread = 7L
                        )

                    let born =
                        ProcessRecord(ProcessChange.Start, 0, -1, 7, 5L, ImmutableArray.Empty, Nullable())

                    write
                        folder
                        3
                        (TraceMeta(Recorder = "x"))
                        closed
                        [
                            Process born
                            Happened(event "open" 1L)
                            FrameEnds
                            Happened(event "open" 2L)
                        ]

                    let bytes = File.ReadAllBytes(folder.File "a.atrace")
                    let mark = [| 0x9cuy; 0xd6uy; 0x46uy; 0xc1uy; 0x41uy; 0x52uy; 0xc1uy |]

                    let at =
                        Seq.initInfinite id
                        |> Seq.find (fun i ->
                            bytes.AsSpan(i).StartsWith(ReadOnlySpan mark) && bytes[i + 8] = byte kind)

                    bytes[at + 72] <- bytes[at + 72] ^^^ 0x20uy
                    File.WriteAllBytes(folder.File "a.atrace", bytes)
                    let first = export folder "a.atrace"
                    let ran = runOn first folder [ "import"; "jsonl"; "-"; "-o"; "b.atrace" ]
                    Expect.equal ran.Code 0 ran.Error
                    let recovered = run folder [ "recover"; "a.atrace"; "-o"; "c.atrace" ]
                    Expect.equal recovered.Code 3 recovered.Error

                    let verdicts name =
                        (run folder [ "replay"; name; "--format"; "jsonl" ]).Lines
                        |> List.last
                        |> fun line -> Regex.Match(line, "\"rules\":\[.*").Value

                    Expect.stringContains (verdicts "c.atrace") "\"verdict\":\"unknown\"" "unknown"
                    let reason = Regex("\"reason\":\"[^\"]*\"")

                    Expect.equal
                        (reason.Replace(verdicts "b.atrace", ""))
                        (reason.Replace(verdicts "c.atrace", ""))
                        "the same verdicts"

                    if kind <> 5 then
                        Expect.stringContains
                            first
                            "\"record\":\"loss\",\"process\":-1,\"reason\":\"damage\""
                            "told"

                        let told = Regex.Match(export folder "c.atrace", "\"reason\":\"damage\".*").Value
                        Expect.stringContains first told "as recover tells it")

            testCase "C51: an export that is imported gives the same verdicts" (fun () ->
                let event name args =
                    AuditEvent(name, ImmutableArray.CreateRange<Value> args, Pid = 7, Thread = 7L)

                let opened = event "open" [ Value.Str "/secret"; Value.Str "r"; Value.Int 0L ]

                let connected =
                    event "socket.connect" [ Value.Nil; Value.List [| Value.Str "h"; Value.Int 1L |] ]

                let loss = Lost(LossRecord(0, "busy", 1L, 0L, 0L, ImmutableArray.Empty))

                for meta, totals, parts in
                    [
                        TraceMeta(), closed, [ Happened opened; FrameEnds; Happened connected ]
                        TraceMeta(), closed, [ Happened connected; FrameEnds; Happened opened ]
                        TraceMeta(), closed, [ Happened opened; loss ]
                        TraceMeta(), None, [ Happened opened ]
                        TraceMeta(Exclude = texts [ "socket.*" ]), closed, [ Happened opened ]
                        TraceMeta(Recorder = "auditrules-native"), closed, []
                    ] do
                    use folder = new Folder()
                    folder.Write("rules/t.fsx", rule)
                    write folder 3 meta totals parts
                    there folder |> ignore

                    let report name =
                        (run folder [ "replay"; name; "--verbose" ]).Out.Replace(name, "trace")

                    Expect.equal (report "b.atrace") (report "a.atrace") "the same report")
        ]

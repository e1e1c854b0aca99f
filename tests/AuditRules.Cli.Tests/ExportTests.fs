/// What `inspect --events --format jsonl` writes, `import jsonl` makes a trace of again: the same lines.
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
open AuditRules.Cli.Tests.ExportLab
open Expecto
open FsCheck.FSharp

/// An export without what an import changes on purpose: the id, and what the trace was made of (J26).
let private asOne (export: string) =
    let lines = export.Split('\n', 2)
    let meta = Regex.Replace(lines[0], "\"id\":\"[0-9a-f]{32}\",", "")
    let derived = meta.LastIndexOf("\"derived\":", StringComparison.Ordinal)
    meta[.. derived - 1] + "\n" + lines[1]

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
        ]

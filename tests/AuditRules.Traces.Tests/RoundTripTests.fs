module AuditRules.Traces.Tests.RoundTripTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open System.IO
open AuditRules.Events
open AuditRules.Events.Tests
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto

let private config =
    { FsCheckConfig.defaultConfig with
        arbitrary = [ typeof<Some.Arbitraries> ]
    }

/// Every cell of a frame against the same rows in memory, which is the slow and obvious frame.
let private compare (expected: MemoryFrame) (actual: EventFrame) =
    Expect.equal actual.Count expected.Count "count"
    Expect.equal actual.FirstTime expected.FirstTime "first time"
    Expect.equal actual.LastTime expected.LastTime "last time"
    let ids = Dictionary<int, int>()

    for row in 0 .. expected.Count - 1 do
        Expect.isNone (difference (EventView(expected, row).Detach()) (EventView(actual, row).Detach())) "row"

        Expect.equal
            actual.Shapes[int actual.ShapeColumn[row]]
            expected.Shapes[int expected.ShapeColumn[row]]
            "shape"

        for index in -1 .. expected.GetArgumentCount row do
            Expect.equal (actual.GetArgument(row, index)) (expected.GetArgument(row, index)) "argument"
            let id = expected.GetDictionaryId(row, index)
            let other = actual.GetDictionaryId(row, index)
            Expect.equal (other < 0) (id < 0) "in the dictionary"

            if id >= 0 then
                Expect.equal (actual.GetDictionaryValue other) (expected.GetDictionaryValue id) "value"

                match ids.TryGetValue id with
                | true, known -> Expect.equal other known "equal values have one id"
                | _ -> ids.Add(id, other)

    Expect.equal (HashSet(ids.Values).Count) ids.Count "one id has one value"

let private example =
    [
        for i in 0..9 -> event (if i % 3 = 0 then "open" else "import") (int64 i) [ Value.Str $"/{i}" ]
    ]

[<Tests>]
let tests =
    testList
        "round trip"
        [
            testPropertyWithConfig
                config
                "any events are read as they were written, cell by cell"
                (fun (events: AuditEvent list) (size: byte) (codec: byte) ->
                    let size = 1 + int size % 20

                    let bytes =
                        write (options size (LanguagePrimitives.EnumOfValue(codec % 3uy))) events

                    let items, closed = read bytes
                    Expect.isEmpty (damageOf items) "damage"
                    Expect.isTrue closed "closed"

                    let frames =
                        items
                        |> List.choose (function
                            | :? EventsItem as item -> Some(frameOf item)
                            | _ -> None)

                    let chunks = events |> List.chunkBySize size
                    Expect.equal frames.Length chunks.Length "frames"
                    List.iter2 (fun chunk frame -> compare (MemoryFrame chunk) frame) chunks frames)

            testCase "the items come in the order of the file" (fun () ->
                let start =
                    ProcessRecord(ProcessChange.Start, 0, -1, 7, 1L, ImmutableArray.Create "app", Nullable())

                let loss =
                    LossRecord(0, "disk-full", 2L, 3L, 4L, ImmutableArray.Create(KeyValuePair("open", 2L)))

                let bytes =
                    writeWith (options 4 ColumnCodec.Lz4) (fun writer ->
                        writer.Add example[0].View
                        writer.Add start
                        writer.Add loss

                        for e in example[1..] do
                            writer.Add e.View)

                let items, _ = read bytes

                let kinds =
                    items
                    |> List.map (function
                        | :? MetaItem as item -> $"meta {item.Meta.Recorder}"
                        | :? EventsItem as item -> $"events {item.Summary.FirstOrdinal} {item.Summary.Count}"
                        | :? ProcessItem as item -> $"process {item.Record.Change} {item.Record.Command[0]}"
                        | :? LossItem as item -> $"loss {item.Record.Reason} {item.Record.Events[0]}"
                        | :? EndItem as item -> $"end {item.Totals.Events}"
                        | other -> $"{other}")

                Expect.equal
                    kinds
                    [
                        "meta test"
                        "process Start app"
                        "loss disk-full [open, 2]"
                        "events 0 4"
                        "events 4 4"
                        "events 8 2"
                        "end 10"
                    ]
                    "T11 T14")

            testCase "T35 T36 META, PROCESS and LOSS are read as they were written" (fun () ->
                let meta =
                    TraceMeta(
                        Recorder = "a",
                        RecorderVersion = "b",
                        Runtime = "c",
                        RuntimeVersion = "d",
                        Platform = "e",
                        Command = ImmutableArray.Create("f", "g"),
                        Pid = 1,
                        ParentPid = 2,
                        WallClock = 3L,
                        MonotonicClock = 4L,
                        Profile = "h",
                        Include = ImmutableArray.Create "i",
                        Exclude = ImmutableArray.Create "j",
                        Environment = "k",
                        Redacted = true,
                        Callers = true,
                        RunId = "l",
                        Commit = "m",
                        Boot = "n",
                        Host = "q",
                        User = "r",
                        Directory = "/s",
                        Derived = "cut",
                        Sources = ImmutableArray.Create("o", "p")
                    )

                let exit =
                    ProcessRecord(
                        ProcessChange.Exit,
                        1,
                        0,
                        8,
                        -5L,
                        ImmutableArray<string>.Empty,
                        Nullable 137
                    )

                let stream = new MemoryStream()

                using (new TraceWriter(stream, meta, options 10 ColumnCodec.None)) (fun writer ->
                    writer.Add exit
                    writer.Complete(TraceTotals(99L, 2, 10L, 3L, 1L)))

                let items, _ = read (stream.ToArray())

                match items with
                | [ :? MetaItem as first; :? ProcessItem as second; :? EndItem as last ] ->
                    Expect.equal (first.Meta.ToString()) (meta.ToString()) "META, but its lists"
                    Expect.sequenceEqual first.Meta.Command meta.Command "command"
                    Expect.sequenceEqual first.Meta.Include meta.Include "include"
                    Expect.sequenceEqual first.Meta.Exclude meta.Exclude "exclude"
                    Expect.sequenceEqual first.Meta.Sources meta.Sources "sources"
                    Expect.equal (second.Record.ToString()) (exit.ToString()) "PROCESS, but its command"

                    Expect.equal
                        last.Totals
                        (TraceTotals(0L, 2, 10L, 3L, 1L))
                        "T38 END counts what was written"
                | other -> failtestf "%A" other)

            testCase "T16 events are put in order within a frame" (fun () ->
                let mixed =
                    [
                        event "b" 5L [ Value.Int 1L ]
                        (event "c" 3L []).With(``process`` = Nullable 2)
                        (event "a" 3L [ Value.Str "x" ]).With(``process`` = Nullable 1)
                        (event "d" 3L []).With(``process`` = Nullable 1)
                    ]

                let items, _ = read (write (options 10 ColumnCodec.None) mixed)
                Expect.equal (eventsOf items |> List.map _.Name) [ "a"; "d"; "c"; "b" ] "")

            testCase "T17 an event that comes too late is lost and counted" (fun () ->
                let bytes =
                    writeWith (options 2 ColumnCodec.None) (fun writer ->
                        for time in [ 5L; 9L; 10L; 8L; 7L; 11L ] do
                            writer.Add (event "open" time []).View

                        Expect.equal (writer.Events, writer.Lost) (4L, 2L) "counted")

                let items, _ = read bytes
                Expect.isEmpty (damageOf items) "damage"

                let losses =
                    items
                    |> List.choose (function
                        | :? LossItem as item -> Some item.Record
                        | _ -> None)

                Expect.equal
                    (losses
                     |> List.map (fun l -> l.Reason, l.Count, l.From - meta.WallClock, l.To - meta.WallClock))
                    [ "late", 2L, 7L, 8L ]
                    "T37")

            testCase "T37 an event that is larger than a frame is lost and counted" (fun () ->
                let bytes =
                    writeWith
                        (TraceWriterOptions(RawLength = 4096, LeaveOpen = true, Checkpoints = false))
                        (fun writer ->
                            writer.Add (event "open" 1L [ Value.Str "a" ]).View
                            writer.Add (event "big" 2L [ Value.Str(String('x', 5000)) ]).View
                            writer.Add (event "open" 3L [ Value.Str "a" ]).View)

                let items, _ = read bytes
                Expect.equal (eventsOf items |> List.map _.Name) [ "open"; "open" ] "events"

                match List.last items with
                | :? EndItem as item -> Expect.equal item.Totals.Lost 1L "lost"
                | other -> failtestf "%A" other)

            testCase "T12 frames end before they are too large" (fun () ->
                let big =
                    [
                        for i in 0..99 -> event "open" (int64 i) [ Value.Str(String('x', 500) + string i) ]
                    ]

                let bytes =
                    writeWith
                        (TraceWriterOptions(RawLength = 4096, LeaveOpen = true, Checkpoints = false))
                        (fun writer ->
                            for e in big do
                                writer.Add e.View)

                let items, _ = read bytes
                Expect.isEmpty (damageOf items) "damage"
                Expect.equal (eventsOf items).Length 100 "events"

                for item in items do
                    match item with
                    | :? EventsItem as item ->
                        Expect.isLessThanOrEqual item.Summary.RawLength 4096L "raw length"
                    | _ -> ())

            testCase "an event with a value that cannot be stored changes nothing" (fun () ->
                let rec nested depth =
                    if depth = 0 then
                        Value.Nil
                    else
                        Value.List [| nested (depth - 1) |]

                let bytes =
                    writeWith (options 10 ColumnCodec.None) (fun writer ->
                        writer.Add (event "a" 1L [ Value.Str "kept" ]).View

                        Expect.throwsT<ArgumentException>
                            (fun () ->
                                writer.Add
                                    (event "b" 1L [ Value.Str "gone"; Value.Int 1L; nested 65 ]).View)
                            "too deep"

                        writer.Add (event "c" 2L [ Value.Str "too" ]).View)

                let items, _ = read bytes
                Expect.equal (eventsOf items |> List.map _.Name) [ "a"; "c" ] "")

            testCase "T7 a frame without a wanted name is checked and not read" (fun () ->
                let bytes = write (options 2 ColumnCodec.Lz4) example

                use reader =
                    new TraceReader(
                        new MemoryStream(bytes),
                        TraceReaderOptions(Wanted = fun n -> n = "open")
                    )

                let frames =
                    [
                        for item in reader.ReadToEnd() do
                            match item with
                            | :? EventsItem as item ->
                                yield item.Summary.FirstOrdinal, not (isNull item.Frame)
                            | _ -> ()
                    ]

                Expect.equal frames [ 0L, true; 2L, true; 4L, false; 6L, true; 8L, true ] "")

            testCase "T11 a trace without END is not closed" (fun () ->
                use stream = new MemoryStream()

                using (new TraceWriter(stream, meta, options 10 ColumnCodec.Lz4)) (fun writer ->
                    for e in example do
                        writer.Add e.View)

                let items, closed = read (stream.ToArray())
                Expect.equal (eventsOf items).Length 10 "events"
                Expect.isFalse closed "closed")

            testCase "a frame has 70,000 shapes in two frames and more than 256 in one" (fun () ->
                let many = [ for i in 0..999 -> event $"n{i}" (int64 i) [ Value.Int(int64 i) ] ]
                let items, _ = read (write (options 1000 ColumnCodec.Lz4) many)

                for e, i in List.zip (eventsOf items) [ 0..999 ] do
                    Expect.equal (e.Name, e.Arguments[0]) ($"n{i}", Value.Int(int64 i)) "T28")
        ]

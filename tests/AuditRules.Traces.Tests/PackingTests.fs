module AuditRules.Traces.Tests.PackingTests

open System
open System.Collections.Immutable
open System.IO
open AuditRules.Events
open AuditRules.Events.Tests
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open AuditRules.Traces.Tests.PackingLab
open Expecto
open FsCheck.FSharp

/// What packing should give, the slow way: every event in one list, sorted.
let private reference (traces: (int64 * AuditEvent list) list) =
    let first = fst traces.Head

    let highest (events: AuditEvent list) =
        events |> List.fold (fun highest e -> max highest (e.Process + 1)) 0

    let starts = traces |> List.scan (fun start (_, events) -> start + highest events) 0

    List.zip traces starts[.. traces.Length - 1]
    |> List.collect (fun ((offset, events), start) ->
        [
            for e in events ->
                e.With(time = Nullable(e.Time - offset + first), ``process`` = Nullable(e.Process + start))
        ])
    |> List.sortBy (fun e -> e.Time, e.Process)
    |> List.mapi (fun i e -> e.With(ordinal = Nullable(int64 i)))

let private genTraces =
    gen {
        let! count = Gen.choose (1, 4)

        return!
            Gen.listOfLength
                count
                (gen {
                    let! offset = Gen.elements [ 0L; 7L; -1000L; 1_700_000_000_000_000_000L ]
                    let! some = Gen.listOf Some.event
                    let! frame = Gen.choose (1, 6)

                    let timed =
                        some
                        |> List.mapFold
                            (fun time (e: AuditEvent) ->
                                e.With(time = Nullable(time + e.Time)), time + e.Time)
                            offset
                        |> fst
                        |> List.sortBy (fun e -> e.Time, e.Process)

                    return offset, frame, timed
                })
    }

[<Tests>]
let tests =
    testList
        "packing traces"
        [
            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 150
                }
                "C59 T60: the events of several traces in one are those of a list, sorted"

            <| Prop.forAll (Arb.fromGen genTraces) (fun traces ->
                let files =
                    traces
                    |> List.mapi (fun i (offset, frame, events) -> trace i offset frame (addAll events) true)

                let made, packed, told = pack files
                let items, closed = read made
                Expect.isTrue closed "closed"
                Expect.isEmpty (damageOf items) "no damage"
                Expect.isEmpty told "nothing is told"

                let expected =
                    reference (traces |> List.map (fun (offset, _, events) -> offset, events))

                Expect.equal packed.Totals.Events (int64 expected.Length) "counted"
                let actual = eventsOf items
                Expect.equal actual.Length expected.Length "how many"

                for wanted, found in List.zip expected actual do
                    match difference wanted found with
                    | Some message -> failtest message
                    | None -> ())

            testCase "T60: events of one moment are in the order of the traces" (fun () ->
                let one = trace 1 0L 2 (addAll [ at 5L 0 "a"; at 5L 1 "b"; at 6L 0 "c" ]) true
                let two = trace 2 100L 2 (addAll [ at 105L 0 "x"; at 106L 0 "y" ]) true
                let items, _ = read (let made, _, _ = pack [ one; two ] in made)

                Expect.equal
                    [ for e in eventsOf items -> e.Name, e.Time, e.Process ]
                    [ "a", 5L, 0; "b", 5L, 1; "x", 5L, 2; "c", 6L, 0; "y", 6L, 2 ]
                    "events"

                let items, _ = read (let made, _, _ = pack [ two; one ] in made)

                Expect.equal
                    [ for e in eventsOf items -> e.Name, e.Time, e.Process ]
                    [ "x", 105L, 0; "a", 105L, 1; "b", 105L, 2; "y", 106L, 0; "c", 106L, 1 ]
                    "by the first one's clock")

            testCase "T60: records come along, with processes and times of the new trace" (fun () ->
                let start parent time pid =
                    ProcessRecord(
                        ProcessChange.Fork,
                        parent + 1,
                        parent,
                        pid,
                        time,
                        ImmutableArray.Empty,
                        Nullable()
                    )

                let loss process' from until =
                    LossRecord(process', "busy", 3L, from, until, ImmutableArray.Empty)

                let one =
                    trace
                        1
                        0L
                        9
                        (fun w ->
                            w.Add(start -1 1L 7)
                            w.Add(start 0 2L 8)
                            w.Add((at 3L 0 "a").View))
                        true

                let two =
                    trace
                        2
                        100L
                        9
                        (fun w ->
                            w.Add(start -1 101L 9)
                            w.Add(loss 0 102L 0L)
                            w.Add(loss -1 0L 0L))
                        true

                let made, packed, _ = pack [ one; two ]
                let items, _ = read made

                let expected: obj list =
                    [
                        start -1 1L 7
                        start 0 2L 8
                        ProcessRecord(ProcessChange.Fork, 2, -1, 9, 1L, ImmutableArray.Empty, Nullable())
                        loss 2 2L 0L
                        loss -1 0L 0L
                    ]

                Expect.equal
                    [ for r in recordsOf items -> string r ]
                    [ for r in expected -> string r ]
                    "records"

                Expect.equal packed.Losses 2L "losses"
                let totals = endOf items

                Expect.equal
                    (totals.Events, totals.Processes, totals.Raised, totals.Filtered)
                    (1L, 2, 20L, 4L)
                    "totals are sums")

            testCase "T60: damage of a trace becomes a loss" (fun () ->
                let events = [ for i in 0L .. 5L -> at (10L + i) 0 "a" ]
                let whole = trace 1 0L 2 (addAll events) true
                let other = trace 2 1000L 2 (addAll [ at 1020L 0 "b" ]) true
                let start, _ = (framesOf whole)[2]
                let damaged = Array.copy whole
                damaged[start + FrameHeader.Length] <- damaged[start + FrameHeader.Length] ^^^ 1uy
                let made, packed, told = pack [ other; damaged ]
                let items, _ = read made
                Expect.equal packed.Losses 1L "one loss"
                Expect.equal [ for source, d in told -> source, d.Offset ] [ 1, int64 start ] "told"

                Expect.equal
                    [ for r in recordsOf items -> string r ]
                    [ string (LossRecord(-1, "damage", 2L, 1011L, 1014L, ImmutableArray.Empty)) ]
                    "by the first one's clock"

                Expect.equal (endOf items).Lost 2L "lost"
                let open' = trace 1 0L 2 (addAll events) false
                let made, packed, _ = pack [ open' ]
                Expect.equal packed.Losses 1L "what may have followed"
                Expect.equal (endOf (fst (read made))).Raised -1L "not counted")

            testCase "T36 T60: a time that a record does not know stays so" (fun () ->
                let early = trace 1 7L 2 (addAll [ at 8L 0 "a" ]) true

                let records (writer: TraceWriter) =
                    let command = ImmutableArray<string>.Empty
                    writer.Add(ProcessRecord(ProcessChange.Fork, 1, 0, 5, 0L, command, Nullable()))
                    writer.Add(ProcessRecord(ProcessChange.Exit, 1, 0, 5, 9L, command, Nullable 0))
                    writer.Add(LossRecord(-1, "busy", 1L, 0L, 9L, ImmutableArray.Empty))

                let made, _, _ = pack [ early; trace 2 0L 2 records true ]

                let times =
                    recordsOf (fst (read made))
                    |> List.map (function
                        | :? ProcessRecord as r -> r.Process, r.Parent, r.Time, 0L
                        | :? LossRecord as r -> r.Process, -1, r.From, r.To
                        | _ -> failtest "another record")

                Expect.equal
                    times
                    [ 2, 1, 0L, 0L; 2, 1, 16L, 0L; -1, -1, 0L, 16L ]
                    "process, parent and times")

            testCase
                "T41 T60: a frame that is refused binds no frame behind it, and its trace is packed"
                (fun () ->
                    let text time process' name =
                        (event name time [ Value.Str "x" ])
                            .With(``process`` = Nullable process', time = Nullable time)

                    let refused =
                        rebuild
                            (trace 1 0L 2 (addAll [ text 1L 0 "a"; text 1000L 0 "a" ]) true)
                            1
                            (fun h p ->
                                p[p.AsSpan().IndexOf(ReadOnlySpan(hex "91A178"))] <- 0x92uy
                                h, p)

                    let behind =
                        trace 1 0L 2 (addAll [ at 0L 0 "b"; at 0L 0 "b"; at 2L 9 "c"; at 3L 9 "c" ]) true

                    let two, _ = List.item 2 (framesOf refused)
                    let rest, _ = List.item 2 (framesOf behind)
                    // Its CHECKPOINT would not hold.
                    let seal, _ = List.last (framesOf behind)

                    let made, packed, _ =
                        pack [ Array.append refused[.. two - 1] behind[rest .. seal - 1] ]

                    let items, _ = read made

                    Expect.equal
                        [ for e in eventsOf items -> e.Name, e.Process ]
                        [ "c", 9; "c", 9 ]
                        "what is left"

                    Expect.equal packed.Losses 1L "the frame")

            testCase "C83: what was packed has its head" (fun () ->
                let made, packed, _ = pack [ trace 1 0L 2 (addAll [ at 1L 0 "a" ]) true ]
                let found = TraceVerifier.Verify(new MemoryStream(made))
                Expect.equal (string packed.Head) (string found.Head) "head")

            testCase "C59: a trace of deflate is smaller" (fun () ->
                let random = Random 3

                let events =
                    [
                        for i in 0L .. 20_000L ->
                            (event
                                "open"
                                0L
                                [
                                    Value.Str $"/usr/lib/python3/{random.Next 5000}.py"
                                    Value.Int(int64 (random.Next 1000))
                                ])
                                .With(time = Nullable i)
                    ]

                let sizes =
                    [
                        for codec in [ ColumnCodec.Lz4; ColumnCodec.Deflate ] ->
                            use output = new MemoryStream()

                            TracePacker.Run(
                                look [ trace 1 0L 65_536 (addAll events) true ],
                                output,
                                TraceWriterOptions(Codec = codec, LeaveOpen = true)
                            )
                            |> ignore

                            Expect.equal (eventsOf (fst (read (output.ToArray())))).Length 20_001 "all"
                            output.Length
                    ]

                Expect.isLessThan (float sizes[1]) (0.9 * float sizes[0]) "deflate")
        ]

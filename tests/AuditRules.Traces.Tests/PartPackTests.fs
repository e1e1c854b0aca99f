/// The parts of a recording, packed into one trace (docs/spec/trace.md, T62).
module AuditRules.Traces.Tests.PartPackTests

open System
open System.Collections.Immutable
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.PackingLab

let private begun process' time =
    ProcessRecord(
        ProcessChange.Start,
        process',
        -1,
        70 + process',
        time,
        ImmutableArray.Create "p",
        Nullable()
    )

let private exited process' time =
    ProcessRecord(ProcessChange.Exit, process', -1, 70 + process', time, ImmutableArray.Empty, 0)

/// A part of a run: it tells of these processes, and has these events.
let private part run number continues processes (events: AuditEvent list) exits =
    use stream = new MemoryStream()

    let meta =
        TraceMeta(
            WallClock = 100L,
            Boot = boot,
            RunId = run,
            Part = number,
            Previous = (if number = 1 then "" else $"head {number - 1}")
        )

    use writer =
        new TraceWriter(stream, meta, TraceWriterOptions(LeaveOpen = true, FrameEvents = 2))

    for record in List.append processes exits do
        writer.Add(record: ProcessRecord)

    addAll events writer
    writer.Complete(TraceTotals(0L, List.length processes, 10L, 2L, 0L, Continues = continues))
    stream.ToArray()

let private zero = begun 0 1000L
let private one = begun 1 1005L
let private two = begun 2 1030L

let private first =
    part "r" 1 true [ zero; one ] [ at 1000L 0 "a"; at 1010L 0 "b"; at 1010L 1 "c" ] []

let private second =
    part "r" 2 true [ zero; one ] [ at 1010L 1 "d"; at 1020L 1 "e" ] [ exited 1 1021L ]

let private third =
    part "r" 3 false [ zero; two ] [ at 1030L 0 "f"; at 1030L 2 "g" ] [ exited 0 1040L ]

let private names (items: TraceItem list) =
    [ for e in Bytes.eventsOf items -> e.Name ]

let private told (items: TraceItem list) =
    recordsOf items
    |> List.map (function
        | :? ProcessRecord as record -> $"{record.Change} {record.Process} {record.Time}"
        | :? LossRecord as loss -> $"{loss.Reason} {loss.Process} {loss.Count} {loss.From}"
        | other -> string other)

let private packed traces =
    let bytes, packed, _ = pack traces
    let items, _ = Bytes.read bytes
    packed, items

[<Tests>]
let tests =
    testList
        "packed parts"
        [
            testTheory
                "T62: parts follow one another, in whatever order they are named, and a process begins once"
                [ [ 0; 1; 2 ]; [ 2; 0; 1 ]; [ 1; 2; 0 ] ]
                (fun order ->
                    let packed, items = packed [ for n in order -> [ first; second; third ][n] ]
                    Expect.equal (names items) [ "a"; "b"; "c"; "d"; "e"; "f"; "g" ] "events"

                    Expect.equal
                        (told items)
                        [ "Start 0 1000"; "Start 1 1005"; "Exit 1 1021"; "Start 2 1030"; "Exit 0 1040" ]
                        "records"

                    let totals = endOf items
                    Expect.equal (totals.Processes, totals.Raised, totals.Continues) (3, 30L, false) "totals"
                    Expect.equal ((metaOf items).Part, (metaOf items).RunId) (0, "r") "it is whole"
                    Expect.equal packed.Losses 0L "losses")

            testCase
                "T62: some parts of a recording say which they begin with, and whether it goes on"
                (fun () ->
                    let _, items = packed [ second ]
                    let meta = metaOf items

                    Expect.equal
                        (meta.Part, meta.Previous, (endOf items).Continues)
                        (2, "head 1", true)
                        "the middle"

                    let _, items = packed [ third; second ]

                    Expect.equal
                        ((metaOf items).Part, (metaOf items).LastPart, (endOf items).Continues)
                        (2, 3, false)
                        "the end"

                    let _, items = packed [ first; second ]
                    Expect.equal ((metaOf items).Part, (endOf items).Continues) (1, true) "the beginning")

            testCase "T62: a part that is missing between two is a loss" (fun () ->
                let packed, items = packed [ first; third ]
                Expect.equal (names items) [ "a"; "b"; "c"; "f"; "g" ] "events"
                Expect.equal packed.Losses 1L "losses"

                Expect.contains (told items) "missing-part -1 0 1010" "the loss")

            testTheory
                "T62: parts that were packed are packed again with those before and behind them"
                [ [ 0; 1 ]; [ 1; 2 ] ]
                (fun numbers ->
                    let parts = [ first; second; third ]
                    let some, _, _ = pack [ for n in numbers -> parts[n] ]
                    let some, _, _ = pack [ some ]
                    let packed, items = packed [ some; parts[3 - List.sum numbers] ]
                    Expect.equal (names items) [ "a"; "b"; "c"; "d"; "e"; "f"; "g" ] "events"
                    Expect.equal packed.Losses 0L "losses"
                    Expect.equal ((metaOf items).Part, (metaOf items).LastPart) (0, 0) "it is whole")

            testCase "T62: no two parts of one number are packed" (fun () ->
                let again = part "r" 2 false [ zero ] [ at 1010L 0 "d" ] []

                Expect.equal
                    (TracePacker.Check(look [ first; second; again ]))
                    (PackProblem(2, 1, PackProblemKind.SamePart))
                    "the problem"

                let other = part "s" 2 false [ zero ] [ at 1010L 0 "d" ] []
                Expect.isNull (TracePacker.Check(look [ first; second; other ])) "of another recording"
                let both, _, _ = pack [ first; third ]

                Expect.equal
                    (TracePacker.Check(look [ again; both ]))
                    (PackProblem(0, 1, PackProblemKind.SamePart))
                    "beside others that were packed")

            testCase "T62: the parts of two recordings keep their processes apart" (fun () ->
                let other = part "s" 1 false [ zero ] [ at 1015L 0 "x" ] []
                let _, items = packed [ second; other; third ]
                Expect.equal (names items) [ "d"; "x"; "e"; "f"; "g" ] "events"

                Expect.equal
                    [ for e in Bytes.eventsOf items -> e.Process ]
                    [ 1; 3; 1; 0; 2 ]
                    "the processes of the second recording are behind those of the first")
        ]

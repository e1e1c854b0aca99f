module AuditRules.Recording.Tests.PackingTests

open System
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording.Packing
open AuditRules.Recording.Segments
open AuditRules.Traces
open AuditRules.Recording.Tests.SegmentBuilder

let private packWith (options: PackOptions) (files: SegmentFile list) =
    use stream = new MemoryStream()
    let result = Packer.Pack(files, stream, options)
    result, Programs.read (stream.ToArray()) None

let private options = PackOptions(Writing = TraceWriterOptions(LeaveOpen = true))

let private pack files = packWith options files

let private described (recorded: Programs.Recorded) =
    [
        for e: AuditEvent in recorded.Events ->
            $"{e.Time} p{e.Process} {e.Name}({String.Join(',', e.Arguments |> Seq.map (fun a -> a.AsText))})"
    ]

let private lives (recorded: Programs.Recorded) =
    [
        for r in recorded.Processes ->
            $"{r.Change} {r.Process} parent {r.Parent} pid {r.Pid} at {r.Time} code {r.ExitCode}"
    ]

let private losses (recorded: Programs.Recorded) =
    [
        for l: LossRecord in recorded.Losses -> $"{l.Reason} {l.Count} of {l.Process}"
    ]

let private opened time path = event time 0L None [ text path ]

let private namesOpen = name 0L "open"

[<Tests>]
let tests =
    testList
        "packing"
        [
            testCase "an event has its name, arguments, caller, thread and time (S24, S25, S26)"
            <| fun () ->
                let file =
                    segment
                        header
                        [
                            block
                                [
                                    namesOpen
                                    code 4L "app.py" "main"
                                    event 1500L 0L (Some 4L) [ text "/x"; nil ]
                                ]
                        ]

                let _, recorded = pack [ file ]
                let e = List.exactlyOne recorded.Events
                Expect.equal e.Name "open" "name"
                Expect.equal (List.ofSeq e.Arguments) [ Value.Str "/x"; Value.Nil ] "arguments"
                Expect.equal e.Caller (Caller("app.py", 3, "main")) "caller"
                Expect.equal e.Time 1_001_500L "wall time is the anchor and the difference"
                Expect.equal (e.Pid, e.Thread, e.Process, e.Ordinal) (100, 7L, 0, 0L) "who"

            testCase "threads' events are put in the order of their times (S27)"
            <| fun () ->
                let _, recorded =
                    pack
                        [
                            segment
                                header
                                [
                                    block [ namesOpen; opened 1300L "b" ]
                                    block [ opened 1200L "a" ]
                                    block [ opened 1300L "c" ]
                                ]
                        ]

                Expect.equal (Programs.firstArguments "open" recorded) [ "a"; "b"; "c" ] "order"

            testCase "events of neighbouring segments are put in order (S10, S27)"
            <| fun () ->
                let first =
                    segment header [ block [ namesOpen; opened 1100L "a"; opened 1300L "c" ] ]

                let second =
                    segment
                        { header with Sequence = 1 }
                        [ block [ namesOpen; opened 1200L "b"; opened 1400L "d" ] ]

                let _, recorded = pack [ second; first ]
                Expect.equal (Programs.firstArguments "open" recorded) [ "a"; "b"; "c"; "d" ] "order"

            testCase "processes are merged by time, and each image has its ordinal (S12, S13)"
            <| fun () ->
                let parent = { header with State = 2; Ended = 1900L }

                let child =
                    { header with
                        Pid = 101
                        ParentPid = 100
                        Nonce = 0xB2UL
                        ForkedFrom = 0xA1UL
                        StartTicks = 6UL
                        Fork = true
                        Began = 1200L
                    }

                let replaced =
                    { child with
                        Nonce = 0xC3UL
                        ForkedFrom = 0UL
                        Fork = false
                        Began = 1400L
                        State = 2
                        Ended = 1600L
                    }

                let _, recorded =
                    pack
                        [
                            segment replaced [ block [ namesOpen; opened 1450L "exec" ] ]
                            segment child [ block [ namesOpen; opened 1250L "fork" ] ]
                            segment
                                parent
                                [ block [ namesOpen; opened 1100L "before"; opened 1500L "after" ] ]
                        ]

                Expect.equal
                    (described recorded)
                    [
                        "1001100 p0 open(before)"
                        "1001250 p1 open(fork)"
                        "1001450 p2 open(exec)"
                        "1001500 p0 open(after)"
                    ]
                    "events"

                Expect.equal
                    (lives recorded)
                    [
                        "Start 0 parent -1 pid 100 at 1001000 code "
                        "Fork 1 parent 0 pid 101 at 1001200 code "
                        "Exec 2 parent 1 pid 101 at 1001400 code "
                        "Exit 2 parent 1 pid 101 at 1001600 code "
                        "Exit 0 parent -1 pid 100 at 1001900 code "
                    ]
                    "processes"

            testCase "the parent is the nearest recorded ancestor when a shell stands between (S17)"
            <| fun () ->
                let child =
                    { header with
                        Pid = 103
                        ParentPid = 102
                        Nonce = 0xB2UL
                        StartTicks = 9UL
                        Began = 1200L
                        Map = [ "ancestors", array [ integer 102L; integer 100L ] ]
                    }

                let _, recorded = pack [ segment header []; segment child [] ]

                Expect.equal [ for r in recorded.Processes -> r.Process, r.Parent ] [ 0, -1; 1, 0 ] "parents"

            testCase "a command that wrote no segment is the first process, and the root of what it started"
            <| fun () ->
                let root =
                    PackOptions(
                        Root = RootCommand(50, [| "make"; "test" |], 900L),
                        EndOf =
                            (fun pid _ ->
                                if pid = 50 then
                                    ProcessEnd(true, Nullable 2, 2000L)
                                else
                                    null),
                        Writing = options.Writing
                    )

                let child =
                    { header with
                        Map = [ "ancestors", array [ integer 99L; integer 50L ] ]
                    }

                let _, recorded =
                    packWith root [ segment child [ block [ namesOpen; opened 1100L "a" ] ] ]

                Expect.equal
                    (lives recorded)
                    [
                        "Start 0 parent -1 pid 50 at 1000900 code "
                        "Start 1 parent 0 pid 100 at 1001000 code "
                        "Exit 0 parent -1 pid 50 at 1002000 code 2"
                    ]
                    "processes"

                Expect.equal (List.ofSeq recorded.Processes[0].Command) [ "make"; "test" ] "command"

            testCase "counters become losses and totals (S15, S16)"
            <| fun () ->
                let counted =
                    { header with
                        Filtered = 40L
                        Lost = [ 0, 3L; 6, 2L ]
                        FirstLost = 1200L
                        LastLost = 1300L
                    }

                let more =
                    { header with
                        Sequence = 1
                        Filtered = 2L
                        Lost = [ 0, 1L ]
                        FirstLost = 1350L
                        LastLost = 1360L
                    }

                let result, recorded =
                    pack [ segment counted [ block [ namesOpen; opened 1100L "a" ] ]; segment more [] ]

                Expect.equal (losses recorded) [ "disk-full 4 of 0"; "busy 2 of 0" ] "losses"
                Expect.equal (recorded.Losses[0].From, recorded.Losses[0].To) (1_001_200L, 1_001_360L) "when"

                Expect.equal
                    result.Totals
                    (TraceTotals(1L, 1, 49L, 42L, 6L))
                    "raised = filtered + recorded + lost"

            testCase "a block that was never committed is passed over and is no loss (S21)"
            <| fun () ->
                let _, recorded =
                    pack
                        [
                            segment
                                header
                                [
                                    block [ namesOpen; opened 1100L "a" ]
                                    openBlock [ opened 1200L "half" ]
                                    block [ opened 1300L "b" ]
                                ]
                        ]

                Expect.equal (Programs.firstArguments "open" recorded) [ "a"; "b" ] "events"
                Expect.equal (losses recorded) [] "losses"

            testCase "a damaged block costs itself, and is counted (S22)"
            <| fun () ->
                let bad = blockWith (fun _ -> 7u) (opened 1200L "bad")
                let nameless = block [ event 1250L 99L None [] ]
                let cut = block [ (opened 1260L "cut")[..9] ]
                let notUtf8 = block [ event 1270L 0L None [ rawText [| 0xFFuy |] ] ]

                let result, recorded =
                    pack
                        [
                            segment
                                header
                                [
                                    block [ namesOpen; opened 1100L "a" ]
                                    bad
                                    nameless
                                    cut
                                    notUtf8
                                    block [ opened 1300L "b" ]
                                ]
                        ]

                Expect.equal (Programs.firstArguments "open" recorded) [ "a"; "b" ] "events"
                Expect.equal (losses recorded) [ "damaged 4 of 0" ] "losses"
                Expect.equal result.Totals.Lost 4L "counted"

            testCase "a length that cannot be ends the segment, and that is a loss of unknown size (S20)"
            <| fun () ->
                let endless = block [ opened 1200L "x" ]
                endless[3] <- 0x7Fuy

                let _, recorded =
                    pack
                        [
                            segment
                                header
                                [ block [ namesOpen; opened 1100L "a" ]; endless; block [ opened 1300L "b" ] ]
                        ]

                Expect.equal (Programs.firstArguments "open" recorded) [ "a" ] "events"
                Expect.equal (losses recorded) [ "damaged 0 of 0" ] "losses"

            testCase "definitions of a damaged block do not count (S22, S25)"
            <| fun () ->
                let _, recorded =
                    pack
                        [
                            segment
                                header
                                [ block [ name 0L "open"; [| 0xC1uy |] ]; block [ opened 1100L "a" ] ]
                        ]

                Expect.equal recorded.Events [] "events"
                Expect.equal (losses recorded) [ "damaged 2 of 0" ] "losses"

            testCase "records of unknown kinds and further elements are skipped (S23)"
            <| fun () ->
                let unknown = array [ integer 77L; text "new"; array [ nil ] ]

                let longer =
                    array
                        [
                            integer 1L
                            integer 1100L
                            integer 7L
                            integer 0L
                            nil
                            integer 0L
                            array [ text "a" ]
                            text "more"
                        ]

                let _, recorded =
                    pack [ segment header [ block [ unknown; namesOpen; longer; unknown ] ] ]

                Expect.equal (Programs.firstArguments "open" recorded) [ "a" ] "events"
                Expect.equal (losses recorded) [] "losses"

            testCase "a segment that is gone is a loss (S6, S10)"
            <| fun () ->
                let _, recorded =
                    pack [ segment header []; segment { header with Sequence = 2 } [] ]

                Expect.equal (losses recorded) [ "segment-missing 0 of 0" ] "losses"

            testCase "a file whose writer has not finished its header is ignored (S9)"
            <| fun () ->
                let unfinished = bytes header [ block [ namesOpen; opened 1100L "a" ] ]
                Array.fill unfinished 0 8 0uy
                let result, recorded = pack [ fileOf (fileName header) unfinished ]
                Expect.equal (recorded.Events, losses recorded, result.Totals.Processes) ([], [], 0) "nothing"

            testTheory
                "a file with a segment's name that is none is refused, and that is a loss (S11)"
                [
                    "its version is 2", (fun (b: byte[]) -> b[8] <- 2uy)
                    "its header and its file name disagree", (fun b -> b[24] <- 99uy)
                    "its header and its file name disagree", (fun b -> b[32] <- 0uy)
                    "it does not begin with a segment's magic", (fun b -> b[0] <- 0uy)
                    "its first block is not behind the header", (fun b -> b[13] <- 0uy)
                ]
            <| fun (reason, change) ->
                let content = bytes header [ block [ namesOpen; opened 1100L "a" ] ]
                change content
                let result, recorded = pack [ fileOf (fileName header) content ]
                Expect.stringContains (Seq.exactlyOne result.Refused) reason "why"
                Expect.equal (losses recorded) [ "damaged 0 of -1" ] "losses"

            testCase "an image that lies about its beginning does not disturb another's order (S39)"
            <| fun () ->
                let liar =
                    { header with
                        Pid = 200
                        Nonce = 0xFFUL
                        Began = Int64.MaxValue
                    }

                let _, recorded =
                    pack
                        [
                            segment liar [ block [ namesOpen; opened 1050L "lie" ] ]
                            segment
                                header
                                [
                                    block [ namesOpen; opened 1100L "a"; opened Int64.MaxValue "late" ]
                                    block [ opened 0L "early" ]
                                ]
                        ]

                let times = [ for e in recorded.Events -> e.Time ]
                Expect.equal times (List.sort times) "times never go backwards"

                Expect.equal
                    (Programs.firstArguments "open" recorded)
                    [ "early"; "a"; "late"; "lie" ]
                    "the honest events are first"

            testCase "what a segment says of its runtime is in META (S17)"
            <| fun () ->
                let told =
                    { header with
                        Map =
                            [
                                "recorder", text "auditrules-native"
                                "runtime", text "CPython"
                                "runtimeVersion", text "3.11.7"
                                "command", array [ text "app.py"; text "-v" ]
                                "profile", text "all"
                                "later", array [ nil ]
                            ]
                    }

                let _, recorded = pack [ segment told [] ]
                let meta = recorded.Meta

                Expect.equal
                    (meta.Recorder, meta.Runtime, meta.RuntimeVersion, meta.Profile)
                    ("auditrules-native", "CPython", "3.11.7", "all")
                    "meta"

                Expect.equal (List.ofSeq meta.Command) [ "app.py"; "-v" ] "command"
                Expect.equal (meta.WallClock, meta.MonotonicClock) (1_001_000L, 1_000L) "anchors"
        ]

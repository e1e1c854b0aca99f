/// What a trace that was imported of an export says of itself, and of what is missing: the same verdicts.
module AuditRules.Cli.Tests.ImportTests

open System
open System.Collections.Immutable
open System.IO
open System.Text.RegularExpressions
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Cli.Tests.Cli
open AuditRules.Cli.Tests.ExportLab
open Expecto

[<Tests>]
let tests =
    testList
        "export and import"
        [
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

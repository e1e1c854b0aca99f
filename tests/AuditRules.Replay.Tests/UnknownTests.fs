/// What is said of a rule that found nothing, and may have missed something.
module AuditRules.Replay.Tests.UnknownTests

open System
open System.Collections.Immutable
open System.IO
open Expecto
open AuditRules.Detection.Findings
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events
open AuditRules.Replay
open AuditRules.Replay.Tests.VerdictLab
open AuditRules.Traces

let private change kind parent suspicion =
    ProcessRecord(
        kind,
        (if kind = ProcessChange.NotRecorded then -1 else 0),
        parent,
        100,
        1L,
        list [ "x" ],
        Nullable()
    )
    |> fun record ->
        if suspicion = "" then
            record
        else
            ProcessRecord(
                record.Change,
                record.Process,
                record.Parent,
                record.Pid,
                record.Time,
                record.Command,
                record.ExitCode,
                Suspicion = suspicion
            )

let private cut (head: string) =
    Value.Truncated(TruncatedValue(ValueKind.Str, 90_000L, ImmutableArray.Empty, Value.Str head))

let private compile (value: Value) =
    AuditEvent("compile", list [ value; Value.Nil ])

[<Tests>]
let unknown =
    testList
        "unknown rules"
        [
            testTheory
                "R77: a process that was not recorded, or not to its end, may have done what a rule looks for"
                [
                    change ProcessChange.NotRecorded 3 "",
                    "a program that process 3 started was perhaps not recorded"
                    change ProcessChange.NotRecorded -1 "",
                    "a program that was started was perhaps not recorded"
                    change ProcessChange.Exit -1 "end-not-seen",
                    "events of process 0 may be missing (end-not-seen)"
                ]
            <| fun (record, reason) ->
                let start = change ProcessChange.Start -1 ""
                Expect.equal (said native [] [ start ] (EventPattern "open")) (Verdict.Clean, "") "without it"

                Expect.equal
                    (said native [] [ start; record ] (EventPattern "open"))
                    (Verdict.Unknown, reason)
                    "with it"

                let opened = AuditEvent("open", list [ Value.Str "x" ])

                Expect.equal
                    (said native [ opened ] [ start; record ] (EventPattern "open"))
                    (Verdict.Fired, "")
                    "fired"

            testTheory
                "R78: a pattern that asks for what was cut or redacted leaves the rule unknown"
                [
                    on "source" 0 (TextPattern.Contains "import") "compile",
                    cut "x = 1",
                    "the source of compile was cut when it was recorded"
                    on "source" 0 (TextPattern.EndsWith "import") "compile", cut "import", ""
                    on "source" 0 (TextPattern.StartsWith "import") "compile",
                    cut "im",
                    "the source of compile was cut when it was recorded"
                    on "source" 0 anyText "compile",
                    Value.Redacted(RedactedValue("env", 5L, "0f")),
                    "the source of compile was redacted when it was recorded"
                ]
            <| fun (pattern, value, reason) ->
                // Twice, so that the second answer comes from the memory.
                let verdict = said native [ compile value; compile value ] [] pattern

                if reason = "" then
                    Expect.equal (fst verdict) Verdict.Fired "the head alone matches"
                else
                    Expect.equal verdict (Verdict.Unknown, reason) $"{pattern}"

            testTheory
                "R78: what was kept may decide alone"
                [
                    on "source" 0 (TextPattern.StartsWith "import") "compile"
                    on "source" 0 (TextPattern.EqualTo "x") "compile"
                    on "source" 0 (TextPattern.OneOf [ "x"; "y" ]) "compile"
                    on "source" 0 (TextPattern.Under "/tmp") "compile"
                    on "source" 0 (TextPattern.StartsWith "import" &&& TextPattern.Contains "x") "compile"
                    on "source" 0 (TextPattern.Not(TextPattern.Contains "1 + 1")) "compile"
                ]
            <| fun pattern ->
                Expect.equal
                    (said native [ compile (cut "a = 1 + 1; b = 2") ] [] pattern)
                    (Verdict.Clean, "")
                    $"{pattern}"

            testCase "R107: a certain finding behind many in doubt is found by a second pass"
            <| fun () ->
                let absence =
                    AbsencePlan(
                        EventPattern "os.remove",
                        StepKey<int>("", ImmutableArray.Empty, (fun b -> b[0].Process), _.Process),
                        TimeSpan.FromTicks 1L
                    )

                let alone = (rule (EventPattern "open")).WithAbsence absence
                let stream = new MemoryStream()

                // The loss touches the windows of the first three.
                (use writer = new TraceWriter(stream, native, TraceWriterOptions(LeaveOpen = true))

                 for time in [ 1000L; 1100L; 1200L; 9000L ] do
                     let opened = AuditEvent("open", list [ Value.Str "x" ])
                     writer.Add (opened.With(time = Nullable time, pid = Nullable 100)).View

                 let closing = AuditEvent("close", list []).With(time = Nullable 10000L)
                 writer.Add closing.View
                 writer.Add(LossRecord(-1, "disk-full", 1L, 1000L, 2000L, ImmutableArray.Empty))
                 writer.Complete(TraceTotals(5L, 1, -1L, -1L, 1L)))

                let replay (input: Stream) =
                    let options =
                        ReplayOptions(
                            Detection = AuditRules.Detection.Matching.DetectionOptions(MaxFindings = 2)
                        )

                    let detection = TraceReplay.Run(input, "", [ alone ], options).Detection
                    let outcome = detection.Outcomes[0]

                    [ for f in detection.Findings -> f.Events[0].Event.Time, f.DoubtedBy = "" ],
                    (outcome.Verdict, outcome.Findings, outcome.Undecided)

                let bytes = stream.ToArray()

                Expect.equal
                    (replay (new MemoryStream(bytes)))
                    ([ 1000L, false; 9000L, true ], (Verdict.Fired, 1L, 3L))
                    "the certain one is kept, and counts"

                use once =
                    new Compression.BrotliStream(brotli bytes, Compression.CompressionMode.Decompress)

                Expect.equal
                    (replay once)
                    ([ 1000L, false; 1100L, false ], (Verdict.Unknown, 0L, 4L))
                    "what can be read only once is not judged beyond the limit"
        ]

module AuditRules.Reporting.Tests.TextReportTests

open System
open Expecto
open AuditRules.Detection.Findings
open AuditRules.Detection.Plans
open AuditRules.Events
open AuditRules.Reporting.Reports
open AuditRules.Reporting.Terminal
open AuditRules.Reporting.Text

let private lines (text: string) = text.Split('\n') |> List.ofArray

let private withCommand (report: ReplayReport) =
    let trace = report.Traces[0]
    let commands = System.Collections.Generic.Dictionary(dict [ 0, "python3 app.py" ])
    Some.report [ TraceReport(trace.Trace, trace.Detection, Commands = commands) ]

let private loss = LossRecord(3, "disk-full", 1200L, 0L, 0L, Some.array [])

let private troubled =
    let rule id = Some.rule id "a title" Severity.Low

    let failed =
        RuleOutcome(
            rule "AR1",
            Verdict.Failed,
            "reason",
            0L,
            0L,
            Some.array [],
            RuleFailure("FormatException: bad", SourceLocation("rules/x.fsx", 4), 17L, "open")
        )

    let trace =
        Some.trace
            []
            [
                failed
                Some.outcome (rule "AR2") Verdict.Unknown "events were lost (disk-full)" 0L
                Some.outcome (rule "AR3") Verdict.Blind "the recording could not contain exec" 0L
                Some.outcome (rule "AR4") Verdict.Clean "" 0L
            ]

    Some.report
        [
            TraceReport(
                trace.Trace,
                trace.Detection,
                Losses = Some.array [ loss ],
                Damages = Some.array [ ReportedDamage("Payload", 1234L, "a frame's payload is damaged") ],
                Closed = false
            )
        ]

[<Tests>]
let tests =
    testList
        "the text report"
        [
            testCase "C37: a finding tells what happened, and its evidence" (fun () ->
                let expected =
                    [
                        "HIGH AR1001 secret read, then network"
                        "/home/u/.ssh/id_rsa was read, then 10.1.2.3:443 connected"
                        "rules/secrets.fsx(12) - T1552.001 T1041 - finding 0123456789abcdef"
                        "├── +0.000 s  o  open path=\"/home/u/.ssh/id_rsa\" mode=\"r\" flags=524288"
                        "│     app.py:3 in main  pid 7: python3 app.py"
                        "└── +0.003 s  c  socket.connect address=[\"10.1.2.3\", 443]"
                        "      pid 7"
                        ""
                        "1 rule over 4,321 events: 1 finding (1 high); 1 rule fired"
                        ""
                    ]

                Expect.equal (lines (Some.text Some.ordinary (withCommand Some.found))) expected "report")

            testCase "R37: of a rule without a message the title stands once" (fun () ->
                let rule = Some.rule "AR1" "the title" Severity.Low
                let finding = Some.finding rule "the title" "/x" "h"

                let report =
                    Some.report [ Some.trace [ finding ] [ Some.outcome rule Verdict.Fired "" 1L ] ]

                Expect.equal
                    (lines (Some.text Some.ordinary report) |> List.take 2)
                    [
                        "LOW AR1 the title"
                        "rules/secrets.fsx(12) - T1552.001 T1041 - finding 0123456789abcdef"
                    ]
                    "report")

            testCase "C37: where nothing was found one line says what was checked" (fun () ->
                let text = Some.text Some.ordinary Some.clean
                Expect.equal text "1 rule over 4,321 events: nothing found\n" "report")

            testCase
                "C37: rules that were not clean, damage and losses are told with their reasons"
                (fun () ->
                    let expected =
                        [
                            "failed AR1 a title: FormatException: bad, at rules/x.fsx(4), on event 17 open"
                            "unknown AR2 a title: events were lost (disk-full)"
                            "blind AR3 a title: the recording could not contain exec"
                            "damage at byte 1,234 of run.atrace: a frame's payload is damaged (Payload)"
                            "loss in run.atrace: 1,200 events of process 3 (disk-full)"
                            "open run.atrace has no end: its recorder still writes it, or died; what came later is not in it"
                            ""
                            "4 rules over 4,321 events: nothing found; 1 rule clean, 1 unknown, 1 blind, 1 failed; 1,200 events lost, 1 damaged place, not closed"
                            ""
                        ]

                    Expect.equal (lines (Some.text Some.ordinary troubled)) expected "report")

            testTheory
                "C37: the summary says of losses that are not all counted what is the least"
                [
                    [ 12L ], "12 events lost"
                    [ 12L; 0L ], "at least 12 events lost"
                    [ 0L ], "events were lost"
                ]
                (fun (counts, expected) ->
                    let losses =
                        [
                            for count in counts -> LossRecord(0, "disk-full", count, 0L, 0L, Some.array [])
                        ]

                    let trace =
                        Some.trace [] [ Some.outcome (Some.rule "AR1" "t" Severity.Low) Verdict.Clean "" 0L ]

                    let report =
                        Some.report [ TraceReport(trace.Trace, trace.Detection, Losses = Some.array losses) ]

                    Expect.equal
                        (SummaryText.Of report)
                        $"1 rule over 4,321 events: nothing found; {expected}"
                        "summary")

            testCase "C37: losses of one reason share a line" (fun () ->
                let loss number reason count =
                    LossRecord(number, reason, count, 0L, 0L, Some.array [])

                let losses =
                    [
                        loss 0 "late-start" 0L
                        loss 1 "disk-full" 1200L
                        loss 1 "late-start" 0L
                        loss 2 "disk-full" 34L
                        loss 2 "busy" 1L
                        loss -1 "damaged" 0L
                        loss 3 "damaged" 7L
                        loss 4 "oversize" Int64.MaxValue
                        loss 5 "oversize" 1L
                        loss -1 "damage" 0L
                    ]

                Expect.equal
                    (List.ofSeq (LossText.Of losses))
                    [
                        "an unknown number of events of 2 processes (late-start)"
                        "1,234 events of 2 processes (disk-full)"
                        "1 event of process 2 (busy)"
                        "at least 7 events of process 3 (damaged)"
                        "9,223,372,036,854,775,807 events of 2 processes (oversize)"
                        "an unknown number of events (damage)"
                    ]
                    "one line a reason")

            testCase
                "C37: rules that are unknown for one reason share a line, and so do blind ones"
                (fun () ->
                    let rule id = Some.rule id "a title" Severity.Low

                    let outcomes =
                        [
                            Some.outcome (rule "AR1") Verdict.Unknown "damage" 0L
                            Some.outcome (rule "AR2") Verdict.Blind "no exec" 0L
                            Some.outcome (rule "AR3") Verdict.Unknown "damage" 0L
                            Some.outcome (rule "AR4") Verdict.Unknown "loss" 0L
                            Some.outcome (rule "AR5") Verdict.Unknown "damage" 0L
                        ]

                    let expected =
                        [
                            "unknown 3 rules (AR1, AR3, AR5): damage"
                            "blind AR2 a title: no exec"
                            "unknown AR4 a title: loss"
                            ""
                        ]

                    let text = Some.text Some.ordinary (Some.report [ Some.trace [] outcomes ])
                    Expect.equal (lines text |> List.truncate 4) expected "report")

            testCase "C37: damage says how many events are missing, where that is known" (fun () ->
                let damage = ReportedDamage("Payload", 9L, "damaged", Events = Nullable 1200L)
                let trace = Some.trace [] []

                let report =
                    TraceReport(trace.Trace, trace.Detection, Damages = Some.array [ damage ])

                let text = Some.text Some.ordinary (Some.report [ report ])

                Expect.stringStarts
                    text
                    "damage at byte 9 of run.atrace: damaged (Payload); 1,200 events are missing\n"
                    "report")

            testCase "C87: tampering is said with its place, and in the last line" (fun () ->
                let trace = Some.trace [] []

                let report =
                    TraceReport(
                        trace.Trace,
                        trace.Detection,
                        Tampering = ReportedDamage("Checkpoint", 1276L, "another root")
                    )

                let text = Some.text Some.ordinary (Some.report [ report ])

                Expect.stringStarts
                    text
                    "tampered with run.atrace, at byte 1,276: another root (Checkpoint); see auditrules verify run.atrace\n"
                    "report"

                Expect.stringEnds text "nothing found; tampered with\n" "last line")

            testCase "C9: quiet leaves findings, failures and damage" (fun () ->
                Expect.equal (Some.text (TextReportOptions(true, false)) Some.clean) "" "nothing found"
                let text = Some.text (TextReportOptions(true, false)) troubled
                Expect.stringStarts text "failed AR1" "failure"
                Expect.isFalse (text.Contains "blind") "no verdicts"
                Expect.stringContains text "damage at byte" "damage")

            testCase "C39: verbose says how far every rule got" (fun () ->
                let text = Some.text (TextReportOptions(false, true)) Some.clean

                let expected =
                    [
                        "AR1001 secret read, then network: clean"
                        "  o: 3 matched, 1 refused by where, 2 taken"
                        "  c: 5 matched, 4 without an earlier step of the same key, 1 taken"
                        ""
                        "1 rule over 4,321 events: nothing found"
                        ""
                    ]

                Expect.equal (lines text) expected "report")

            testCase "C39: verbose names the clause that stopped a step" (fun () ->
                let stopped =
                    StepProgress(
                        "c",
                        9L,
                        1L,
                        0L,
                        0L,
                        2L,
                        3L,
                        Join = StepJoin.Any,
                        Preceded = 4L,
                        DroppedByUntil = 5L,
                        RunsOver = 6L,
                        Followed = 7L,
                        Ended = 8L
                    )

                let group = StepProgress("g", 1L, 1L, 0L, 0L, 0L, 0L, Join = StepJoin.Group)
                let rule = Some.rule "AR1" "title" Severity.High

                let outcome =
                    RuleOutcome(rule, Verdict.Clean, "", 0L, 0L, Some.array [ stopped; group ], null)

                let text =
                    Some.text (TextReportOptions(false, true)) (Some.report [ Some.trace [] [ outcome ] ])

                Expect.stringContains
                    text
                    "  c: 9 matched, 1 without an earlier step, 4 refused by notPrecededBy, 3 dropped by unless, 5 dropped by until, 6 dropped, for the run went on, 2 taken, 7 dropped by notFollowedBy, 8 dropped by until before the window ended\n  g: 1 matched, 1 without a complete group, 0 taken"
                    "each in its words")

            testCase "a rule that ran over several traces counts once" (fun () ->
                let report = Some.report [ Some.found.Traces[0]; Some.clean.Traces[0] ]
                let text = Some.text Some.ordinary report

                let expected =
                    "1 rule over 8,642 events of 2 traces: 1 finding (1 high); 1 rule fired\n"

                Expect.stringEnds text expected "summary")

            testCase "long evidence shows its beginning and its end" (fun () ->
                let events =
                    [
                        for i in 1..100 ->
                            StepEvent("c", (Some.connected $"10.0.0.{i}").With(ordinal = Nullable(int64 i)))
                    ]

                let finding =
                    Finding("id", Some.secretSent.Rule, "scan", Some.array [], Some.array events)

                let report =
                    Some.report [ Some.trace [ finding ] [ Some.outcome finding.Rule Verdict.Fired "" 1L ] ]

                let text = Some.text Some.ordinary report
                Expect.stringContains text "10.0.0.6\"" "the sixth"
                Expect.isFalse (text.Contains "10.0.0.7\"") "not the seventh"
                Expect.stringContains text "... 92 more events" "the rest is counted"
                Expect.stringContains text "10.0.0.99\"" "the last but one"
                let whole = Some.text (TextReportOptions(false, true)) report
                Expect.stringContains whole "10.0.0.7\"" "verbose shows all")

            testCase "C37: a process is told with its command where long evidence goes on with it" (fun () ->
                let events =
                    [
                        for i in 1..20 ->
                            StepEvent(
                                "c",
                                (Some.connected "10.0.0.1")
                                    .With(
                                        ordinal = Nullable(int64 i),
                                        ``process`` = Nullable(if i < 10 then 0 else 3)
                                    )
                            )
                    ]

                let finding =
                    Finding("id", Some.secretSent.Rule, "scan", Some.array [], Some.array events)

                let trace = Some.trace [ finding ] [ Some.outcome finding.Rule Verdict.Fired "" 1L ]

                let commands =
                    System.Collections.Generic.Dictionary(dict [ 0, "first.py"; 3, "second.py" ])

                let report =
                    Some.report [ TraceReport(trace.Trace, trace.Detection, Commands = commands) ]

                let text = Some.text Some.ordinary report
                let count (part: string) = (text.Split part).Length - 1
                Expect.equal (count "first.py", count "second.py") (1, 1) "each once")

            testTheory
                "C5: hostile text reaches no terminal, wherever it stands"
                Some.hostile
                (fun (text, shown) ->
                    let rule = Some.rule "AR1001" text Severity.High
                    let finding = Some.finding rule ("it was " + text) text text
                    let outcome = Some.outcome rule Verdict.Fired "" 1L
                    let trace = Some.trace [ finding ] [ outcome ]
                    let report = Some.report [ trace; trace ]
                    let result = Some.text Some.ordinary (withCommand report)

                    for character in result do
                        let plain = character = '\n' || not (Char.IsControl character)
                        Expect.isTrue plain $"U+%04X{int character} reached the terminal"

                    Expect.equal (lines result).Length 10 "no text made lines of its own"
                    Expect.stringContains result shown "the text is shown")

            testCase "C6: colours go to a terminal that allows them, and nowhere else" (fun () ->
                let colored = Some.textOn (TerminalOptions(80, true)) Some.found
                Expect.stringContains colored "\u001b[" "coloured"
                let plain = Some.textOn (TerminalOptions(80, false)) Some.found
                Expect.isFalse (plain.Contains '\u001b') "plain")

            testCase "C6: lines are fitted to a terminal and left whole elsewhere" (fun () ->
                let path = "/home/" + String.replicate 20 "folder/" + "id_rsa"
                let finding = Some.finding Some.secretSent.Rule path path "h"

                let report =
                    Some.report [ Some.trace [ finding ] [ Some.outcome finding.Rule Verdict.Fired "" 1L ] ]

                for line in lines (Some.textOn (TerminalOptions(60, false)) report) do
                    Expect.isLessThanOrEqual line.Length 60 line

                Expect.stringContains (Some.text Some.ordinary report) path "whole")

            testCase "C6: what does not fit a line goes on below it, indented" (fun () ->
                let path = "/home/somebody/.config/gcloud/application_default_credentials.json"
                let finding = Some.finding Some.secretSent.Rule "read" path "h"

                let report =
                    Some.report [ Some.trace [ finding ] [ Some.outcome finding.Rule Verdict.Fired "" 1L ] ]

                let expected =
                    [
                        "├── +0.000 s  o  open "
                        "│       path=\"/home/somebody/.config/gcloud/application_default_cr"
                        "│       edentials.json\" mode=\"r\" flags=524288"
                        "│     app.py:3 in main  pid 7"
                    ]

                let shown = lines (Some.textOn (TerminalOptions(66, false)) report)
                Expect.equal (shown |> List.skip 3 |> List.truncate 4) expected "evidence")
        ]

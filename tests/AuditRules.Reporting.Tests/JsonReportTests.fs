module AuditRules.Reporting.Tests.JsonReportTests

open System.Text.Json
open Expecto
open AuditRules.Detection.Findings
open AuditRules.Detection.Plans
open AuditRules.Reporting.Reports
open AuditRules.Reporting.Terminal

let private parse (line: string) = JsonDocument.Parse(line).RootElement

let private line number report = Array.item number (Some.json report)

let private names (element: JsonElement) =
    [ for property in element.EnumerateObject() -> property.Name ]

let private text (name: string) (element: JsonElement) = element.GetProperty(name).GetString()
let private number (name: string) (element: JsonElement) = element.GetProperty(name).GetInt64()

[<Tests>]
let tests =
    testList
        "the report as JSON lines"
        [
            testCase "C38: a finding has these fields, in this order" (fun () ->
                let expected =
                    "{\"id\":\"0123456789abcdef\",\"rule\":\"AR1001\",\"title\":\"secret read, then network\","
                    + "\"severity\":\"high\",\"message\":\"/home/u/.ssh/id_rsa was read, then 10.1.2.3:443 connected\","
                    + "\"mitre\":[\"T1552.001\",\"T1041\"],\"tags\":[\"secrets\"],"
                    + "\"source\":{\"file\":\"rules/secrets.fsx\",\"line\":12},"
                    + "\"trace\":{\"path\":\"run.atrace\",\"id\":\"00ff\"},\"key\":{\"process\":0},"
                    + "\"events\":[{\"step\":\"o\",\"seq\":12,\"time\":\"2026-01-02T03:04:05.000000006Z\",\"pid\":7,\"tid\":7,"
                    + "\"process\":0,\"event\":\"open\",\"args\":[\"/home/u/.ssh/id_rsa\",\"r\",524288],"
                    + "\"caller\":{\"file\":\"app.py\",\"line\":3,\"function\":\"main\"}},"
                    + "{\"step\":\"c\",\"seq\":40,\"time\":\"2026-01-02T03:04:05.003000006Z\",\"pid\":7,\"tid\":7,"
                    + "\"process\":0,\"event\":\"socket.connect\",\"args\":[null,[\"10.1.2.3\",443]]}],"
                    + "\"state\":\"new\",\"verdict\":\"match\"}"

                Expect.equal (line 0 Some.found) expected "line")

            testCase "C37, C38: a finding in doubt is told with its reason" (fun () ->
                let finding = Some.secretSent.Doubt "the trace was not closed"

                let report =
                    Some.report
                        [
                            Some.trace
                                [ finding ]
                                [ (Some.outcome finding.Rule Verdict.Unknown "why" 0L).WithUndecided 1L ]
                        ]

                Expect.stringContains
                    (line 0 report)
                    "\"verdict\":\"unknown\",\"doubtedBy\":\"the trace was not closed\""
                    "the finding"

                Expect.stringContains (line 1 report) "\"findings\":0,\"undecided\":1" "the summary"
                let usual = Some.text Some.ordinary report
                Expect.stringContains usual "nothing found; 1 in doubt" "it does not count"
                Expect.stringContains usual "in doubt: the trace was not closed" "and is shown")

            testCase "C37, C38: a suppressed finding is told with its reason, and counted apart" (fun () ->
                let finding = Some.secretSent.Suppress "our own updater"

                let report =
                    Some.report
                        [
                            Some.trace
                                [ finding ]
                                [ (Some.outcome finding.Rule Verdict.Clean "" 0L).WithSuppressed 1L ]
                        ]

                Expect.stringContains
                    (line 0 report)
                    "\"state\":\"suppressed\",\"suppressedBy\":\"our own updater\""
                    "the finding"

                Expect.stringContains
                    (line 1 report)
                    "\"findings\":0,\"undecided\":0,\"suppressed\":1"
                    "the summary"

                let usual = Some.text Some.ordinary report
                Expect.stringContains usual "nothing found; 1 suppressed" "the text report counts it"
                Expect.isFalse (usual.Contains finding.Message) "and does not show it"
                let verbose = Some.text (TextReportOptions(false, true)) report
                Expect.stringContains verbose "suppressed: our own updater" "but for --verbose")

            testCase "C38: the last line is the summary, with the rules that were clean too" (fun () ->
                let lines = Some.json Some.clean
                Expect.equal lines.Length 2 "one line, and the end of it"
                let summary = (parse lines[0]).GetProperty "summary"

                Expect.equal
                    (names summary)
                    [
                        "rules"
                        "fired"
                        "clean"
                        "unknown"
                        "blind"
                        "failed"
                        "findings"
                        "undecided"
                        "suppressed"
                        "bySeverity"
                        "events"
                        "lost"
                        "damages"
                        "tampered"
                        "traces"
                    ]
                    "fields"

                Expect.equal (number "rules" summary) 1L "rules"
                Expect.equal (number "clean" summary) 1L "clean"
                Expect.equal (number "fired" summary) 0L "fired"
                Expect.equal (number "events" summary) 4321L "events"
                let rule = summary.GetProperty("traces").[0].GetProperty("rules").[0]
                Expect.equal (text "rule" rule) "AR1001" "rule"
                Expect.equal (text "verdict" rule) "clean" "verdict"
                Expect.equal (text "reason" rule) "" "reason")

            testCase "C38: verdicts have their reasons, losses and damage their places" (fun () ->
                let rule = Some.rule "AR2" "title" Severity.Low
                let trace = Some.trace [] [ Some.outcome rule Verdict.Blind "why" 0L ]

                let report =
                    Some.report
                        [
                            TraceReport(
                                trace.Trace,
                                trace.Detection,
                                Losses =
                                    Some.array
                                        [
                                            AuditRules.Events.LossRecord(
                                                3,
                                                "disk-full",
                                                12L,
                                                0L,
                                                0L,
                                                Some.array []
                                            )
                                        ],
                                Damages = Some.array [ ReportedDamage("Gap", 99L, "2 frames") ],
                                Tampering = ReportedDamage("Checkpoint", 7L, "another root"),
                                Closed = false
                            )
                        ]

                let summary = (parse (line 0 report)).GetProperty "summary"
                Expect.equal (number "blind" summary) 1L "blind"
                Expect.equal (number "lost" summary) 12L "lost"
                let trace = summary.GetProperty("traces").[0]
                Expect.isFalse (trace.GetProperty("closed").GetBoolean()) "closed"
                Expect.equal (text "reason" (trace.GetProperty("rules").[0])) "why" "reason"
                let loss = trace.GetProperty("losses").[0]
                Expect.equal (text "reason" loss, number "count" loss) ("disk-full", 12L) "loss"
                let damage = trace.GetProperty("damages").[0]
                Expect.equal (text "kind" damage, number "offset" damage) ("Gap", 99L) "damage"
                Expect.equal (number "tampered" summary) 1L "tampered"
                let tampered = trace.GetProperty "tampered"

                Expect.equal (text "kind" tampered, number "offset" tampered) ("Checkpoint", 7L) "where")

            testCase "C8: durations are there only when they were asked for" (fun () ->
                let timed = ReplayReport(Some.clean.Traces, Timings = ReplayTimings(5L, 7L))
                let timings = (parse (line 0 timed)).GetProperty("summary").GetProperty "timings"
                Expect.equal (number "compileMs" timings, number "replayMs" timings) (5L, 7L) "timings"
                Expect.isFalse ((line 0 Some.clean).Contains "timings") "not asked for")

            testCase "R36: a key that is not UTF-8 is written in the form for such text" (fun () ->
                let key = AuditRules.Events.Value.From("/" + Some.strayByte)
                let sent = Some.secretSent

                let finding =
                    Finding(
                        sent.Id,
                        sent.Rule,
                        sent.Message,
                        Some.array [ KeyPart("path", key) ],
                        sent.Events
                    )

                let report =
                    Some.report [ Some.trace [ finding ] [ Some.outcome finding.Rule Verdict.Fired "" 1L ] ]

                Expect.stringContains (line 0 report) "\"key\":{\"path\":{\"$str\":\"L+2zvw==\"}}" "key")

            testTheory "C5: hostile text is escaped and read back as it was" Some.hostile (fun (hostile, _) ->
                let rule = Some.rule "AR1001" hostile Severity.High
                // A lone surrogate cannot be in text that an event holds, but in what a rule makes of it.
                let path = hostile.Replace(Some.lone, "").Replace(Some.strayByte, "")
                let finding = Some.finding rule hostile path path

                let report =
                    Some.report [ Some.trace [ finding ] [ Some.outcome rule Verdict.Fired "" 1L ] ]

                let lines = Some.json report
                Expect.equal lines.Length 3 "two lines, and the end of the second"

                for character in lines[0] do
                    let safe = character >= ' ' && not (System.Char.IsControl character)
                    Expect.isTrue safe $"U+%04X{int character} is written as it is"

                let read = parse lines[0]

                Expect.equal
                    (text "message" read)
                    (hostile.Replace(Some.lone, "\ufffd").Replace(Some.strayByte, "\\xff"))
                    "message"

                let args = read.GetProperty("events").[0].GetProperty "args"
                Expect.equal (args.[0].GetString()) path "argument")
        ]

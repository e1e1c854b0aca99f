/// What is said of a rule that could not have found anything, for what the recording could not contain.
module AuditRules.Replay.Tests.BlindTests

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

[<Tests>]
let blind =
    testList
        "blind rules"
        [
            testTheory
                "R76: a rule is blind where the recording could not contain what it looks for, and says why"
                [
                    Meta.Of(exclude = [ "os.*" ]),
                    EventPattern "os.system",
                    "the recording could not contain os.system: it was excluded (--exclude)"

                    Meta.Of(drop = [ "marshal.*" ]),
                    EventPattern "marshal.loads",
                    "the recording could not contain marshal.loads: the profile security leaves it out (--include marshal.loads brings it in)"

                    native,
                    EventPattern "os.walk",
                    "the recording could not contain os.walk: Python 3.8.18 does not raise it, which came with 3.9"

                    Meta.Of(version = "3.13.0"),
                    EventPattern "telnetlib.Telnet.open",
                    "the recording could not contain telnetlib.Telnet.open: Python 3.13.0 no longer raises it, which went with 3.13"

                    native,
                    EventPattern "winreg.OpenKey",
                    "the recording could not contain winreg.OpenKey: only Windows raises it"

                    native,
                    EventPattern "os.chflags",
                    "the recording could not contain os.chflags: only macOS and BSD raise it"

                    native,
                    EventPattern "sys.set_asyncgen_hooks_firstiter",
                    "the recording could not contain sys.set_asyncgen_hooks_firstiter: CPython raises sys.set_asyncgen_hook_firstiter in its place"

                    Meta.Of(runtime = ""),
                    EventPattern "open",
                    "the recording could not contain open: no Python ran under the hook"

                    Meta.Of(runtime = ".NET", version = "10.0.0"),
                    EventPattern "open",
                    "the recording could not contain open: Python raises it, and the recorded program is one of .NET (Custom names the events of such a program)"

                    Meta.Of(blind = [ "sub-interpreters" ]),
                    EventPattern "cpython._PySys_ClearAuditHooks",
                    "the recording could not contain cpython._PySys_ClearAuditHooks: the Python hook does not see it (--hook native does)"

                    native,
                    on "value" 1 anyText "os.putenv",
                    "the recording could not contain os.putenv: values of the environment were redacted (--env keys)"

                    Meta.Of(environment = "none"),
                    on "key" 0 anyText "os.putenv",
                    "the recording could not contain os.putenv: variables of the environment were left out (--env none)"
                ]
            <| fun (meta, pattern, reason) ->
                Expect.equal (said meta [] [] pattern) (Verdict.Blind, reason) $"{pattern}"

            testTheory
                "R76, R110: a rule is blind where its code surely reads what the recording could not contain"
                [
                    "caller", reading (FieldRead.CallerOf 0) "open", "open", withoutCallers
                    "caller of that", reading (FieldRead.CallerOf(0, "open")) "open", "open", withoutCallers
                    "value",
                    reading (FieldRead.ArgumentOf(0, 1, "value")) "os.putenv",
                    "os.putenv",
                    "values of the environment were redacted (--env keys)"
                ]
            <| fun (_, pattern, name, why) ->
                Expect.equal
                    (said native [] [] pattern)
                    (Verdict.Blind, $"the recording could not contain {name}: {why}")
                    $"{pattern}"

            testTheory
                "R76, R110: it is clean where callers were recorded, or the code does not surely read them"
                [
                    "recorded", withCallers, reading (FieldRead.CallerOf 0) "open"
                    "another recorder",
                    TraceMeta(Recorder = "import", Runtime = "CPython"),
                    reading (FieldRead.CallerOf 0) "open"
                    "as a whole", native, reading (FieldRead.EventOf 0) "open"
                    "a key", native, reading (FieldRead.ArgumentOf(0, 0, "key")) "os.putenv"
                    "another event", native, reading (FieldRead.CallerOf(0, "os.remove")) "open"
                ]
            <| fun (_, meta, pattern) ->
                Expect.equal (said meta [] [] pattern) (Verdict.Clean, "") $"{pattern}"

            testCase "R76, R110: an unless that reads callers that were not recorded could not see its events"
            <| fun () ->
                let key later =
                    StepKey<int>(
                        "",
                        ImmutableArray.Empty,
                        (fun b -> b[0].Process),
                        _.Process,
                        LaterReads = list later
                    )

                let step = StepPlan("c", EventPattern "close")

                let guarded later =
                    StepPlan(
                        step.Name,
                        step.Pattern,
                        ImmutableArray.Empty,
                        key [],
                        Nullable(),
                        list [ UnlessPlan(EventPattern "x", key later) ]
                    )

                let verdict later =
                    let first = rule (EventPattern "open")

                    let plan =
                        RulePlan(
                            first.Info,
                            list [ first.Steps[0]; guarded later; StepPlan("d", EventPattern "end") ],
                            null,
                            null,
                            ImmutableArray.Empty
                        )

                    TraceReplay
                        .Run(new MemoryStream(trace native [] []), "", [ plan ])
                        .Detection.Outcomes[0].Verdict

                Expect.equal (verdict []) Verdict.Clean "without"
                Expect.equal (verdict [ FieldRead.CallerOf 0 ]) Verdict.Unknown "with: R56"

            testCase "R110: code that was given an event as a whole perhaps read its caller"
            <| fun () ->
                let handed = reading (FieldRead.EventOf 0) "open"
                let opened = AuditEvent("open", list [ Value.Str "x" ])

                Expect.equal
                    (said native [ opened ] [] handed)
                    (Verdict.Unknown,
                     "code of the rule was given open, of which the recording has not all: callers were not recorded (--no-frames)")
                    "an event came"

                Expect.equal (said withCallers [ opened ] [] handed) (Verdict.Clean, "") "recorded"

            testCase "R110: code is given no event that a condition refuses, whatever rules stand beside it"
            <| fun () ->
                let handed =
                    (reading (FieldRead.EventOf 0) "open")
                        .With("path", FieldPath.Of 0, TextPattern.Under "/etc")

                let beside id =
                    RulePlan(
                        RuleInfo(Id = id, Title = id, Severity = Severity.High),
                        list [ StepPlan("e", on "mode" 1 (TextPattern.EqualTo "w") "open") ],
                        null,
                        null,
                        ImmutableArray.Empty
                    )

                let verdict path others =
                    let opened = AuditEvent("open", list [ Value.Str path; Value.Str "r" ])
                    let bytes = trace native [ opened ] []

                    TraceReplay
                        .Run(new MemoryStream(bytes), "", rule handed :: others)
                        .Detection.Outcomes[0].Verdict

                let others = [ beside "B"; beside "C" ]

                Expect.equal
                    [
                        verdict "/tmp/x" []
                        verdict "/tmp/x" others
                        verdict "/etc/x" []
                        verdict "/etc/x" others
                    ]
                    [ Verdict.Clean; Verdict.Clean; Verdict.Unknown; Verdict.Unknown ]
                    "alone, and beside others"

            testCase "R110: code that asked for arguments that are not known perhaps read what was left out"
            <| fun () ->
                let put = AuditEvent("os.putenv", list [ Value.Nil; Value.Nil ])
                let without = Meta.Of(environment = "none")

                Expect.equal
                    (said without [ put ] [] (reading (FieldRead.ArgumentsOf 0) "os.putenv"))
                    (Verdict.Unknown,
                     "code of the rule was given os.putenv, of which the recording has not all: variables of the environment were left out (--env none)")
                    "an event came"

            testTheory
                "R106, R110: what drops by a caller that was not recorded leaves the rule unknown"
                [
                    "notPrecededBy", true
                    "notPrecededBy", false
                    "notFollowedBy", true
                    "notFollowedBy", false
                    "unless", true
                    "unless", false
                    "until", true
                    "until", false
                ]
            <| fun (clause, isEarlier) ->
                let caller = list [ FieldRead.CallerOf 0 ]
                let none = list []

                let key =
                    StepKey<int>(
                        "",
                        ImmutableArray.Empty,
                        (fun b -> b[0].Process),
                        _.Process,
                        EarlierReads = (if isEarlier then caller else none),
                        LaterReads = (if isEarlier then none else caller)
                    )

                let dropping = UnlessPlan(EventPattern "x", key)
                let first = StepPlan("o", EventPattern "open")

                let bare =
                    StepPlan(
                        "c",
                        EventPattern "close",
                        ImmutableArray.Empty,
                        StepKey<int>("", ImmutableArray.Empty, (fun b -> b[0].Process), _.Process),
                        Nullable(),
                        (if clause = "unless" then
                             list [ dropping ]
                         else
                             ImmutableArray.Empty)
                    )

                let steps: StepPlan list =
                    match clause with
                    | "notPrecededBy" ->
                        [
                            first.WithNotPrecededBy(list [ PrecededPlan(EventPattern "x", key, Nullable()) ])
                        ]
                    | "notFollowedBy" -> [ first ]
                    | "unless" -> [ first; bare ]
                    | _ -> [ first; bare.WithUntil(list [ dropping ]) ]

                let plan =
                    RulePlan((rule (EventPattern "open")).Info, list steps, null, null, ImmutableArray.Empty)

                let plan =
                    if clause = "notFollowedBy" then
                        plan.WithAbsence(AbsencePlan(EventPattern "x", key, TimeSpan.FromSeconds 1L))
                    else
                        plan

                let verdict meta =
                    TraceReplay
                        .Run(new MemoryStream(trace meta [] []), "", [ plan ])
                        .Detection.Outcomes[0].Verdict

                Expect.equal (verdict native, verdict withCallers) (Verdict.Unknown, Verdict.Clean) "verdicts"

            testCase "R78, R110: what is suppressed by a caller that was not recorded leaves the rule unknown"
            <| fun () ->
                let own = Condition("...", (fun _ -> true)).Reading(list [ FieldRead.CallerOf 0 ])

                let plan =
                    let plan = rule (EventPattern "open")
                    plan.With(plan.Overlap, plan.MaxSpan, list [ SuppressPlan("own", own) ])

                let verdict meta events =
                    TraceReplay
                        .Run(new MemoryStream(trace meta events []), "", [ plan ])
                        .Detection.Outcomes[0].Verdict

                let opened = AuditEvent("open", list [ Value.Str "x" ])

                Expect.equal
                    [ verdict native [ opened ]; verdict native []; verdict withCallers [ opened ] ]
                    [ Verdict.Unknown; Verdict.Clean; Verdict.Clean ]
                    "where one was suppressed"

            testTheory
                "R76: it is clean where the recording could contain it, or does not say"
                [
                    Meta.Of(version = "3.13.0", drop = [ "marshal.*" ], includes = [ "marshal.l*" ]),
                    EventPattern "marshal.loads"
                    Meta.Of(version = "3.9.0"), EventPattern "os.walk"
                    // Packed of two recordings, one of which has a Python that raises it.
                    Meta.Of(version = "3.8.18, 3.13.0"), EventPattern "os.walk"
                    Meta.Of(version = ""), EventPattern "os.walk"
                    Meta.Of(platform = ""), EventPattern "winreg.OpenKey"
                    // Not CPython: what it raises is not known.
                    Meta.Of(runtime = "PyPy"), EventPattern "os.walk"
                    // A program's own event.
                    native, EventPattern "app.login"
                    native, EventPattern "cpython._PySys_ClearAuditHooks"
                    Meta.Of(blind = [ "sub-interpreters" ]), EventPattern "open"
                    native, on "key" 0 anyText "os.putenv"
                    Meta.Of(environment = "all"), on "value" 1 anyText "os.putenv"
                    Meta.Of(environment = "none"), EventPattern "os.putenv"
                ]
            <| fun (meta, pattern) -> Expect.equal (said meta [] [] pattern) (Verdict.Clean, "") $"{pattern}"
        ]

/// What is said of a rule that found nothing: why it could not, or may not have.
module AuditRules.Replay.Tests.VerdictTests

open System
open System.Collections.Immutable
open System.IO
open Expecto
open AuditRules.Detection.Findings
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events
open AuditRules.Replay
open AuditRules.Traces

let private list (items: 'A list) = ImmutableArray.CreateRange items

let private trace (meta: TraceMeta) (events: AuditEvent list) (processes: ProcessRecord list) =
    let stream = new MemoryStream()

    use writer = new TraceWriter(stream, meta, TraceWriterOptions(LeaveOpen = true))

    for i, audited in List.indexed events do
        writer.Add (audited.With(time = Nullable(int64 (i + 1)), pid = Nullable 100)).View

    for record in processes do
        writer.Add record

    writer.Complete(TraceTotals(int64 events.Length, 1, -1L, -1L, 0L))
    writer.Dispose()
    stream.ToArray()

let private rule (pattern: EventPattern) =
    RulePlan(
        RuleInfo(Id = "A", Title = "A", Severity = Severity.High),
        list [ StepPlan("e", pattern) ],
        null,
        null,
        ImmutableArray.Empty
    )

/// The verdict on a rule of one step, and why.
let private said meta events processes pattern =
    let bytes = trace meta events processes

    let outcome =
        TraceReplay.Run(new MemoryStream(bytes), "", [ rule pattern ]).Detection.Outcomes[0]

    outcome.Verdict, outcome.Reason

/// META of a recording by our native hook, with changes.
type private Meta =
    static member Of
        (
            ?runtime: string,
            ?version: string,
            ?platform: string,
            ?environment: string,
            ?exclude: string list,
            ?drop: string list,
            ?includes: string list,
            ?blind: string list
        ) =
        let globs items = list (defaultArg items [])

        TraceMeta(
            Recorder = "auditrules-native",
            Runtime = defaultArg runtime "CPython",
            RuntimeVersion = defaultArg version "3.8.18",
            Platform = defaultArg platform "linux-x64",
            Profile = "security",
            Environment = defaultArg environment "keys",
            Exclude = globs exclude,
            Drop = globs drop,
            Include = globs includes,
            Blind = globs blind
        )

let private native = Meta.Of()

let private on field argument pattern (name: string) =
    EventPattern(name).With(field, FieldPath.Of argument, pattern)

let private anyText = TextPattern.Glob "*"

/// Code that reads that of an event and says no.
let private reading read (name: string) =
    EventPattern(name).With(EventTest("...", (fun _ -> false)).Reading(list [ read ]), ImmutableArray.Empty)

let private withoutCallers =
    "the rule reads its caller, and callers were not recorded (--no-frames)"

let private withCallers =
    TraceMeta(
        Recorder = "auditrules-native",
        Runtime = "CPython",
        RuntimeVersion = "3.8.18",
        Platform = "linux-x64",
        Callers = true
    )

/// The bytes as a stream that is to be unpacked, and so cannot be sought.
let private brotli (bytes: byte array) =
    let packed = new MemoryStream()

    (use packer =
        new Compression.BrotliStream(packed, Compression.CompressionMode.Compress, true)

     packer.Write(bytes, 0, bytes.Length))

    packed.Position <- 0L
    packed

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

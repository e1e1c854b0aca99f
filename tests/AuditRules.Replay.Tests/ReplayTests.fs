module AuditRules.Replay.Tests.ReplayTests

open System
open System.Collections.Immutable
open System.IO
open Expecto
open FsCheck.FSharp
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events
open AuditRules.Replay
open AuditRules.Traces

let private event (name: string) (time: int64) (process': int) (arguments: Value list) =
    AuditEvent(name, ImmutableArray.CreateRange arguments)
        .With(
            time = Nullable(1_000_000_000L + time),
            ``process`` = Nullable process',
            pid = Nullable(100 + process'),
            thread = Nullable(int64 (100 + process'))
        )

/// A trace of those events, `perFrame` events a frame.
let private traceOf
    (meta: TraceMeta)
    (perFrame: int)
    (losses: LossRecord list)
    (closed: bool)
    (events: AuditEvent list)
    =
    let stream = new MemoryStream()

    use writer =
        new TraceWriter(stream, meta, TraceWriterOptions(FrameEvents = perFrame, LeaveOpen = true))

    for e in events do
        writer.Add e.View

    for loss in losses do
        writer.Add loss

    if closed then
        writer.Complete(TraceTotals(int64 events.Length, 3, -1L, -1L, 0L))

    writer.Dispose()
    stream.ToArray()

let private rule id (first: string) (second: string) =
    let key =
        StepKey<int>(
            "o.Process = c.Process",
            ImmutableArray.Create "process",
            (fun b -> b[0].Process),
            _.Process
        )

    let later =
        StepPlan("c", EventPattern second, ImmutableArray.Empty, key, Nullable(), ImmutableArray.Empty)

    RulePlan(
        RuleInfo(Id = id, Title = id, Severity = Severity.High),
        ImmutableArray.Create(StepPlan("o", EventPattern first), later),
        null,
        null,
        ImmutableArray.Empty
    )

let private replay (bytes: byte array) (rules: RulePlan list) =
    TraceReplay.Run(new MemoryStream(bytes), "run.atrace", rules)

let private cited (result: DetectionResult) =
    [
        for f in result.Findings -> f.Rule.Id, [ for e in f.Events -> e.Event.Ordinal ]
    ]

let private verdicts (result: ReplayResult) =
    [ for o in result.Detection.Outcomes -> o.Rule.Id, o.Verdict ]

let private meta = TraceMeta(Recorder = "test", WallClock = 1_000_000_000L)

let private genEvents =
    gen {
        let! parts =
            Gen.listOf (
                gen {
                    let! name = Gen.elements [ "a"; "b"; "c"; "d" ]
                    let! process' = Gen.choose (0, 2)
                    let! text = Gen.elements [ "x"; "y" ]
                    let! gap = Gen.choose (0, 3)
                    return name, process', text, gap
                }
            )

        let times =
            parts |> List.scan (fun t (_, _, _, gap) -> t + int64 gap) 0L |> List.tail

        return
            List.zip parts times
            // R1: by time, then process.
            |> List.sortBy (fun ((_, process', _, _), time) -> time, process')
            |> List.mapi (fun i ((name, process', text, _), time) ->
                (event name time process' [ text ]).With(ordinal = Nullable(int64 i)))
    }

[<Tests>]
let tests =
    testList
        "replay"
        [
            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 500
                }
                "a trace gives what its events in memory give, however it is cut into frames"
            <| Prop.forAll (Arb.fromGen (Gen.zip genEvents (Gen.choose (1, 7)))) (fun (events, perFrame) ->
                let rules = [ rule "A" "a" "b"; rule "B" "c" "c" ]
                let engine = DetectionEngine rules
                engine.Process(MemoryFrame events)
                let result = replay (traceOf meta perFrame [] true events) rules

                cited result.Detection = cited (engine.Complete [])
                && result.Detection.Events = int64 events.Length)

            testCase "a finding names its trace"
            <| fun () ->
                let result =
                    replay
                        (traceOf meta 10 [] true [ event "a" 1L 0 []; event "b" 2L 0 [] ])
                        [ rule "A" "a" "b" ]

                let trace = result.Detection.Findings[0].Trace |> Option.ofObj |> Option.get
                Expect.equal trace.Path "run.atrace" "as it was given"
                Expect.equal trace.Id.Length 32 "128 bits as hexadecimal text"
                Expect.isTrue result.Closed "it has an END"

            testCase "a trace without END is not closed"
            <| fun () ->
                let result =
                    replay (traceOf meta 10 [] false [ event "a" 1L 0 [] ]) [ rule "A" "a" "b" ]

                Expect.isFalse result.Closed "the writer never completed it"
                Expect.equal result.Detection.Events 1L "its event is read"

                Expect.equal
                    (verdicts result)
                    [ "A", Verdict.Unknown ]
                    "R26: what came after it may have been anything"

            testCase "frames without an event of interest are counted all the same"
            <| fun () ->
                let result =
                    replay
                        (traceOf meta 1 [] true [ for i in 1L .. 5L -> event "z" i 0 [] ])
                        [ rule "A" "a" "b" ]

                Expect.equal result.Detection.Events 5L "all five"

            testCase
                "R25: what the profile dropped or the caller excluded makes a rule blind, unless it was included"
            <| fun () ->
                let filtered drop include' exclude =
                    let list (globs: string list) = ImmutableArray.CreateRange globs

                    let meta =
                        TraceMeta(
                            WallClock = 1L,
                            Drop = list drop,
                            Include = list include',
                            Exclude = list exclude
                        )

                    verdicts (replay (traceOf meta 10 [] true []) [ rule "A" "marshal.loads" "open" ])

                Expect.equal (filtered [] [] []) [ "A", Verdict.Clean ] "nothing was left out"
                Expect.equal (filtered [ "marshal.*" ] [] []) [ "A", Verdict.Blind ] "dropped by the profile"

                Expect.equal
                    (filtered [ "marshal.*" ] [ "marshal.l*" ] [])
                    [ "A", Verdict.Clean ]
                    "included again"

                Expect.equal (filtered [] [ "open" ] [ "op?n" ]) [ "A", Verdict.Blind ] "exclude wins"

            testCase "R25: where no Python ran under the hook every rule is blind"
            <| fun () ->
                let at recorder runtime =
                    let meta = TraceMeta(Recorder = recorder, Runtime = runtime)
                    verdicts (replay (traceOf meta 10 [] true []) [ rule "A" "a" "b" ])

                Expect.equal (at "auditrules-native" "") [ "A", Verdict.Blind ] "the hook was never loaded"
                Expect.equal (at "auditrules-native" "CPython") [ "A", Verdict.Clean ] "it was"
                Expect.equal (at "import" "") [ "A", Verdict.Clean ] "an import does not say"

            testTheory
                "C100: of a part a rule of several events is unknown, one of a single event is clean"
                [
                    0, false, Verdict.Clean
                    1, false, Verdict.Clean
                    1, true, Verdict.Unknown
                    2, false, Verdict.Unknown
                ]
                (fun (part, continues, expected) ->
                    use stream = new MemoryStream()

                    use writer =
                        new TraceWriter(stream, TraceMeta(Part = part), TraceWriterOptions(LeaveOpen = true))

                    writer.Add (event "a" 1L 0 []).View
                    writer.Complete(TraceTotals(0L, 1, -1L, -1L, 0L, Continues = continues))
                    let several = rule "A" "a" "b"

                    let counted =
                        CountPlan<int>(2, TimeSpan.FromSeconds 1., "process", (fun b -> b[0].Process), null)

                    let one id pattern (count: CountPlan | null) =
                        RulePlan(
                            RuleInfo(Id = id, Title = id, Severity = Severity.High),
                            ImmutableArray.Create<StepPlan>(StepPlan("o", pattern)),
                            count,
                            null,
                            ImmutableArray.Empty
                        )

                    let result =
                        replay
                            (stream.ToArray())
                            [
                                several
                                one "B" (EventPattern "b") null
                                one "C" (EventPattern "b") counted
                                one "D" (EventPattern.OfFindings several) null
                            ]

                    Expect.equal
                        (verdicts result)
                        [ "A", expected; "B", Verdict.Clean; "C", expected; "D", expected ]
                        "verdicts"

                    if expected = Verdict.Unknown then
                        Expect.equal
                            result.Detection.Outcomes[0].Reason
                            "the recording goes on in another part"
                            "why")

            testTheory
                "R52, T62: what is absent from one part may be in another"
                [ 0, false; 1, true; 2, false; 2, true ]
                (fun (part, continues) ->
                    let byProcess: StepKey =
                        StepKey<int>(
                            "process",
                            ImmutableArray.Create "process",
                            (fun b -> b[0].Process),
                            _.Process
                        )

                    let alone id (steps: StepPlan) =
                        RulePlan(
                            RuleInfo(Id = id, Title = id, Severity = Severity.High),
                            ImmutableArray.Create steps,
                            null,
                            null,
                            ImmutableArray.Empty
                        )

                    let window = TimeSpan.FromSeconds 1.0

                    let followed =
                        (alone "followed" (StepPlan("o", EventPattern "a")))
                            .WithAbsence(AbsencePlan(EventPattern "b", byProcess, window))

                    let preceded =
                        alone
                            "preceded"
                            (StepPlan("o", EventPattern "a")
                                .WithNotPrecededBy(
                                    ImmutableArray.Create(
                                        PrecededPlan(EventPattern "b", byProcess, Nullable window)
                                    )
                                ))

                    use stream = new MemoryStream()

                    use writer =
                        new TraceWriter(stream, TraceMeta(Part = part), TraceWriterOptions(LeaveOpen = true))

                    for name, time in
                        [ "a", 1L; "a", 3_000_000_000L; "a", 6_000_000_000L; "c", 6_500_000_000L ] do
                        writer.Add (event name time 0 []).View

                    writer.Complete(TraceTotals(0L, 1, -1L, -1L, 0L, Continues = continues))
                    let result = replay (stream.ToArray()) [ followed; preceded ]

                    let reason isDoubted =
                        if isDoubted then
                            "the recording goes on in another part"
                        else
                            ""

                    Expect.equal
                        [ for f in result.Detection.Findings -> f.Rule.Id, f.DoubtedBy ]
                        [
                            "preceded", reason (part > 1)
                            "followed", ""
                            "preceded", ""
                            "followed", ""
                            "preceded", ""
                            "followed", reason continues
                        ]
                        "what reaches beyond the part")

            testCase "R26: a loss in the trace, or damage to it, makes rules unknown"
            <| fun () ->
                let loss = LossRecord(0, "disk-full", 2L, 0L, 0L, ImmutableArray.Empty)
                let bytes = traceOf meta 1 [ loss ] true [ event "a" 1L 0 []; event "a" 2L 0 [] ]
                Expect.equal (verdicts (replay bytes [ rule "A" "a" "b" ])) [ "A", Verdict.Unknown ] "a loss"
                let bytes = traceOf meta 1 [] true [ event "a" 1L 0 []; event "a" 2L 0 [] ]
                bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 0xFFuy
                let result = replay bytes [ rule "A" "a" "b" ]
                Expect.isNonEmpty result.Damages "the damage is told"
                Expect.equal (verdicts result) [ "A", Verdict.Unknown ] "damage"

            testCase "what is no trace is refused"
            <| fun () ->
                Expect.throwsT<TraceFormatException> (fun () -> replay "hello"B [] |> ignore) "five letters"
        ]

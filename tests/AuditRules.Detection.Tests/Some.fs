/// Events, plans and runs for the tests, in few words.
module AuditRules.Detection.Tests.Some

open System
open System.Collections.Immutable
open AuditRules.Events
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans

let milliseconds (n: int) = TimeSpan.FromMilliseconds(int64 n)

/// An event in process 0 at a time in milliseconds.
let event (name: string) (time: int) (arguments: Value list) =
    AuditEvent(name, ImmutableArray.CreateRange arguments).With(time = Nullable(int64 time * 1_000_000L))

/// A text that was cut behind that beginning.
let cut (head: string) =
    Value.Truncated(TruncatedValue(ValueKind.Str, 90_000L, ImmutableArray.Empty, Value.Str head))

let redacted = Value.Redacted(RedactedValue("secret", 5L, ""))

let inProcess (ordinal: int) (e: AuditEvent) =
    e.With(``process`` = Nullable ordinal, pid = Nullable(100 + ordinal))

let numbered (events: AuditEvent list) =
    events |> List.mapi (fun i e -> e.With(ordinal = Nullable(int64 i)))

let info id =
    RuleInfo(
        Id = id,
        Title = $"title of {id}",
        Severity = Severity.High,
        Source = SourceLocation("rules/x.fsx", 3)
    )

let step name (pattern: EventPattern) = StepPlan(name, pattern)

/// An argument of the event of a step.
let argument (step: int) (index: int) (bindings: Bindings) : Value =
    let view = bindings[step]
    view[index]

/// A later step that joins on the process.
let sameProcess name (pattern: EventPattern) =
    let key =
        StepKey<int>(
            "o.Process = c.Process",
            ImmutableArray.Create "process",
            (fun bindings -> bindings[0].Process),
            _.Process
        )

    StepPlan(name, pattern, ImmutableArray.Empty, key, Nullable(), ImmutableArray.Empty)

let within (time: int) (s: StepPlan) = s.WithWindow(milliseconds time)

let where (test: Bindings -> bool) (s: StepPlan) = s.WithCondition(Condition("...", test))

let unless (pattern: EventPattern) (theirs: EventView -> string) (ours: Bindings -> string) (s: StepPlan) =
    let key = StepKey<string>("...", ImmutableArray.Create "key", ours, theirs)

    StepPlan(s.Name, s.Pattern, s.Conditions, s.Key, s.Within, s.Unless.Add(UnlessPlan(pattern, key)))

let until (pattern: EventPattern) (theirs: EventView -> string) (ours: Bindings -> string) (s: StepPlan) =
    let key = StepKey<string>("...", ImmutableArray.Create "key", ours, theirs)
    s.WithUntil(s.Until.Add(UnlessPlan(pattern, key)))

let rule id (steps: StepPlan list) =
    RulePlan(info id, ImmutableArray.CreateRange steps, null, null, ImmutableArray.Empty)

let counting (count: CountPlan) (r: RulePlan) =
    RulePlan(r.Info, r.Steps, count, r.Message, r.Examples).With(r.Overlap, r.MaxSpan, r.Suppressions)

let runWith (options: DetectionOptions) losses (rules: RulePlan list) (events: AuditEvent list) =
    let engine = DetectionEngine(rules, options)
    engine.Process(MemoryFrame(numbered events))
    engine.Complete losses

let run rules events =
    runWith (DetectionOptions()) Array.empty rules events

/// The ordinals that each finding cites, as `id: 0 2`.
let cited (result: AuditRules.Detection.Findings.DetectionResult) =
    [
        for f in result.Findings ->
            let ordinals = [ for e in f.Events -> string e.Event.Ordinal ]
            f.Rule.Id + ": " + String.Join(" ", ordinals)
    ]

let verdict (result: AuditRules.Detection.Findings.DetectionResult) id =
    (result.Outcomes |> Seq.find (fun o -> o.Rule.Id = id)).Verdict

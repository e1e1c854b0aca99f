/// Traces of recordings, and the verdict on a rule over them.
module AuditRules.Replay.Tests.VerdictLab

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

let list (items: 'A list) = ImmutableArray.CreateRange items

let trace (meta: TraceMeta) (events: AuditEvent list) (processes: ProcessRecord list) =
    let stream = new MemoryStream()

    use writer = new TraceWriter(stream, meta, TraceWriterOptions(LeaveOpen = true))

    for i, audited in List.indexed events do
        writer.Add (audited.With(time = Nullable(int64 (i + 1)), pid = Nullable 100)).View

    for record in processes do
        writer.Add record

    writer.Complete(TraceTotals(int64 events.Length, 1, -1L, -1L, 0L))
    writer.Dispose()
    stream.ToArray()

let rule (pattern: EventPattern) =
    RulePlan(
        RuleInfo(Id = "A", Title = "A", Severity = Severity.High),
        list [ StepPlan("e", pattern) ],
        null,
        null,
        ImmutableArray.Empty
    )

/// The verdict on a rule of one step, and why.
let said meta events processes pattern =
    let bytes = trace meta events processes

    let outcome =
        TraceReplay.Run(new MemoryStream(bytes), "", [ rule pattern ]).Detection.Outcomes[0]

    outcome.Verdict, outcome.Reason

/// META of a recording by our native hook, with changes.
type Meta =
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

let native = Meta.Of()

let on field argument pattern (name: string) =
    EventPattern(name).With(field, FieldPath.Of argument, pattern)

let anyText = TextPattern.Glob "*"

/// Code that reads that of an event and says no.
let reading read (name: string) =
    EventPattern(name).With(EventTest("...", (fun _ -> false)).Reading(list [ read ]), ImmutableArray.Empty)

let withoutCallers =
    "the rule reads its caller, and callers were not recorded (--no-frames)"

let withCallers =
    TraceMeta(
        Recorder = "auditrules-native",
        Runtime = "CPython",
        RuntimeVersion = "3.8.18",
        Platform = "linux-x64",
        Callers = true
    )

/// The bytes as a stream that is to be unpacked, and so cannot be sought.
let brotli (bytes: byte array) =
    let packed = new MemoryStream()

    (use packer =
        new Compression.BrotliStream(packed, Compression.CompressionMode.Compress, true)

     packer.Write(bytes, 0, bytes.Length))

    packed.Position <- 0L
    packed

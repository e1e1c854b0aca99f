/// Runs of random rules over random streams, and what is shown of them.
module AuditRules.Detection.Tests.ReferenceRuns

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Tests.ReferenceRules

// Tables walk themselves for what has expired at every turn.
let sweeping = DetectionOptions(SweepAtLeast = 1, MaxPartialMatchesOfKey = perKey)

let inNanoseconds (events: AuditEvent list) =
    events |> List.map (fun e -> e.With(time = Nullable(e.Time * 100L)))

// Groups, absences and rules on rules are a part of the random rules alone: at night many more of them.
let config =
    { FsCheckConfig.defaultConfig with
        maxTest =
            if isNull (Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY") then
                5000
            else
                300_000
    }

let short =
    { config with
        maxTest = config.maxTest / 5
    }

/// Of each finding: whether it is suppressed, whether it is in doubt, and the ordinals that it cites.
let shown (findings: Finding seq) =
    [
        for f in findings ->
            f.State = FindingState.Suppressed,
            f.Verdict = FindingVerdict.Unknown,
            [ for e in f.Events -> e.Event.Ordinal ]
    ]

/// What the engine finds, given those losses.
let resultWith options losses plan (events: AuditEvent list) =
    let engine = DetectionEngine([ plan ], options)
    engine.Process(MemoryFrame(inNanoseconds events))
    engine.Complete losses

let results plan (events: AuditEvent list) =
    shown (resultWith sweeping [||] plan events).Findings

let streams = Arb.fromGen (Gen.zip genRule genEvents)

let alsoBy gen =
    Arb.fromGen (Gen.zip (Gen.zip genRule genEvents) gen)

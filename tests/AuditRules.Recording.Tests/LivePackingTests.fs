/// Packing while the program runs (docs/spec/segment.md, section 12).
module AuditRules.Recording.Tests.LivePackingTests

open System
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording.Packing
open AuditRules.Recording.Tests.LiveWorld
open AuditRules.Traces

let private options = PackOptions(Writing = TraceWriterOptions(LeaveOpen = true))

let private described (trace: MemoryStream) =
    let recorded = Programs.read (trace.ToArray()) None

    [
        for e: AuditEvent in recorded.Events ->
            $"{e.Time} {e.Pid} {(nonNull e.Arguments[0].AsText).TrimEnd 'x'}"
    ],
    [ for loss: LossRecord in recorded.Losses -> $"{loss.Reason} {loss.Count}" ]

let private sameAsAtTheEnd seed =
    let world = World seed
    let random = Random seed
    use live = new MemoryStream()
    use run = new PackRun(live, options)

    for _ in 1 .. random.Next 30 do
        world.Go(random.Next 400)
        world.Remove(run.Round((fun () -> world.Clock()), (fun () -> world.List())))

    world.Stop()
    let all = world.All
    let left = all |> List.filter (fun f -> world.IsThere f.Name)
    let packed = run.Complete left
    use atOnce = new MemoryStream()
    let expected = Packer.Pack(all, atOnce, options)
    let events, losses = described live
    let expectedEvents, expectedLosses = described atOnce
    Expect.equal losses expectedLosses $"losses of world {seed}"
    Expect.sequenceEqual events expectedEvents $"events of world {seed}"
    Expect.equal packed.Totals expected.Totals $"totals of world {seed}"
    world.Removed

let private worlds =
    if isNull (Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY") then
        40
    else
        5000

[<Tests>]
let tests =
    testList
        "live packing"
        [
            testCase
                "S51: packed in rounds, a recording is the same as packed at its end, event for event"
                (fun () ->
                    let removed = [ for seed in 1..worlds -> sameAsAtTheEnd seed ]
                    Expect.isGreaterThan (List.sum removed) (2 * worlds) "segments were removed on the way")
        ]

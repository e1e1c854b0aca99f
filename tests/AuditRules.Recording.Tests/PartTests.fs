/// Recordings in parts (docs/spec/segment.md, S54).
module AuditRules.Recording.Tests.PartTests

open System
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording
open AuditRules.Recording.Packing
open AuditRules.Recording.Tests.LiveWorld
open AuditRules.Traces

/// What stands at the end of a part: its totals and its head.
let endOf (bytes: byte[]) =
    use reader = new TraceReader(new MemoryStream(bytes))

    let totals =
        reader.ReadToEnd()
        |> Seq.pick (function
            | :? EndItem as item -> Some item.Totals
            | _ -> None)

    use again = new MemoryStream(bytes)
    totals, string (nonNull (TraceVerifier.Verify again).Head)

/// Each part is a trace of its own: closed, of the run, tied to the one before, and it tells of every process that has
/// events in it.
let expectParts (parts: byte[] list) =
    let read = [ for part in parts -> Programs.read part None, endOf part ]

    for number, (part, (totals, _)) in List.indexed read do
        Expect.equal part.Meta.Part (number + 1) "the part's number"
        Expect.equal part.Meta.RunId (fst read[0]).Meta.RunId "the run"
        Expect.equal totals.Continues (number < parts.Length - 1) $"part {number + 1} goes on"

        let before = if number = 0 then "" else snd (snd read[number - 1])
        Expect.equal part.Meta.Previous before $"part {number + 1} is behind"

        let told =
            set
                [
                    for record in part.Processes do
                        if record.Change < ProcessChange.Exit then
                            record.Process
                ]

        Expect.equal totals.Processes told.Count $"processes of part {number + 1}"
        Expect.isEmpty (set [ for e in part.Events -> e.Process ] - told) $"not told of in part {number + 1}"

    [ for part, (totals, _) in read -> part, totals ]

let private writing = TraceWriterOptions(LeaveOpen = true)

/// A world that is packed in parts while it goes on, and in one piece.
let private world seed (limits: PartLimits) =
    let world = World seed
    let random = Random seed
    let traces = ResizeArray [ new MemoryStream() ]

    let describe (meta: TraceMeta) =
        TraceMeta(WallClock = meta.WallClock, MonotonicClock = meta.MonotonicClock, RunId = "r", Part = 1)

    use run =
        new PackRun(traces[0], PackOptions(Writing = writing, Parts = limits, Describe = describe))

    let turn () =
        run.ClosePart() |> ignore
        run.TakeChanges() |> ignore
        traces.Add(new MemoryStream())
        run.BeginPart traces[traces.Count - 1]

    let round () =
        world.Remove(run.Round((fun () -> world.Clock()), (fun () -> world.List())))
        run.TakeChanges() |> ignore

    for _ in 1 .. random.Next 30 do
        world.Go(random.Next 400)
        round ()

        while run.IsPartFull do
            turn ()
            round ()

    world.Stop()
    let left = world.All |> List.filter (fun f -> world.IsThere f.Name)

    while isNull (run.CompletePart left) do
        turn ()

    use atOnce = new MemoryStream()
    Packer.Pack(world.All, atOnce, PackOptions(Writing = writing)) |> ignore
    [ for trace in traces -> trace.ToArray() ], atOnce.ToArray()

let private events (recorded: Programs.Recorded) =
    [
        for e in recorded.Events do
            $"{e.Time} {e.Pid} {(nonNull e.Arguments[0].AsText).TrimEnd 'x'}"
    ]

let private losses (recorded: Programs.Recorded list) =
    recorded
    |> List.collect _.Losses
    |> List.groupBy (fun loss -> loss.Reason, loss.Process)
    |> List.map (fun (key, all) -> key, all |> List.sumBy _.Count)
    |> List.sort

/// The parts hold what one trace does, each event once and in its order; gives how many there are.
let private sameAsOne seed limits =
    let parts, whole = world seed limits
    let one = Programs.read whole None
    let read = expectParts parts

    Expect.sequenceEqual (read |> List.collect (fst >> events)) (events one) $"events of world {seed}"
    Expect.equal (losses (List.map fst read)) (losses [ one ]) $"losses of world {seed}"

    let sum (field: TraceTotals -> int64) = read |> List.sumBy (snd >> field)
    let expected, _ = endOf whole

    Expect.equal
        (sum _.Raised, sum _.Filtered, sum _.Lost)
        (expected.Raised, expected.Filtered, expected.Lost)
        $"totals of world {seed}"

    parts.Length

let private worlds =
    if isNull (Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY") then
        25
    else
        3000

let private size = PartLimits(Size = 278_000L)
let private time = PartLimits(Time = TimeSpan.FromTicks 20L)

[<Tests>]
let tests =
    testList
        "parts"
        [
            testTheory
                "S54: the parts of a recording hold what one trace does, whatever processes do meanwhile"
                [
                    "size", size
                    "time", time
                    "both", PartLimits(Size = size.Size, Time = time.Time)
                ]
                (fun (what, limits) ->
                    let made = [ for seed in 1..worlds -> sameAsOne seed limits ]
                    Expect.isGreaterThan (List.max made) 2 $"parts by {what}")

            testCase "S54: no part grows past its size" (fun () ->
                for seed in 1..worlds do
                    for part in fst (world seed size) do
                        Expect.isLessThanOrEqual part.LongLength size.Size.Value $"a part of world {seed}")

            testCase "S54: a part by time ends where its time does, and none is empty" (fun () ->
                for seed in 1..worlds do
                    let parts = [ for part in fst (world seed time) -> Programs.read part None ]

                    for part in List.take (parts.Length - 1) parts do
                        let times = [ for e in part.Events -> (e.Time - part.Meta.WallClock) / 2000L ]
                        Expect.isNonEmpty times $"events of a part of world {seed}"
                        Expect.equal (List.max times) (List.min times) $"a part of world {seed}")
        ]

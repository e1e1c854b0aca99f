/// Small traces to pack, and what was made of them.
module AuditRules.Traces.Tests.PackingLab

open System
open System.Collections.Generic
open System.IO
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes

let boot = "0f1e2d3c"

let id (number: int) =
    Nullable(UInt128.op_Implicit (uint32 number))

/// A trace whose clock has that offset.
let trace number offset perFrame (add: TraceWriter -> unit) closed =
    use stream = new MemoryStream()

    let meta =
        TraceMeta(Recorder = "test", WallClock = offset, MonotonicClock = 0L, Boot = boot)

    using
        (new TraceWriter(
            stream,
            meta,
            TraceWriterOptions(FrameEvents = perFrame, TraceId = id number, LeaveOpen = true)
        ))
        (fun writer ->
            add writer

            if closed then
                writer.Complete(TraceTotals(0L, 1, 10L, 2L, 0L)))

    stream.ToArray()

let addAll (events: AuditEvent list) (writer: TraceWriter) =
    for e in events do
        writer.Add e.View

let look (traces: byte[] list) =
    traces
    |> List.map (fun bytes -> PackSource.Look(new MemoryStream(bytes)))
    |> ResizeArray

let pack (traces: byte[] list) =
    use output = new MemoryStream()
    let told = List<int * RecoveredDamage>()

    let packed =
        TracePacker.Run(
            look traces,
            output,
            TraceWriterOptions(FrameEvents = 5, TraceId = id 99, LeaveOpen = true),
            fun source damage -> told.Add(source, damage)
        )

    output.ToArray(), packed, List.ofSeq told

let recordsOf (items: TraceItem list) =
    items
    |> List.choose (function
        | :? ProcessItem as item -> Some(box item.Record)
        | :? LossItem as item -> Some(box item.Record)
        | _ -> None)

let metaOf (items: TraceItem list) =
    items
    |> List.pick (function
        | :? MetaItem as item -> Some item.Meta
        | _ -> None)

let endOf (items: TraceItem list) =
    items
    |> List.pick (function
        | :? EndItem as item -> Some item.Totals
        | _ -> None)

let at time process' name =
    (event name time []).With(``process`` = Nullable process', time = Nullable time)

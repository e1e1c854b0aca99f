/// Traces that are exported, imported and exported again.
module AuditRules.Cli.Tests.ExportLab

open System
open System.Collections.Immutable
open System.IO
open System.Text.RegularExpressions
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Cli.Tests.Cli
open Expecto

/// What a trace is written of, in order.
type Part =
    | Happened of AuditEvent
    | Process of ProcessRecord
    | Lost of LossRecord
    | FrameEnds

let texts (items: string list) = ImmutableArray.CreateRange items

let write (folder: Folder) perFrame meta totals (parts: Part list) =
    use stream = File.Create(folder.File "a.atrace")

    use writer =
        new TraceWriter(stream, meta, TraceWriterOptions(FrameEvents = perFrame))

    for part in parts do
        match part with
        | Happened e -> writer.Add e.View
        | Process record -> writer.Add record
        | Lost record -> writer.Add record
        | FrameEnds -> writer.Flush()

    totals |> Option.iter (fun (t: TraceTotals) -> writer.Complete t)

let export folder name =
    let ran = run folder [ "inspect"; name; "--events"; "--format"; "jsonl" ]

    if ran.Code <> 0 && ran.Code <> 3 then
        failtest ran.Error

    ran.Out

/// Exports, imports and exports again; both exports.
let there folder =
    let first = export folder "a.atrace"
    let ran = runOn first folder [ "import"; "jsonl"; "-"; "-o"; "b.atrace" ]
    Expect.equal ran.Code 0 ran.Error
    first, export folder "b.atrace"

let closed = Some(TraceTotals(0L, 3, 9L, 1L, 2L))

/// Sessions that record in parts, and what they leave.
module AuditRules.Recording.Tests.PartLab

open System.IO
open Expecto
open AuditRules.Recording
open AuditRules.Recording.Packing
open AuditRules.Recording.Tests.Programs
open AuditRules.Traces

let size = PartLimits(Size = 300_000L)

let options folder (files: PartFiles) command =
    RecordingOptions(Command = command, TemporaryFolder = folder, PackEvery = 64L * 1024L, Parts = files)

/// The parts that are in their places, in their order.
let inPlace (files: PartFiles) =
    [
        for path in
            Directory.GetFiles(nonNull (Path.GetDirectoryName files.Path), "*.atrace")
            |> Array.sort -> File.ReadAllBytes path
    ]

/// All of them as if they were one.
let together (parts: Recorded list) =
    { parts.Head with
        Events = parts |> List.collect _.Events
        Losses = parts |> List.collect _.Losses
    }

let inOrder recorded =
    let times = [ for e in recorded.Events -> e.Time ]
    Expect.equal times (List.sort times) "the order of times, across borders"

let lanes folder events =
    let acknowledged = Path.Combine(folder, "acknowledged")

    acknowledged,
    [
        pythons.Head
        HookLab.program "lanes.py"
        acknowledged
        "2"
        string<int> events
    ]

let place folder =
    Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "out")).FullName, "run.atrace")

let numbers recorded =
    [ for e in named "lane" recorded -> e.Arguments[0].AsInt64 ]

let recovered (session: string) =
    use trace = new MemoryStream()

    Packer.Pack(session, trace, PackOptions(Writing = TraceWriterOptions(LeaveOpen = true)))
    |> ignore

    read (trace.ToArray()) None

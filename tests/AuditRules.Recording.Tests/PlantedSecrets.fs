module AuditRules.Recording.Tests.PlantedSecrets

open System
open System.IO
open System.Text
open System.Text.Json
open Expecto
open AuditRules.Recording.Packing
open AuditRules.Recording.Segments
open AuditRules.Recording.Tests.HookLab
open AuditRules.Recording.Tests.RedactionSamples
open AuditRules.Traces

/// The positions that programs/plant.py knows.
let private positions = 13

/// Twenty of each kind, so that each kind stands in every position.
let private planted =
    let random = Random 11

    [
        for kind, make in kinds do
            for i in 0 .. 400 / kinds.Length - 1 -> kind, i % positions, make random
    ]

/// Everything that was written, before and after packing; nothing in it is compressed.
let private written hook (python: Python) environment =
    inFolder (fun folder ->
        let file = Path.Combine(folder, "planted.json")

        File.WriteAllText(
            file,
            JsonSerializer.Serialize
                [| for _, position, (text, _) in planted -> [| box position; box text |] |]
        )

        let sub = Directory.CreateDirectory(Path.Combine(folder, "segments")).FullName
        let home = Directory.CreateDirectory(Path.Combine(folder, "home")).FullName

        let code =
            "import os, sys, runpy; os.chdir(sys.argv.pop(1)); sys.argv.pop(0); runpy.run_path(sys.argv[0])"

        let command = [ python.Path; "-c"; code; home; program "plant.py"; file ]
        let recording = recordIn sub hook environment command
        Expect.equal recording.Exit 0 recording.Error
        Expect.isEmpty recording.Damage "damage"
        Expect.isEmpty (recording.Images |> List.collect _.Lost) "losses"
        use trace = new MemoryStream()

        let options =
            PackOptions(Writing = TraceWriterOptions(Codec = ColumnCodec.None, LeaveOpen = true))

        Packer.Pack(SegmentFile.In sub, trace, options) |> ignore

        let segments =
            [ for path in Directory.GetFiles(sub, "*.seg") -> File.ReadAllBytes path ]

        recording, Array.concat segments, trace.ToArray())

let private isIn (bytes: byte[]) (text: string) =
    bytes.AsSpan().IndexOf(ReadOnlySpan(Encoding.UTF8.GetBytes text)) >= 0

[<Tests>]
let tests =
    testList
        "planted secrets"
        [
            for hook in [ Native; Fallback ] do
                testCase $"400 of 20 kinds in 13 positions: none in segments, none in the trace ({hook})"
                <| fun () ->
                    let python = List.last pythons
                    Expect.equal planted.Length 400 "planted"
                    let recording, segments, trace = written hook python []
                    let all = events recording |> List.map _.Args |> String.concat "\n"

                    for name in
                        [
                            "open"
                            "os.listdir"
                            "subprocess.Popen"
                            "os.putenv"
                            "socket.connect"
                            "urllib.Request"
                        ]
                        @ [ "sqlite3.connect"; "compile"; "import"; "custom" ] do
                        Expect.isNonEmpty (args name recording) name

                    Expect.stringContains all "(redacted:" "marks"

                    for kind, position, (text, secret) in planted do
                        Expect.isFalse (isIn segments secret) $"{kind} at {position} in a segment: {text}"
                        Expect.isFalse (isIn trace secret) $"{kind} at {position} in the trace: {text}"

            testCase "AUDITRULES_REDACT=0: they are all there, but for those of the environment"
            <| fun () ->
                let _, segments, trace =
                    written Native (List.last pythons) [ "AUDITRULES_REDACT", "0" ]

                for kind, position, (text, secret) in planted do
                    if position <> 4 && position <> 5 && position <> 11 then
                        Expect.isTrue (isIn segments secret) $"{kind} at {position} in a segment: {text}"
                        Expect.isTrue (isIn trace secret) $"{kind} at {position} in the trace: {text}"
        ]

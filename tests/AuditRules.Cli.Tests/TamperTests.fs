/// A trace whose events were edited and whose checksums were mended keeps its CHECKPOINT, which says so.
module AuditRules.Cli.Tests.TamperTests

open System
open System.Collections.Immutable
open System.IO
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Cli.Tests.Cli
open Expecto
open AuditRules.Tests

let private mark = [| 0x9cuy; 0xd6uy; 0x46uy; 0xc1uy; 0x41uy; 0x52uy; 0xc1uy |]

let private bytesOf name =
    use stream = new MemoryStream()

    let e =
        AuditEvent(
            "open",
            ImmutableArray.CreateRange [ Value.Str name; Value.Str "r"; Value.Int 0L ],
            Time = 1_000_000_000L,
            Pid = 7,
            Thread = 7L
        )

    do
        use writer =
            new TraceWriter(
                stream,
                TraceMeta(Boot = "b1"),
                TraceWriterOptions(TraceId = Nullable(UInt128.One), LeaveOpen = true)
            )

        writer.Add e.View
        writer.Complete(TraceTotals(0L, 1, -1L, -1L, 0L))

    stream.ToArray()

let private checkpointOf (content: byte[]) =
    content.AsSpan().LastIndexOf(ReadOnlySpan mark)

/// One frame of events says another name than when the CHECKPOINT was written; all checksums hold.
let private tampered () =
    let folder = new Folder()
    folder.Write("rules/t.fsx", rule)
    let edited, written = bytesOf "/other", bytesOf "/secret"
    let at = checkpointOf edited

    File.WriteAllBytes(
        folder.File "run.atrace",
        Array.append edited[.. at - 1] written[checkpointOf written ..]
    )

    folder, at

let private what at =
    $"run.atrace was tampered with: the CHECKPOINT's root is not that of the bytes before it (Checkpoint at byte {at})"

[<Tests>]
let tests =
    testList
        "traces that were tampered with"
        [
            testTheory
                "C87: nothing is made of one"
                [
                    "cut run.atrace -o new.atrace --from #0"
                    "cut run.atrace -o new.atrace --around 0"
                    "pack run.atrace -o new.atrace"
                    "recover run.atrace -o new.atrace"
                ]
                (fun (words: string) ->
                    let folder, at = tampered ()
                    use _ = folder
                    let ran = run folder (List.ofArray (words.Split ' '))
                    Expect.equal (ran.Code, ran.Out) (6, "") ran.Error

                    Expect.equal
                        ran.Error
                        $"auditrules: {what at}\n  No trace is made of it. See: auditrules verify run.atrace\n"
                        "what, where, what to do"

                    Expect.equal
                        (Directory.GetFiles folder.Path |> Array.map Path.GetFileName |> List.ofArray)
                        [ "run.atrace" ]
                        "nothing is written")

            testTheory
                "C87: inspect shows it, and says so"
                [
                    "--events"
                    "--events --format jsonl"
                    "--format msgpack"
                    "--event socket.*"
                    "--frames"
                    "--frames --format jsonl"
                ]
                (fun (options: string) ->
                    let folder, at = tampered ()
                    use _ = folder

                    for name, input in
                        [ "run.atrace", [||]; "-", File.ReadAllBytes(folder.File "run.atrace") ] do
                        let ran =
                            runOnBytes input folder ([ "inspect"; name ] @ List.ofArray (options.Split ' '))

                        Expect.equal ran.Code 6 ran.Error
                        let said = (what at).Replace("run.atrace", name)

                        Expect.stringContains
                            ran.Error
                            $"auditrules: {said}; see auditrules verify {name}\n"
                            "what and where")

            testCase "C87: what no rule found is unknown in it" (fun () ->
                let folder, at = tampered ()
                use _ = folder
                let ran = run folder [ "replay"; "run.atrace"; "--strict" ]
                Expect.equal ran.Code 6 ran.Error

                Expect.stringContains
                    ran.Out
                    "unknown T1 secret, then network: the trace was tampered with\n"
                    "verdict"

                Expect.stringContains ran.Out $"tampered with run.atrace, at byte {at}: " "where"
                let json = (run folder [ "replay"; "run.atrace"; "--format"; "jsonl" ]).Out
                Expect.stringContains json "\"tampered\":1,\"traces\"" "summary"
                Expect.stringContains json $"\"tampered\":{{\"kind\":\"Checkpoint\",\"offset\":{at}," "trace")

            testCase "C87: a recording that was tampered with fails its test" (fun () ->
                let folder, _ = tampered ()
                use _ = folder
                Directory.CreateDirectory(folder.File "recordings") |> ignore
                File.Copy(folder.File "run.atrace", folder.File "recordings/run.atrace")
                folder.Write("recordings/run.expected", "T1 is unknown: the trace was tampered with\n")
                let ran = run folder [ "test" ]
                Expect.equal ran.Code 1 ran.Error
                Expect.stringContains ran.Out "tampered with" "why")

            testTheory "C36: a named pipe is read once" [ "verify"; "replay"; "inspect" ] (fun command ->
                use folder = withTrace quiet
                Processes.run "mkfifo" [ folder.File "pipe" ] |> ignore

                let script = "cat run.atrace > pipe"

                use writer =
                    Diagnostics.Process.Start(
                        Diagnostics.ProcessStartInfo("sh", [ "-c"; script ], WorkingDirectory = folder.Path)
                    )
                    |> Option.ofObj
                    |> Option.get

                let ran = Threading.Tasks.Task.Run(fun () -> run folder [ command; "pipe" ])
                Expect.isTrue (ran.Wait(TimeSpan.FromMinutes 2.0)) "it ends"
                Expect.equal ran.Result.Code 0 ran.Result.Error
                writer.WaitForExit()
                Expect.equal writer.ExitCode 0 "all was read")

            testTheory
                "C36 C59 C79: what is read twice is no named pipe"
                [
                    "pack pipe -o new.atrace"
                    "recover pipe -o new.atrace"
                    "cut pipe -o new.atrace --from #0"
                ]
                (fun (words: string) ->
                    use folder = new Folder()
                    Processes.run "mkfifo" [ folder.File "pipe" ] |> ignore

                    let ran =
                        Threading.Tasks.Task.Run(fun () -> run folder (List.ofArray (words.Split ' ')))

                    Expect.isTrue (ran.Wait(TimeSpan.FromMinutes 2.0)) "it ends"
                    Expect.equal ran.Result.Code 66 ran.Result.Error
                    Expect.stringContains ran.Result.Error "it is no file, and is to be read twice" "why")

            testTheory
                "C55: an import does not write over its input"
                [ "lines.jsonl"; "./lines.jsonl"; "link.jsonl" ]
                (fun output ->
                    use folder = withTrace quiet

                    File.CreateSymbolicLink(folder.File "link.jsonl", folder.File "lines.jsonl")
                    |> ignore

                    let before = folder.Read "lines.jsonl"
                    let ran = run folder [ "import"; "jsonl"; "lines.jsonl"; "-o"; output ]
                    Expect.equal ran.Code 2 ran.Error
                    Expect.isTrue (isMessage ran.Error) ran.Error
                    Expect.equal (folder.Read "lines.jsonl") before "the input stays")
        ]

/// What docs/how-to/record-without-dotnet.md shows, as it stands there.
module AuditRules.Cli.Tests.WithoutDotnetTests

open System
open System.Diagnostics
open System.IO
open Expecto
open AuditRules.Cli.Tests.Cli
open AuditRules.Tests.Root
open AuditRules.Tests

let private page = Path.Combine(root, "docs", "how-to", "record-without-dotnet.md")

/// The page's blocks of shell, in order.
let private blocks =
    File.ReadAllText(page).Split("```sh\n")[1..]
    |> Array.map (fun block -> block[.. block.IndexOf "```" - 1])

/// Runs shell in a folder and in an environment of nothing but a path, with the page's places made the test's.
let private shell (folder: Folder) (script: string) =
    let script =
        script
            .Replace("/var/tmp/segments", folder.File "segments")
            .Replace("/opt/auditrules", Path.Combine(AppContext.BaseDirectory, "hook"))

    let info =
        ProcessStartInfo(
            "env",
            [ "-i"; "PATH=/usr/local/bin:/usr/bin:/bin"; "sh"; "-e"; "-c"; script ],
            WorkingDirectory = folder.Path
        )

    let code, _, error = Processes.runAs info
    Expect.equal (code, error) (0, "") script

let private program =
    "import subprocess, sys\nopen('secret').close()\n"
    + "subprocess.run([sys.executable, '-c', 'open(\"also\", \"w\").close()'])\n"
    + "import socket\ns = socket.socket()\ns.settimeout(1)\n"
    + "try:\n    s.connect(('127.0.0.1', 1))\nexcept OSError:\n    pass\n"

/// Packs and replays as the page says, and finds what the program did. A hook in Python begins late, which is a loss.
let private makeTrace (folder: Folder) packs =
    let words =
        blocks[2].Split('\n', StringSplitOptions.RemoveEmptyEntries)
        |> Array.map (fun line -> line.Split ' ' |> List.ofArray)

    Expect.equal (Array.map List.head words) [| "auditrules"; "auditrules" |] "two commands"
    let packed = run folder words[0].Tail
    Expect.equal packed.Code packs packed.Error
    let replayed = run folder words[1].Tail
    Expect.equal replayed.Code 1 replayed.Error
    Expect.stringContains replayed.Out "secret was read, then 127.0.0.1 connected" "the finding"

let private recordedBy (folder: Folder) packs script =
    folder.Write("rules/t.fsx", rule)
    folder.Write("secret", "")
    folder.Write("app.py", program)
    shell folder script
    makeTrace folder packs
    let listed = run folder [ "inspect"; "run.atrace"; "--events"; "--event"; "open" ]
    Expect.stringContains listed.Out "also" "the child is recorded too"
    (run folder [ "inspect"; "run.atrace" ]).Out

[<Tests>]
let tests =
    testList
        "recording without .NET"
        [
            testCase "by the library and three lines of shell" (fun () ->
                use folder = new Folder()

                Expect.stringContains
                    (recordedBy folder 0 blocks[0])
                    "recorder  auditrules-native"
                    "who recorded")

            testCase "by the folder of Python" (fun () ->
                use folder = new Folder()

                let lines = blocks[0].Split '\n'
                let script = String.Join("\n", [ lines[0]; blocks[1]; lines[2] ])

                Expect.stringContains
                    (recordedBy folder 3 script)
                    "recorder  auditrules-python"
                    "who recorded")
        ]

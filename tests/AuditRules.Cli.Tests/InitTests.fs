module AuditRules.Cli.Tests.InitTests

open System
open System.Diagnostics
open System.IO
open FSharp.Compiler.CodeAnalysis
open FSharp.Compiler.Text
open Expecto
open AuditRules.Cli.Tests.Cli
open AuditRules.Tests

let private written =
    [
        ".github/workflows/auditrules.yml"
        "recordings/sample.atrace"
        "recordings/sample.expected"
        "rules/.gitignore"
        "rules/auditrules.fsx"
        "rules/credentials.fsx"
    ]

/// A folder after `init`.
let private started () =
    let folder = new Folder()
    let ran = run folder [ "init" ]
    Expect.equal ran.Code 0 ran.Error
    folder

let private filesIn (folder: Folder) =
    [
        for file in Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories) do
            Path.GetRelativePath(folder.Path, file)
    ]
    |> List.sort

/// The names and scripts of the workflow's steps that run one. What stands behind a script in the file is a comment to
/// a shell too.
let private scripts (folder: Folder) =
    [
        for step in (folder.Read ".github/workflows/auditrules.yml").Split("      - name: ")[1..] do
            match step.Split("        run: ") with
            | [| head; script |] -> head.Split('\n')[0], script.TrimStart('|')
            | _ -> ()
    ]

/// Puts a program of the shell into the folder's PATH.
let private program (folder: Folder) name script =
    folder.Write($"bin/{name}", $"#!/bin/sh\n{script}\n")

    File.SetUnixFileMode(
        folder.File $"bin/{name}",
        UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute
    )

/// Runs a script as a workflow does.
let private shell (folder: Folder) (script: string) =
    let start = ProcessStartInfo("bash", [ "-e"; "-c"; script ])
    start.WorkingDirectory <- folder.Path
    let path = Environment.GetEnvironmentVariable "PATH"
    start.Environment["PATH"] <- $"{folder.Path}/bin:{path}"
    start.Environment["AUDITRULES_CACHE"] <- cache.Value
    Processes.runAs start

/// A Python that notes what is installed, and has pytest only then.
let private python =
    """case "$*" in
"-m pip install "*) shift 3; echo "$*" >> installed ;;
"-m pytest") grep -qx pytest installed && exec python3 tests.py ;;
esac"""

/// Tests on which the sample fires.
let private leaks =
    """import os, socket
os.makedirs("h/.aws")
open("h/.aws/credentials", "w").close()
open("h/.aws/credentials").close()
s = socket.socket()
s.settimeout(0.1)
s.connect_ex(("127.0.0.1", 9))
"""

/// Puts a misspelt event into the sample rule.
let private misspell (folder: Folder) =
    let rule = "rules/credentials.fsx"
    folder.Write(rule, folder.Read(rule).Replace("in Py.Open.matching", "in Py.Opne.matching"))

/// What `dotnet fsi` says of the sample rule, and its exit code.
let private interactive (folder: Folder) =
    let start = ProcessStartInfo("dotnet", [ "fsi"; "rules/credentials.fsx" ])
    start.WorkingDirectory <- folder.Path
    let code, output, error = Processes.runAs start
    output + error, code

/// What an editor's checker says of the sample rule.
let private editor (folder: Folder) =
    let file = folder.File "rules/credentials.fsx"
    let text = SourceText.ofString (folder.Read "rules/credentials.fsx")
    let checker = FSharpChecker.Create()

    let options, problems =
        checker.GetProjectOptionsFromScript(file, text, assumeDotNetFramework = false)
        |> Async.RunSynchronously

    match
        checker.ParseAndCheckFileInProject(file, 0, text, options)
        |> Async.RunSynchronously
    with
    | _, FSharpCheckFileAnswer.Succeeded found ->
        [
            for problem in Seq.append problems found.Diagnostics do
                $"({problem.StartLine},{problem.StartColumn + 1}) {problem.ErrorNumberText}"
        ]
    | _ -> [ "the check was aborted" ]

[<Tests>]
let tests =
    testList
        "init"
        [
            testCase
                "C106: the folder holds a rule, a recording, what editors need and a workflow, and its tests pass"
                (fun () ->
                    use folder = started ()

                    Expect.equal (filesIn folder) written "files"
                    let ran = run folder [ "test" ]
                    Expect.equal (ran.Code, ran.Out) (0, "5 passed, 0 failed\n") ran.Error)

            testCase "C106: the workflow installs, records, and fails where a rule fires" (fun () ->
                use folder = started ()
                folder.Write("requirements.txt", "six\n")
                folder.Write("tests.py", leaks)
                program folder "python" python
                let dll = Path.Combine(AppContext.BaseDirectory, "auditrules.dll")
                program folder "auditrules" $"exec dotnet '{dll}' \"$@\""

                let ran =
                    [
                        for name, script in List.tail (scripts folder) do
                            let code, output, error = shell folder script
                            name, code, output + error
                    ]

                Expect.equal
                    [ for name, code, _ in ran -> name, code ]
                    [
                        "Test the rules", 0
                        "Install what the tests need", 0
                        "Record the tests", 0
                        "Replay them against the rules", 1
                    ]
                    $"{ran}"

                Expect.equal (folder.Read "installed") "pytest\n-r requirements.txt\n" "what was installed"
                let _, _, report = List.last ran
                Expect.stringContains report "MY0001" "the report"
                Expect.isTrue (folder.Has "run.atrace") "what is kept")

            testCase "C106: the sample fires on its recording" (fun () ->
                use folder = started ()
                let ran = run folder [ "replay"; "recordings/sample.atrace" ]
                Expect.equal ran.Code 1 ran.Error
                Expect.stringContains ran.Out "MY0001" ran.Out)

            testCase "C106: a folder that is not there is made" (fun () ->
                use folder = new Folder()
                let ran = run folder [ "init"; "a/b" ]
                Expect.equal ran.Code 0 ran.Error
                Expect.stringContains ran.Out "  cd a/b\n" "what to type next"
                Expect.isTrue (folder.Has "a/b/rules/credentials.fsx") "the rule")

            testCase "C107: what is there is left, but for the editor file" (fun () ->
                use folder = new Folder()
                folder.Write("rules/credentials.fsx", "mine")
                folder.Write("rules/auditrules.fsx", "of another machine")
                let ran = run folder [ "init" ]
                Expect.equal ran.Code 0 ran.Error
                Expect.equal (folder.Read "rules/credentials.fsx") "mine" "the rule"
                Expect.stringContains (folder.Read "rules/auditrules.fsx") "#r @\"" "the editor file"

                Expect.equal
                    ran.Error
                    "auditrules: made anew: rules/auditrules.fsx\nauditrules: wrote: rules/.gitignore\nauditrules: there are rules: no sample, recording or workflow was written\n"
                    "what it says")

            testCase "C107: what was removed does not come back where there are rules" (fun () ->
                use folder = started ()
                File.Move(folder.File "rules/credentials.fsx", folder.File "rules/ours.fsx")
                Directory.Delete(folder.File "recordings", true)
                Directory.Delete(folder.File ".github", true)
                File.Delete(folder.File "rules/auditrules.fsx")
                Expect.equal (run folder [ "init"; "-q" ]).Code 0 "again"
                Expect.equal (run folder [ "rules"; "check" ]).Code 0 "no rule twice"

                Expect.equal
                    (filesIn folder)
                    [ "rules/.gitignore"; "rules/auditrules.fsx"; "rules/ours.fsx" ]
                    "files"

                File.Delete(folder.File "rules/ours.fsx")
                Expect.equal (run folder [ "init"; "-q" ]).Code 0 "without rules"
                Expect.equal (filesIn folder) written "all")

            testCase "C107: a place that cannot be written is named" (fun () ->
                use folder = new Folder()
                folder.Write("rules", "a file")
                let ran = run folder [ "init" ]
                Expect.equal ran.Code 73 ran.Error
                Expect.stringContains ran.Error "cannot write rules/credentials.fsx" "what")

            testCase "C108: the editor file is no rule file" (fun () ->
                use folder = started ()
                Expect.equal (run folder [ "rules"; "check" ]).Out "1 file: no errors\n" "check")

            testCase "C108: dotnet fsi takes the rule, and says where one is wrong" (fun () ->
                use folder = started ()
                Expect.equal (interactive folder) ("", 0) "as it was written"
                misspell folder
                let output, code = interactive folder
                Expect.equal code 1 output
                Expect.stringContains output "credentials.fsx(27,26): error FS0039" "the place")

            testCase "C108: an editor's checker takes the rule, and says where one is wrong" (fun () ->
                use folder = started ()
                Expect.equal (editor folder) [] "as it was written"
                misspell folder
                Expect.equal (List.tryHead (editor folder)) (Some "(27,26) FS0039") "misspelt")
        ]

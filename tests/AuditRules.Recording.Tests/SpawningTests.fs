module AuditRules.Recording.Tests.SpawningTests

open System
open System.IO
open Expecto
open AuditRules.Recording
open AuditRules.Recording.Tests.Programs

let private exitOf recorded =
    match recorded.Result with
    | Some result -> result.ExitCode, result.Failure |> Option.ofObj |> Option.map _.Message
    | None -> -1, None

let private inFolder test =
    let folder = temporaryFolder ()

    try
        test folder
    finally
        Directory.Delete(folder, true)

let private script folder (name: string) (text: string) executable =
    let path = Path.Combine(folder, name)
    File.WriteAllText(path, text)

    if executable then
        File.SetUnixFileMode(
            path,
            UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute
        )

    path

/// What a shell says of the state that a process inherits, written to a file.
let private stateScript =
    "{ grep -E '^(Sig(Blk|Ign)|ShdPnd|NoNewPrivs|Seccomp|Cpus_allowed):' /proc/self/status; "
    + "for l in n s c f v l; do ulimit -S$l; ulimit -H$l; done; umask; pwd; "
    + "cat /proc/self/oom_score_adj /proc/self/coredump_filter; "
    + "env | grep -vE '^(AUDITRULES_|LD_PRELOAD=|_=|SHLVL=)' | sort; } > "

[<Tests>]
let tests =
    testSequenced
    <| testList
        "spawning"
        [
            testTheory
                "the exit status is passed through"
                [
                    "exit 0", 0
                    "exit 3", 3
                    "exit 255", 255
                    "kill -KILL $$", 137
                    "kill -SEGV $$", 139
                ]
            <| fun (shell, code) -> Expect.equal (exitOf (record [ "sh"; "-c"; shell ])) (code, None) shell

            testCase "a command that is not found is 127"
            <| fun () ->
                Expect.equal
                    (exitOf (record [ "no-such-command-here" ]))
                    (127, Some "no-such-command-here: command not found in PATH")
                    "by name"

                Expect.equal
                    (exitOf (record [ "/no/such/file" ]))
                    (127, Some "/no/such/file: no such file")
                    "by path"

            testCase "a command that cannot be executed is 126"
            <| fun () ->
                inFolder (fun folder ->
                    let plain = script folder "plain.txt" "text" false

                    Expect.equal
                        (exitOf (record [ plain ]))
                        (126,
                         Some $"{plain}: {plain} may not be executed (chmod +x it, or name its interpreter)")
                        "a plain file"

                    Expect.equal
                        (exitOf (record [ folder ]))
                        (126, Some $"{folder}: is a directory, not a program")
                        "a folder")

            testCase "a script whose interpreter is missing is 127"
            <| fun () ->
                inFolder (fun folder ->
                    let code, message =
                        exitOf (record [ script folder "s" "#!/no/such/interpreter\n" true ])

                    Expect.equal code 127 "code"
                    Expect.stringContains (Option.defaultValue "" message) "interpreter" "message")

            testCase "a script without an interpreter line runs in sh, as in a shell"
            <| fun () ->
                inFolder (fun folder ->
                    let path = script folder "s" "exit $1\n" true
                    Expect.equal (exitOf (record [ path; "9" ])) (9, None) "code")

            testCase "a program in a folder of PATH that cannot be executed is passed over"
            <| fun () ->
                inFolder (fun folder ->
                    let first = Directory.CreateDirectory(Path.Combine(folder, "a")).FullName
                    let second = Directory.CreateDirectory(Path.Combine(folder, "b")).FullName
                    script first "tool" "" false |> ignore
                    script second "tool" "#!/bin/sh\nexit 6\n" true |> ignore

                    let recorded =
                        [ "tool" ]
                        |> recordWith (fun options -> options.WithPath $"{first}:{second}:/usr/bin:/bin")

                    Expect.equal (exitOf recorded) (6, None) "the second")

            testCase "the working folder is the one that was asked for"
            <| fun () ->
                inFolder (fun folder ->
                    [ "sh"; "-c"; "pwd > here" ]
                    |> recordWith (fun options -> options.In folder)
                    |> ignore

                    Expect.equal (File.ReadAllText(Path.Combine(folder, "here")).Trim()) folder "folder")

            testCase "a program inherits what it would have without the recorder"
            <| fun () ->
                inFolder (fun folder ->
                    let without, recorded =
                        Path.Combine(folder, "without"), Path.Combine(folder, "with")
                    // Both from the same process, whose runtime has raised the limit of open files and ignores SIGPIPE.
                    // A shell between puts SIGPIPE back for the one, and takes the limit of this process's parent.
                    let parent = Diagnostics.Process.GetCurrentProcess().Id

                    let limits =
                        $"$(awk '/Max open files/ {{ print $4 }}' /proc/$(awk '{{ print $4 }}' /proc/{parent}/stat)/limits)"

                    // The runner sets variables of its own after its start, which a started process gets and a recorded
                    // one does not.
                    let atStart =
                        File.ReadAllText("/proc/self/environ").Split('\000')
                        |> Array.map (fun entry -> entry.Split('=')[0])

                    let setSince =
                        Environment.GetEnvironmentVariables().Keys
                        |> Seq.cast<string>
                        |> Seq.except atStart
                        |> Seq.map (fun name -> $"--unset={name}")

                    output
                        "env"
                        [
                            "--default-signal=PIPE"
                            yield! setSince
                            "sh"
                            "-c"
                            $"ulimit -Sn {limits}; " + stateScript + without
                        ]
                    |> ignore

                    record [ "sh"; "-c"; stateScript + recorded ] |> ignore
                    Expect.equal (File.ReadAllLines recorded) (File.ReadAllLines without) "state")

            testCase "a broken pipe ends a recorded program as it does any other"
            <| fun () ->
                inFolder (fun folder ->
                    let status = Path.Combine(folder, "status")

                    record [ "bash"; "-c"; "yes | head -1 > /dev/null; echo ${PIPESTATUS[0]} > " + status ]
                    |> ignore

                    Expect.equal (File.ReadAllText(status).Trim()) "141" "128 + SIGPIPE")

            testCase "an existing LD_PRELOAD is kept and comes first (S1)"
            <| fun () ->
                inFolder (fun folder ->
                    let file = Path.Combine(folder, "preload")

                    [ "sh"; "-c"; "echo $LD_PRELOAD > " + file ]
                    |> recordWith (fun options -> options.WithVariable("LD_PRELOAD", "libc.so.6"))
                    |> ignore

                    let value = File.ReadAllText(file).Trim()
                    Expect.stringStarts value "libc.so.6:" "first"
                    Expect.stringEnds value "/libauditrules_hook.so" "last")

            testCase "a hook at a path with a space is linked to from one without (S4)"
            <| fun () ->
                inFolder (fun folder ->
                    let spaced = Directory.CreateDirectory(Path.Combine(folder, "a b")).FullName
                    let library = "libauditrules_hook.so"

                    File.Copy(
                        Path.Combine(AppContext.BaseDirectory, "hook", library),
                        Path.Combine(spaced, library)
                    )

                    let recorded =
                        [ "python3"; "-c"; "open('/etc/hosts').close()" ]
                        |> recordWith (fun options -> options.WithHooks spaced)

                    Expect.contains (firstArguments "open" recorded) "/etc/hosts" "recorded")

            testCase "a missing hook is 125 and says what to do"
            <| fun () ->
                inFolder (fun folder ->
                    let code, message =
                        exitOf (recordWith (fun options -> options.WithHooks folder) [ "true" ])

                    Expect.equal code 125 "code"
                    Expect.stringContains (Option.defaultValue "" message) "build it" "message")
        ]

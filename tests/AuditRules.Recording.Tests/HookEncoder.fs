/// The encoder against random objects: what it writes of plain values is what a slow reference makes of them.
module AuditRules.Recording.Tests.HookEncoder

open System.IO
open Expecto
open AuditRules.Recording.Tests.HookLab

let private number = System.Text.RegularExpressions.Regex @"^\[(\d+), "

/// Runs the program of random objects; every event is there, and those of the plain kinds are as expected.
let private agrees environment (python: Python) (seed: int) (count: int) =
    inFolder (fun folder ->
        let expected = Path.Combine(folder, "expected")

        let command =
            [ python.Path; program "odd_objects.py"; $"{seed}"; $"{count}"; expected ]

        let recording = recordIn folder Native environment command
        Expect.equal recording.Exit 0 recording.Error
        Expect.isEmpty recording.Damage "damage"
        Expect.isEmpty (recording.Images |> List.collect _.Lost) "lost"
        let written = args "odd" recording

        let numbers = [ for args in written -> int (number.Match(args).Groups[1].Value) ]
        Expect.equal numbers [ 0 .. count - 1 ] "events"
        let lines = File.ReadAllLines expected
        Expect.isGreaterThan (lines |> Array.filter ((<>) "")).Length (count / 3) "plain values"

        for args, line in List.zip written (List.ofArray lines) do
            if line <> "" then
                let value = args[number.Match(args).Length .. args.Length - 2]
                Expect.equal value line $"seed {seed}: {args[..40]}")

let private unredacted = "AUDITRULES_REDACT", "0"

let private watched (test: (string * string) list -> unit) =
    match Sanitizers.preload.Value with
    | Some preload -> test [ "LD_PRELOAD", preload; Sanitizers.options ]
    | None -> skiptest "the C compiler at hand has no sanitizers"

[<Tests>]
let tests =
    testList
        "hook encoder"
        [
            onEveryPython
                "S28 to S31, S33: random objects under sanitizers: the plain ones are as a slow reference has them"
                (fun python ->
                    watched (fun environment ->
                        agrees (unredacted :: environment) python 1 60

                        if nightly then
                            for seed in 2..5 do
                                agrees (unredacted :: environment) python seed 2000))

            atNight "random objects, redacted, under sanitizers: every event is there" (fun python ->
                watched (fun environment ->
                    for seed in 1..5 do
                        inFolder (fun folder ->
                            let expected = Path.Combine(folder, "expected")
                            let settings = [ "AUDITRULES_PROFILE", "all"; "AUDITRULES_ENV", "all" ]

                            let command =
                                [ python.Path; program "odd_objects.py"; $"{seed}"; "1000"; expected ]

                            let recording = recordIn folder Native (settings @ environment) command
                            Expect.equal recording.Exit 0 recording.Error
                            Expect.isEmpty recording.Damage "damage"
                            Expect.hasLength (named "odd" recording) 1000 "events")))

            atNight "random objects without sanitizers" (fun python ->
                for seed in 20..25 do
                    agrees [ unredacted ] python seed 2000)

            atNight "random objects under valgrind: nothing is read that was never written" (fun python ->
                if not (File.Exists "/usr/bin/valgrind") then
                    skiptest "needs valgrind"

                inFolder (fun folder ->
                    let command =
                        [
                            "/usr/bin/valgrind"
                            "-q"
                            "--fullpath-after="
                            python.Path
                            program "odd_objects.py"
                        ]
                        @ [ "5"; "200"; Path.Combine(folder, "expected") ]

                    let recording = recordIn folder Native [ "PYTHONMALLOC", "malloc" ] command
                    // Some interpreters are reported themselves.
                    Expect.equal
                        (recording.Exit, recording.Error.Contains "src/hook/")
                        (0, false)
                        recording.Error

                    Expect.hasLength (named "odd" recording) 200 "events"))

            if nightly then
                test "the hook's other tests pass under sanitizers" {
                    watched (fun environment ->
                        let preload = snd environment.Head

                        for list in
                            [
                                "hook values"
                                "hook filters"
                                "hook processes"
                                "hook interruptions"
                                "hook limits"
                                "hook surroundings"
                                "redaction"
                            ] do
                            let code, output, error =
                                run
                                    "dotnet"
                                    [
                                        System.Reflection.Assembly.GetExecutingAssembly().Location
                                        "--filter-test-list"
                                        list
                                    ]
                                    [
                                        "AUDITRULES_NIGHTLY", "0"
                                        "AUDITRULES_PRELOAD", preload
                                        Sanitizers.options
                                    ]

                            Expect.equal code 0 (output + error))
                }
        ]

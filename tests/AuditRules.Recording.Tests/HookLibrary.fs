module AuditRules.Recording.Tests.HookLibrary

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open AuditRules.Recording.Tests.HookLab

let private need condition reason =
    if not condition then
        skiptest reason

let private tool name =
    (nonNull (Environment.GetEnvironmentVariable "PATH")).Split ':'
    |> Array.exists (fun folder -> File.Exists(Path.Combine(folder, name)))

[<Tests>]
let tests =
    testList
        "hook library"
        [
            test "no symbol is newer than glibc 2.17" {
                need (File.Exists library && tool "objdump") "needs the native hook and objdump"
                let _, symbols, _ = run "objdump" [ "-T"; library ] []

                let versions =
                    [
                        for m in Regex.Matches(symbols, @"GLIBC_([\d.]+)") -> Version.Parse m.Groups[1].Value
                    ]

                Expect.isNonEmpty versions "symbols"
                Expect.all versions (fun version -> version <= Version(2, 17)) $"{List.max versions}"
            }

            test "nothing but libc is needed, and only the weak Python symbols are open" {
                need (File.Exists library && tool "objdump") "needs the native hook and objdump"
                let _, headers, _ = run "objdump" [ "-p"; library ] []

                let needed =
                    [ for m in Regex.Matches(headers, @"NEEDED\s+(\S+)") -> m.Groups[1].Value ]

                Expect.equal needed [ "libc.so.6" ] ""
            }

            test "S42: other programs run as ever under it and leave nothing" {
                need (File.Exists library) "needs the native hook"

                for command in
                    [
                        [ "/bin/ls"; "/" ]
                        [ "/bin/sh"; "-c"; "echo a; exit 7" ]
                        [ "/bin/cat"; "/dev/null" ]
                    ] do
                    inFolder (fun folder ->
                        let plain = run command.Head command.Tail []
                        let hooked = run command.Head command.Tail (settings Native folder)
                        Expect.equal hooked plain $"{command}"
                        Expect.isEmpty (Directory.GetFileSystemEntries folder) "")
            }

            onEveryPython "S1: without a folder nothing is done" (fun python ->
                need (File.Exists library) "needs the native hook"

                for folder in [ ""; "relative" ] do
                    let result =
                        run
                            python.Path
                            [ "-c"; "print(1)" ]
                            [ "LD_PRELOAD", library; "AUDITRULES_DIR", folder ]

                    Expect.equal result (0, "1\n", "") ""

                let result =
                    run
                        python.Path
                        [ "-c"; "print(1)" ]
                        [ "LD_PRELOAD", library; "AUDITRULES_DIR", "/no/such" ]

                Expect.equal result (0, "1\n", "") "")

            onEveryPython "S6, S7: file names and modes; the key is made once" (fun python ->
                inFolder (fun folder ->
                    recordIn folder Native [] [ python.Path; "-c"; "1" ] |> ignore
                    let key = File.ReadAllBytes(Path.Combine(folder, "key"))
                    Expect.hasLength key 16 ""
                    recordIn folder Native [] [ python.Path; "-c"; "1" ] |> ignore
                    Expect.equal (File.ReadAllBytes(Path.Combine(folder, "key"))) key "the same key"

                    for path in Directory.GetFiles folder do
                        Expect.isMatch
                            (nonNull (Path.GetFileName path))
                            @"^(key|\d+-[0-9a-f]{16}-000000\.seg)$"
                            ""

                        Expect.equal
                            (File.GetUnixFileMode path)
                            (UnixFileMode.UserRead ||| UnixFileMode.UserWrite)
                            path))
        ]

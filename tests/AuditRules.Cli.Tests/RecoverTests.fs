module AuditRules.Cli.Tests.RecoverTests

open System
open System.Collections.Immutable
open System.IO
open System.Text.RegularExpressions
open Expecto
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Cli.Tests.Cli
open AuditRules.Tests

let private bytes (folder: Folder) name = File.ReadAllBytes(folder.File name)

let private put (folder: Folder) name (content: byte[]) =
    File.WriteAllBytes(folder.File name, content)

/// Every frame begins with this (trace.md, T6).
let private mark = [| 0x9cuy; 0xd6uy; 0x46uy; 0xc1uy; 0x41uy; 0x52uy; 0xc1uy |]

/// Where frames of that type stand.
let private frames (type': byte) (content: byte[]) =
    [
        for at in 0 .. content.Length - 68 do
            if content.AsSpan(at).StartsWith(ReadOnlySpan mark) && content[at + 8] = type' then
                at
    ]

let private flip at (content: byte[]) =
    let changed = Array.copy content
    changed[at] <- changed[at] ^^^ 0x20uy
    changed

/// What was said, but for the head (C83), which must be there.
let private withoutHead (error: string) =
    Expect.isMatch error @"auditrules: head \d+:[0-9a-f]{64}\n$" "the head"
    Regex.Replace(error, @"auditrules: head [^\n]*\n", "")

let private recover folder arguments = run folder ("recover" :: arguments)

let private inspect folder name =
    run folder [ "inspect"; name; "--events"; "--format"; "jsonl" ]

[<Tests>]
let tests =
    testList
        "recover a trace"
        [
            testCase "C79: a whole trace recovers to itself, and nothing is lost" (fun () ->
                use folder = withTrace fires
                let ran = recover folder [ "run.atrace"; "-o"; "new.atrace" ]
                Expect.equal (ran.Code, ran.Out) (0, "") ran.Error

                Expect.equal
                    (withoutHead ran.Error)
                    "auditrules: 2 events of run.atrace in new.atrace\n"
                    "what was done"

                Expect.equal (recover folder [ "new.atrace"; "-o"; "b.atrace"; "-q" ]).Error "" "quiet"
                Expect.sequenceEqual (bytes folder "b.atrace") (bytes folder "new.atrace") "again"
                let findings name = (run folder [ "replay"; name ]).Out
                Expect.equal (findings "new.atrace") (findings "run.atrace") "findings")

            testCase "C79: what was lost is said with its place, and its verdict is unknown" (fun () ->
                use folder = withTrace quiet
                let whole = bytes folder "run.atrace"
                let at = frames 2uy whole |> List.exactlyOne
                put folder "run.atrace" (flip (at + 80) whole)
                let before = bytes folder "run.atrace"
                let ran = recover folder [ "run.atrace"; "-o"; "new.atrace" ]
                Expect.equal ran.Code 3 ran.Error

                let expected =
                    $"auditrules: at byte {at}: a frame's payload is damaged; 2 events are lost\n"
                    + "auditrules: 0 events of run.atrace in new.atrace\n"

                Expect.equal (withoutHead ran.Error) expected "what and where"
                Expect.sequenceEqual (bytes folder "run.atrace") before "the input stays"
                let replayed = run folder [ "replay"; "new.atrace" ]
                Expect.equal replayed.Code 3 replayed.Error
                Expect.stringContains replayed.Out "unknown T1" "verdict"
                Expect.stringContains replayed.Out "events were lost (damage)" "why"
                let again = recover folder [ "new.atrace"; "-o"; "b.atrace" ]
                Expect.equal again.Code 0 "nothing more is lost"
                Expect.sequenceEqual (bytes folder "b.atrace") (bytes folder "new.atrace") "again")

            testCase "C79: a trace without an end recovers to its whole frames" (fun () ->
                use folder = withTrace fires
                let whole = bytes folder "run.atrace"
                let at = frames 5uy whole |> List.exactlyOne
                put folder "run.atrace" whole[.. at - 1]
                let ran = recover folder [ "run.atrace"; "-o"; "new.atrace" ]
                Expect.equal ran.Code 3 ran.Error

                let expected =
                    $"auditrules: at byte {at}: the trace has no end: what may have followed is not in it; how many events are lost is not known, after 2026-01-02 03:04:02.000 UTC\n"
                    + "auditrules: 2 events of run.atrace in new.atrace\n"

                Expect.equal (withoutHead ran.Error) expected "what and where"
                let replayed = run folder [ "replay"; "new.atrace" ]
                Expect.equal replayed.Code 1 "what is there is found"
                Expect.stringContains (inspect folder "new.atrace").Out "\"derived\":\"recover\"" "derived")

            testCase "C79: another trace behind it is named, with how to make a file of it" (fun () ->
                use folder = withTrace fires
                import folder "other.atrace" quiet
                let whole = bytes folder "run.atrace"
                put folder "run.atrace" (Array.append whole (bytes folder "other.atrace"))
                let id = Convert.ToHexStringLower((bytes folder "other.atrace").AsSpan(20, 16))
                let ran = recover folder [ "run.atrace"; "-o"; "new.atrace" ]
                Expect.equal ran.Code 3 ran.Error
                let at = whole.Length.ToString("N0", Globalization.CultureInfo.InvariantCulture)

                Expect.stringStarts
                    ran.Error
                    $"auditrules: at byte {at}: another trace ({id}) begins here, and is not read; tail -c +{whole.Length + 1} run.atrace > other.atrace makes a file of it\n"
                    "what and where"

                let joined = bytes folder "run.atrace"
                put folder "rest.atrace" joined[whole.Length ..]
                Expect.equal (run folder [ "verify"; "rest.atrace" ]).Code 0 "that is one"
                let listed = run folder [ "inspect"; "new.atrace"; "--events" ]
                Expect.equal (listed.Code, listed.Lines.Length) (0, 2) "the first one's events")

            testCase "C79 T41: a frame behind one that it belongs before is not said to come again" (fun () ->
                use folder = new Folder()

                let happened n =
                    AuditEvent("open", ImmutableArray.Empty, Time = n, Pid = 1, Thread = 1L)

                do
                    use stream = File.Create(folder.File "run.atrace")

                    use writer =
                        new TraceWriter(stream, TraceMeta(), TraceWriterOptions(FrameEvents = 2))

                    for n in 1L .. 6L do
                        writer.Add (happened n).View

                    writer.Complete(TraceTotals(0L, 1, -1L, -1L, 0L))

                let whole = bytes folder "run.atrace"
                let at = frames 2uy whole
                let next = at[2] + 7 + whole.AsSpan(at[2] + 7).IndexOf(ReadOnlySpan mark)
                let second, third = whole[at[1] .. at[2] - 1], whole[at[2] .. next - 1]
                put folder "run.atrace" (Array.concat [ whole[.. at[1] - 1]; third; second; whole[next..] ])
                let ran = recover folder [ "run.atrace"; "-o"; "new.atrace" ]
                Expect.equal ran.Code 3 ran.Error

                Expect.stringContains
                    ran.Error
                    ": frame 2 stands behind frame 3; its 2 events are not read; what it holds is lost, as was said of the gap before\n"
                    "what"

                Expect.stringContains ran.Error ": 1 frame is missing; 2 events are lost" "the gap")

            testTheory
                "C79: the input as output is refused, by whatever name"
                [
                    "run.atrace"
                    "./run.atrace"
                    "soft.atrace"
                    "hard.atrace"
                    "link/run.atrace"
                ]
                (fun name ->
                    use folder = withTrace fires
                    let before = bytes folder "run.atrace"

                    File.CreateSymbolicLink(folder.File "soft.atrace", folder.File "run.atrace")
                    |> ignore

                    Directory.CreateSymbolicLink(folder.File "link", folder.Path) |> ignore

                    Processes.run "ln" [ folder.File "run.atrace"; folder.File "hard.atrace" ]
                    |> ignore

                    let ran = recover folder [ "run.atrace"; "-o"; name ]
                    Expect.equal ran.Code 2 ran.Error
                    Expect.isTrue (isMessage ran.Error) ran.Error
                    Expect.sequenceEqual (bytes folder "run.atrace") before "the input stays")

            testCase "C10 C79: what is no trace writes nothing, and an existing file stays" (fun () ->
                use folder = withTrace fires
                folder.Write("text.atrace", "this is no trace at all, and never was one\n")
                let before = bytes folder "run.atrace"
                let ran = recover folder [ "text.atrace"; "-o"; "run.atrace" ]
                Expect.equal ran.Code 65 ran.Error
                Expect.sequenceEqual (bytes folder "run.atrace") before "stays"

                let there =
                    Directory.GetFiles folder.Path |> Array.map Path.GetFileName |> Array.sort

                Expect.sequenceEqual there [ "lines.jsonl"; "run.atrace"; "text.atrace" ] "no file beside")
        ]

/// Files that are no traces, or not whole ones, through every command that reads one: exact messages, exact codes.
module AuditRules.Cli.Tests.BadInputTests

open System
open System.IO
open System.IO.Compression
open Expecto
open AuditRules.Cli.Tests.Cli

let private put (folder: Folder) name (content: byte[]) =
    File.WriteAllBytes(folder.File name, content)

let private trace (folder: Folder) =
    File.ReadAllBytes(folder.File "run.atrace")

let private gzip (content: byte[]) =
    use output = new MemoryStream()

    using (new GZipStream(output, CompressionLevel.Fastest)) (fun stream ->
        stream.Write(ReadOnlySpan content))

    output.ToArray()

let private change at value (content: byte[]) =
    let changed = Array.copy content
    changed[at] <- value
    changed

/// CRC-32C, for a header that is changed and whole (trace.md, T6).
let private crc (bytes: byte[]) =
    let step (crc: uint32) (one: byte) =
        Seq.fold
            (fun crc _ ->
                if crc &&& 1u = 1u then
                    (crc >>> 1) ^^^ 0x82F63B78u
                else
                    crc >>> 1)
            (crc ^^^ uint32 one)
            [ 1..8 ]

    ~~~(Array.fold step UInt32.MaxValue bytes)

/// The frame of META needs a feature of a later version.
let private withUnknownFlag (content: byte[]) =
    let changed = change (36 + 14) 1uy content
    let sum = crc changed[36 .. 36 + 57]
    Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(Span(changed, 36 + 59, 4), sum)
    changed

let private isNone (reason: string) (offset: int) (advice: string) =
    $"auditrules: bad.atrace cannot be read as a trace: {reason} (at byte {offset})\n  {advice}\n"

let private make = "Make one with: auditrules record -o run.atrace -- PROGRAM"
let private newer = "Use the version of AuditRules that wrote it, or a newer one."
let private notATrace = "this is not an AuditRules trace"

/// What it is, its bytes made of a whole trace, and what is said of it.
let private files: (string * (byte[] -> byte[]) * string) list =
    [
        "an empty file", (fun _ -> [||]), isNone "the file is empty" 0 make
        "text", (fun _ -> "just some text\n"B), isNone notATrace 0 make
        "one byte", (fun _ -> [| 0xd9uy |]), isNone notATrace 0 make
        "JSON",
        (fun _ -> " {\"event\":\"open\"}\n"B),
        isNone
            notATrace
            0
            "It may be JSON. If it holds an event a line: auditrules import jsonl bad.atrace -o run.atrace"
        "gzip",
        gzip,
        isNone notATrace 0 "It is compressed. Unpack it first: gunzip -c bad.atrace > run.atrace"
        "a segment",
        (fun _ -> Array.append "ARSEG\r\n\026"B (Array.zeroCreate 4096)),
        isNone
            notATrace
            0
            "It is a segment of a recording. Make a trace of its folder: auditrules pack . -o run.atrace"
        "a preamble that is cut",
        (fun whole -> whole[..29]),
        isNone
            "the trace ends within its first 36 bytes"
            30
            "It was cut, or its recorder has only begun: nothing can be read of it yet."
        "line ends that were changed",
        (fun whole -> Array.concat [ whole[..11]; "\n\026\n"B; whole[16..] ]),
        isNone
            "the trace's line ends were changed: it was transferred as text"
            12
            "Copy it again, as a binary file."
        "a newer major version",
        change 16 2uy,
        isNone "the trace has format 2.0, this program reads 1" 16 newer
        "an unknown incompatible flag",
        withUnknownFlag,
        isNone "the trace needs a feature (flags 0x0001), which this program does not know" 36 newer
    ]

/// Every command that reads a trace and no folder.
let private readers =
    [
        [ "replay"; "bad.atrace" ]
        [ "inspect"; "bad.atrace" ]
        [ "inspect"; "bad.atrace"; "--events" ]
        [ "inspect"; "bad.atrace"; "--events"; "--tail"; "3" ]
        [ "verify"; "bad.atrace" ]
        [ "seal"; "bad.atrace"; "--key"; "ci.pem" ]
        [ "cut"; "bad.atrace"; "--from"; "#0"; "-o"; "new.atrace" ]
    ]

/// Those that read a folder of segments too.
let private packers =
    [
        [ "recover"; "bad.atrace"; "-o"; "new.atrace" ]
        [ "pack"; "bad.atrace"; "-o"; "new.atrace" ]
    ]

let private commands = readers @ packers

/// What a run says but for the line that says which rules it takes (C31).
let private withoutRules (ran: Ran) =
    { ran with
        Error = ran.Error.Replace("auditrules: using the rules in rules\n", "")
    }

let private run folder command = Cli.run folder command |> withoutRules

/// The same as a user whom modes of files bind: root reads every file, but not without these capabilities.
let private asUser folder command =
    match Environment.UserName with
    | "root" ->
        let without = [ "--bounding-set"; "-dac_override,-dac_read_search"; "dotnet" ]
        startProgram "setpriv" without [] folder command
    | _ -> Cli.run folder command
    |> withoutRules

let private allBy (run: Folder -> string list -> Ran) (folder: Folder) code message =
    Cli.run folder [ "seal"; "--new-key"; "ci.pem"; "-q" ] |> ignore

    for command in commands do
        let ran = run folder command
        let name = String.Join(" ", command)
        Expect.equal (ran.Code, ran.Error) (code, message) name
        Expect.equal ran.Out "" name
        Expect.isFalse (folder.Has "new.atrace") $"{name} writes nothing"

let private all folder code message = allBy run folder code message

[<Tests>]
let tests =
    testList
        "bad input"
        [
            testTheory
                "C2 C20 T2 T3 T9: what is no trace is named, with 65 and what to do"
                files
                (fun (_, make, message) ->
                    use folder = withTrace quiet
                    put folder "bad.atrace" (make (trace folder))
                    all folder 65 message)

            testCase "C20: a folder is no trace, and those in it are named" (fun () ->
                use folder = withTrace quiet
                folder.Write("bad.atrace/a.atrace", "")

                let message =
                    "auditrules: cannot read bad.atrace: it is a folder\n  Name the files in it: bad.atrace/a.atrace\n"

                for command in readers do
                    let ran = run folder command
                    Expect.equal (ran.Code, ran.Out, ran.Error) (66, "", message) (String.Join(" ", command))

                // These take a folder of segments.
                let empty =
                    "auditrules: nothing to pack in bad.atrace: it holds no segment (*.seg)\n  List the folders that sessions left behind with: auditrules recover\n"

                for command in packers do
                    let ran = run folder command
                    Expect.equal (ran.Code, ran.Out, ran.Error) (66, "", empty) (String.Join(" ", command)))

            testCase "C20: a path below a file is no path" (fun () ->
                use folder = withTrace quiet

                for command in [ [ "replay" ]; [ "inspect" ]; [ "recover"; "-o"; "new.atrace" ] ] do
                    let ran = run folder (command @ [ "run.atrace/x" ])
                    Expect.equal (ran.Code, ran.Out) (66, "") ran.Error
                    let expected = "auditrules: cannot read run.atrace/x: there is no such file\n"
                    Expect.stringStarts ran.Error expected "what and where"
                    Expect.isTrue (isMessage ran.Error) ran.Error)

            testCase
                "C30: a folder of rules that this user may not read is no folder without rules"
                (fun () ->
                    use folder = withTrace quiet
                    let below = folder.File "rules/below"

                    let closed (path: string) =
                        File.SetUnixFileMode(path, UnixFileMode.None)

                    Directory.CreateDirectory below |> ignore
                    closed below
                    let ran = asUser folder [ "replay"; "run.atrace" ]
                    Expect.equal (ran.Code, ran.Out) (66, "") ran.Error
                    Expect.stringContains ran.Error $"not all of the rules in rules can be read: " "what"
                    Expect.stringContains ran.Error $"'{below}'" "where"
                    Directory.Delete below
                    folder.Write("rules/.git/x", "")
                    closed (folder.File "rules/.git")
                    let ran = asUser folder [ "replay"; "run.atrace" ]
                    Expect.equal (ran.Code, ran.Out) (0, "1 rule over 2 events: nothing found\n") ran.Error)

            testCase "C20: a file that this user may not read" (fun () ->
                use folder = withTrace quiet
                put folder "bad.atrace" (trace folder)
                File.SetUnixFileMode(folder.File "bad.atrace", UnixFileMode.None)

                allBy
                    asUser
                    folder
                    66
                    "auditrules: cannot read bad.atrace: this user may not read it\n  Have its owner, whom ls -l bad.atrace names, allow it, or run as that user.\n")

            testCase
                "C50 C51 C37: a trace that is still written is read, with a word on what that means"
                (fun () ->
                    use folder = withTrace quiet
                    let whole = trace folder
                    // META, PROCESS and DATA are there; the rest is still to come.
                    let last =
                        whole
                            .AsSpan()
                            .LastIndexOf([| 0x9cuy; 0xd6uy; 0x46uy; 0xc1uy; 0x41uy; 0x52uy; 0xc1uy |])

                    let frames = ResizeArray<int>()
                    let mutable at = 0

                    while at >= 0 && at < last do
                        let next =
                            whole
                                .AsSpan(at)
                                .IndexOf([| 0x9cuy; 0xd6uy; 0x46uy; 0xc1uy; 0x41uy; 0x52uy; 0xc1uy |])

                        frames.Add(at + next)
                        at <- at + next + 1

                    let data = frames |> Seq.filter (fun at -> whole[at + 8] = 2uy) |> Seq.last

                    let stored =
                        Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(ReadOnlySpan(whole, data + 49, 4))

                    put folder "bad.atrace" whole[.. data + 68 + stored - 1]
                    let meaning = "its recorder still writes it, or died"
                    let replayed = run folder [ "replay"; "bad.atrace" ]
                    Expect.equal (replayed.Code, replayed.Error) (0, "") "replay"

                    Expect.stringContains
                        replayed.Out
                        $"open bad.atrace has no end: {meaning}; what came later is not in it\n"
                        "replay"

                    let summary = run folder [ "inspect"; "bad.atrace" ]
                    Expect.equal (summary.Code, summary.Error) (0, "") "inspect"
                    Expect.stringContains summary.Out $"closed    no: {meaning}\n" "inspect"
                    let listed = run folder [ "inspect"; "bad.atrace"; "--events" ]
                    Expect.equal (listed.Code, listed.Lines.Length) (0, 2) "events"

                    Expect.equal
                        listed.Error
                        $"auditrules: bad.atrace has no end: {meaning}; what came later is not in it\n"
                        "events"

                    let recovered = run folder [ "recover"; "bad.atrace"; "-o"; "new.atrace" ]
                    Expect.equal recovered.Code 3 recovered.Error

                    Expect.stringContains
                        recovered.Error
                        "the trace has no end: what may have followed"
                        "recover")

            testCase "C20: a trace of no events is a trace" (fun () ->
                use folder = withTrace quiet
                folder.Write("none.jsonl", "")
                let ran = run folder [ "import"; "jsonl"; "none.jsonl"; "-o"; "bad.atrace" ]
                Expect.equal ran.Code 0 ran.Error
                let replayed = run folder [ "replay"; "bad.atrace" ]

                Expect.equal
                    (replayed.Code, replayed.Out, replayed.Error)
                    (0, "1 rule over 0 events: nothing found\n", "")
                    "replay"

                let summary = run folder [ "inspect"; "bad.atrace" ]
                Expect.equal summary.Code 0 summary.Error
                Expect.stringContains summary.Out "events    none\n" "inspect"
                let listed = run folder [ "inspect"; "bad.atrace"; "--events" ]

                Expect.equal
                    (listed.Code, listed.Out, listed.Error)
                    (0, "", "auditrules: the trace holds no event\n")
                    "events"

                for command in packers do
                    let ran = run folder command
                    Expect.equal ran.Code 0 ran.Error
                    Expect.stringStarts ran.Error "auditrules: 0 events of " "made"
                    let again = run folder [ "replay"; "new.atrace" ]
                    Expect.equal again.Out "1 rule over 0 events: nothing found\n" "replayed")
        ]

/// LZ4 blocks against the command `lz4`, both ways.
module AuditRules.Traces.Tests.Lz4ToolTests

open System
open System.ComponentModel
open System.Diagnostics
open System.IO
open AuditRules.Traces
open Expecto

/// What the command makes of bytes.
let private lz4 arguments (input: byte[]) =
    let start =
        ProcessStartInfo(
            "lz4",
            (arguments: string),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    use tool =
        try
            match Process.Start start with
            | null -> skiptest "lz4 cannot be started"
            | tool -> tool
        with :? Win32Exception ->
            skiptest "there is no command lz4 on this machine"

    let errors = tool.StandardError.ReadToEndAsync()
    use output = new MemoryStream()
    let copying = tool.StandardOutput.BaseStream.CopyToAsync output
    tool.StandardInput.BaseStream.Write(ReadOnlySpan input)
    tool.StandardInput.Close()
    copying.Wait()
    tool.WaitForExit()
    Expect.equal (tool.ExitCode, errors.Result) (0, "") $"lz4 {arguments}"
    output.ToArray()

// The oldest frame that the command knows: a magic number, then blocks, each behind its length. It has no checksum.
let private magic = [| 0x02uy; 0x21uy; 0x4cuy; 0x18uy |]

let private inputs =
    let random = Random 5

    [
        "one byte", [| 7uy |]
        "12 bytes, all alike", Array.create 12 7uy
        "13 bytes, all alike", Array.create 13 7uy
        "noise", Array.init 70_000 (fun _ -> byte (random.Next 256))
        "zeros", Array.zeroCreate 300_000
        "text",
        Text.Encoding.UTF8.GetBytes(
            String.concat "/" [ for i in 0..30_000 -> string (random.Next(i / 9 + 1)) ]
        )
        "planes",
        Array.init 131_072 (fun i ->
            if i < 65_536 then
                byte (random.Next 256)
            else
                byte (i >>> 13))
        "matches at the largest distance",
        Array.concat
            [
                Array.init 65_535 (fun i -> byte (i * i >>> 7))
                Array.init 65_535 (fun i -> byte (i * i >>> 7))
            ]
    ]

[<Tests>]
let tests =
    testList
        "the command lz4"
        [
            for name, raw in inputs ->
                testCase $"T23 reads our block, and we read its blocks: {name}" (fun () ->
                    let target = Array.zeroCreate (raw.Length + raw.Length / 100 + 16)
                    let length = Lz4Block.Encode(ReadOnlySpan raw, Span target)

                    let frame =
                        Array.concat [ magic; BitConverter.GetBytes length; target[.. length - 1] ]

                    Expect.isTrue (lz4 "-d -c" frame = raw) "the command reads our block"

                    for level in [ 1; 9; 12 ] do
                        let made = lz4 $"-l -{level} -c" raw
                        Expect.isTrue (made[..3] = magic) "the command made a frame"
                        Expect.equal (BitConverter.ToInt32(made, 4)) (made.Length - 8) "of one block"
                        let again = Array.zeroCreate raw.Length
                        Expect.isTrue (Lz4Block.Decode(ReadOnlySpan made[8..], Span again)) $"level {level}"
                        Expect.isTrue (again = raw) $"the bytes of level {level}")
        ]

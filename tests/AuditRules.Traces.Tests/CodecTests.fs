module AuditRules.Traces.Tests.CodecTests

open System
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto

let private encode (raw: byte[]) =
    let target = Array.zeroCreate (raw.Length + raw.Length / 100 + 16)
    let length = Lz4Block.Encode(ReadOnlySpan raw, Span target)
    target[.. length - 1]

let private decode (stored: byte[]) length =
    let target = Array.zeroCreate length

    if Lz4Block.Decode(ReadOnlySpan stored, Span target) then
        Some target
    else
        None

/// LZ4 as its format is told, byte by byte and without a thought of speed; None unless the block gives that many bytes.
let slowDecode (stored: byte[]) length =
    let raw = ResizeArray<byte>()
    let mutable at = 0

    let next () =
        at <- at + 1
        int stored[at - 1]

    let more nibble =
        let mutable sum = nibble

        if nibble = 15 then
            let mutable last = 255

            while last = 255 do
                last <- next ()
                sum <- sum + last

        sum

    let mutable isDone = false

    try
        while not isDone do
            let token = next ()

            for _ in 1 .. more (token >>> 4) do
                raw.Add(byte (next ()))

            if at = stored.Length then
                isDone <- token &&& 15 = 0

                if not isDone then
                    raise (IndexOutOfRangeException())
            else
                let low = next ()
                let offset = low + 256 * next ()

                if offset = 0 then
                    raise (IndexOutOfRangeException())

                for _ in 1 .. 4 + more (token &&& 15) do
                    raw.Add raw[raw.Count - offset]

                    if raw.Count > length then
                        raise (IndexOutOfRangeException())

        if raw.Count = length then Some(raw.ToArray()) else None
    with
    | :? IndexOutOfRangeException
    | :? ArgumentOutOfRangeException -> None

/// Bytes with repetitions near and far, as columns have them.
let private repetitive (seeds: byte[]) =
    Array.concat
        [
            for seed in seeds do
                yield Array.create (int seed) seed
                yield [| 0uy .. seed |]
        ]

[<Tests>]
let tests =
    testList
        "codecs"
        [
            testCase "T23 an LZ4 block by hand is inflated" (fun () ->
                // 1 literal, a match of 9 at offset 1, then 5 literals.
                Expect.equal (decode (hex "15 61 0100 50 6262626262") 15) (Some("aaaaaaaaaabbbbb"B)) "")

            testList
                "T25 an LZ4 block is refused"
                [
                    for name, stored, length in
                        [
                            "empty", "", 0
                            "larger than declared", "15 61 0100 50 6262626262", 14
                            "smaller than declared", "15 61 0100 50 6262626262", 16
                            "an offset of 0", "15 61 0000 50 6262626262", 15
                            "an offset before the beginning", "15 61 0200 50 6262626262", 15
                            "literals that end early", "50 6262", 5
                            "a length that ends early", "f0 ff", 300
                            "an offset that ends early", "10 61 01", 10
                            "no literals at the end", "15 61 0100", 10
                        ] -> testCase name (fun () -> Expect.isNone (decode (hex stored) length) "")
                ]

            testCase "T23 the codecs shrink what repeats" (fun () ->
                let raw = repetitive (Array.create 100 77uy)

                for codec in [ ColumnCodec.Lz4; ColumnCodec.Deflate ] do
                    let target = Array.zeroCreate raw.Length
                    let length = ColumnCodecs.Compress(codec, raw, raw.Length, target)
                    Expect.isLessThan length (raw.Length / 10) $"{codec}"
                    let again = Array.zeroCreate raw.Length
                    Expect.isTrue (ColumnCodecs.Inflate(codec, target, 0, length, Span again)) $"{codec}"
                    Expect.equal again raw $"{codec}"

                    Expect.isFalse
                        (ColumnCodecs.Inflate(codec, target, 0, length, Span(again, 1, again.Length - 1)))
                        "less"

                    Expect.isFalse
                        (ColumnCodecs.Inflate(
                            codec,
                            target,
                            0,
                            length,
                            Span(Array.zeroCreate (raw.Length + 1))
                        ))
                        "more")

            testCase "T24 random bytes do not get smaller" (fun () ->
                let raw = Array.zeroCreate 5000
                Random(1).NextBytes raw

                for codec in [ ColumnCodec.Lz4; ColumnCodec.Deflate ] do
                    Expect.equal
                        (ColumnCodecs.Compress(codec, raw, raw.Length, Array.zeroCreate raw.Length))
                        -1
                        $"{codec}")

            testProperty "T23 any bytes are inflated as they were" (fun (seeds: byte[]) (noise: byte[]) ->
                for raw in [ noise; repetitive seeds; Array.append (repetitive seeds) noise ] do
                    Expect.equal (decode (encode raw) raw.Length) (Some raw) ""
                    Expect.equal (slowDecode (encode raw) raw.Length) (Some raw) "the slow twin")

            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 2000
                }
                "T25 a changed LZ4 block gives that many bytes or is refused"
                (fun (seeds: byte[]) (at: int) (change: byte) ->
                    let raw = repetitive seeds
                    let stored = encode raw

                    if stored.Length > 0 then
                        stored[int (abs (int64 at) % int64 stored.Length)] <- change

                    Expect.equal (decode stored raw.Length) (slowDecode stored raw.Length) "the slow twin")

            testCase "the checksum is CRC-32C" (fun () ->
                Expect.equal (Crc32C.Compute(ReadOnlySpan "123456789"B)) 0xE3069283u "")
        ]

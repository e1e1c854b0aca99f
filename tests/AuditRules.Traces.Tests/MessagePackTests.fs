module AuditRules.Traces.Tests.MessagePackTests

open System
open AuditRules.Events
open AuditRules.Events.Tests
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open MessagePack

let private config =
    { FsCheckConfig.defaultConfig with
        arbitrary = [ typeof<Some.Arbitraries> ]
    }

let encode (value: Value) =
    let buffer = ByteBuffer()
    let mutable writer = MessagePackWriter(buffer)
    ValueCodec.Write(&writer, &value)
    writer.Flush()
    buffer.Written.ToArray()

let decode (bytes: byte[]) =
    let mutable reader = MessagePackReader(ReadOnlyMemory bytes)
    let value = ValueCodec.Read(&reader)

    if not reader.End then
        failtestf "%d bytes are left" (bytes.Length - int reader.Consumed)

    value

let private decodeFirst (bytes: byte[]) =
    let mutable reader = MessagePackReader(ReadOnlyMemory bytes)
    ValueCodec.Read(&reader)

let private skipped (bytes: byte[]) =
    let mutable reader = MessagePackReader(ReadOnlyMemory bytes)
    reader.Skip()
    int reader.Consumed

let private refused (bytes: byte[]) (what: byte[] -> 'a) =
    try
        what bytes |> ignore
        failtestf "%s was read" (Convert.ToHexString bytes)
    with :? MessagePackSerializationException ->
        ()

let private text (s: string) = Value.Str s

let private encodings =
    [
        "nil", Value.Nil, "c0"
        "false", Value.Bool false, "c2"
        "true", Value.Bool true, "c3"
        "0", Value.Int 0L, "00"
        "127", Value.Int 127L, "7f"
        "128", Value.Int 128L, "cc80"
        "256", Value.Int 256L, "cd0100"
        "65536", Value.Int 65536L, "ce00010000"
        "2^32", Value.Int 4294967296L, "cf0000000100000000"
        "-1", Value.Int -1L, "ff"
        "-32", Value.Int -32L, "e0"
        "-33", Value.Int -33L, "d0df"
        "-129", Value.Int -129L, "d1ff7f"
        "-32769", Value.Int -32769L, "d2ffff7fff"
        "-2^63", Value.Int Int64.MinValue, "d38000000000000000"
        "1.0", Value.Float 1.0, "cb3ff0000000000000"
        "text of 1", text "a", "a161"
        "text of 32", text (String('a', 32)), "d920" + String.replicate 32 "61"
        "text of 256", text (String('a', 256)), "da0100" + String.replicate 256 "61"
        "bytes", Value.Bytes [| 1uy |], "c40101"
        "a list", Value.List [| Value.Nil |], "91c0"
        "a list of 16", Value.List(Array.create 16 Value.Nil), "dc0010" + String.replicate 16 "c0"
        "a map", Value.Map [| Collections.Generic.KeyValuePair(text "a", Value.Nil) |], "81a161c0"
        "raw text", Value.RawStr [| 0xeduy |], "d401ed"
        "a big integer", Value.Integer(1I <<< 64), "c70902010000000000000000"
        "redacted", Value.Redacted(RedactedValue("env", 1L, "ab")), "d705" + "93a3656e7601a26162"
    ]

let private bad =
    [
        "nothing", ""
        "0xC1", "c1"
        "0xC1 in a list", "91c1"
        "text that ends early", "a461"
        "text that is not UTF-8", "a1ff"
        "text with a surrogate", "a3eda080"
        "a list of 4 billion", "ddffffffff"
        "a map of 4 billion", "dfffffffff"
        "bytes of 4 billion", "c6ffffffff"
        "an extension of 4 billion", "c9ffffffff01"
        "an unknown extension", "d47f00"
        "an empty big integer", "c70002"
        "a truncated nothing", "c7050394000090c0"
        "a truncated int", "c706039403 00c400 c0"
    ]

/// What a reader claims in memory before it refuses the bytes.
let private claimed (bytes: byte[]) =
    let before = GC.GetAllocatedBytesForCurrentThread()
    refused bytes decode
    GC.GetAllocatedBytesForCurrentThread() - before

/// So many headers, one inside the other, that each claim all the bytes behind it; the bytes are nil.
let private greedy levels length (header: int -> byte[]) =
    let bytes = Array.create length 0xc0uy
    let mutable at = 0

    for _ in 1..levels do
        let head = header (length - at)
        head.CopyTo(bytes, at)
        at <- at + head.Length

    bytes

let private count32 (code: byte) (count: int) =
    Array.append [| code |] (BitConverter.GetBytes(Net.IPAddress.HostToNetworkOrder count))

let private claims =
    [
        "lists", fun left -> count32 0xdduy (left - 5)
        "maps", fun left -> count32 0xdfuy ((left - 5) / 2)
        "lists in maps",
        fun left -> Array.append (count32 0xdfuy ((left - 10) / 2)) (count32 0xdduy (left - 10))
        "lists in truncated values",
        fun left ->
            Array.concat
                [
                    count32 0xdduy (left - 5)
                    count32 0xc9uy (left - 11)
                    [| 3uy; 0x94uy; 7uy; 0uy; 0xc4uy; 0uy |]
                ]
        "objects",
        fun left ->
            Array.concat
                [
                    count32 0xc9uy (left - 6)
                    [| 4uy; 0x93uy; 0xa0uy; 0uy |]
                    count32 0xdfuy ((left - 15) / 2)
                    [| 0xa0uy |]
                ]
    ]

[<Tests>]
let tests =
    testList
        "MessagePack"
        [
            testList
                "T39 a value is encoded so"
                [
                    for name, value, bytes in encodings ->
                        testCase name (fun () ->
                            if name = "redacted" then
                                Expect.equal (decode (encode value)) value "read"
                            else
                                Expect.equal (Convert.ToHexStringLower(encode value)) bytes "written"
                                Expect.equal (decode (hex bytes)) value "read")
                ]

            testCase "T39 longer encodings than needed are read" (fun () ->
                for bytes in
                    [
                        "cc01"
                        "cd0001"
                        "ce00000001"
                        "cf0000000000000001"
                        "d001"
                        "d10001"
                        "d3" + "0000000000000001"
                    ] do
                    Expect.equal (decode (hex bytes)) (Value.Int 1L) bytes

                Expect.equal (decode (hex "dd00000001c0")) (Value.List [| Value.Nil |]) "a list"
                Expect.equal (decode (hex "ca3f800000")) (Value.Float 1.0) "a float of 32 bits"

                Expect.equal
                    (decode (hex "cfffffffffffffffff"))
                    (Value.Integer((1I <<< 64) - 1I))
                    "an unsigned integer")

            testList
                "T44 a value is refused"
                [
                    for name, bytes in bad -> testCase name (fun () -> refused (hex bytes) decode)
                ]

            testCase "T44 every value that ends early is refused" (fun () ->
                for _, value, _ in encodings do
                    let bytes = encode value

                    for length in 0 .. bytes.Length - 1 do
                        refused bytes[.. length - 1] decode
                        refused bytes[.. length - 1] skipped)

            testCase "T40 values are nested at most 64 deep" (fun () ->
                let nested depth =
                    Array.append (Array.create depth 0x91uy) [| 0xc0uy |]

                Expect.equal (encode (decode (nested 64))) (nested 64) "64"
                refused (nested 65) decode

                Expect.throwsT<ArgumentException>
                    (fun () -> encode (Value.List [| decode (nested 64) |]) |> ignore)
                    "65 written")

            testList
                "T44 counts that claim the same bytes at every level take no more memory than one of them"
                [
                    for name, header in claims ->
                        testCase name (fun () ->
                            let bytes = greedy 30 (1024 * 1024) header
                            // Jitting must not count.
                            claimed (greedy 30 1024 header) |> ignore
                            Expect.isLessThanOrEqual (claimed bytes) (32L * int64 bytes.Length) name)
                ]

            testCase "T44 lists within lists are read while the bytes hold them all" (fun () ->
                // A list of 2 lists of 2 maps of 1 entry, to the last byte; one item more is one too many.
                let bytes = hex "92 92 81c0c0 81c0c0 92 81c0c0 81c0c0"
                let map = Value.Map [| Collections.Generic.KeyValuePair(Value.Nil, Value.Nil) |]
                let pair = Value.List [| map; map |]
                Expect.equal (decode bytes) (Value.List [| pair; pair |]) "as many as there are"

                for at in [ 0; 1; 2; 5; 8; 9; 12 ] do
                    let more = Array.copy bytes
                    more[at] <- more[at] + 1uy
                    refused more decode)

            testCase "text across the end of the writer's buffer is read as it was written" (fun () ->
                // A buffer has 256 bytes at first, then twice as many each time; the text begins before the end of one
                // and ends anywhere around it.
                for before in [ 0; 1; 100; 223; 224; 250; 251; 252; 253; 254; 255; 256; 257; 500; 511 ] do
                    for length in [ 0..40 ] @ [ 150..270 ] @ [ 500..515 ] do
                        for unit in [ "a"; "é"; "€"; "😀" ] do
                            let text = String.replicate (length / unit.Length) unit

                            let value =
                                Value.List
                                    [|
                                        yield! Array.create before Value.Nil
                                        Value.Str text
                                        Value.Str "behind"
                                    |]

                            if decode (encode value) <> value then
                                failtestf "%d bytes, then %d times %s" before (length / unit.Length) unit)

            testCase "T40 a million lists are skipped without a stack" (fun () ->
                let bytes = Array.append (Array.create 1_000_000 0x91uy) [| 0xc0uy |]
                Expect.equal (skipped bytes) bytes.Length "")

            testCase "T39 an integer has at most 4096 bytes" (fun () ->
                let largest = Value.Integer((1I <<< 32767) - 1I)
                Expect.equal (decode (encode largest)) largest "4096"

                Expect.throwsT<ArgumentException>
                    (fun () -> encode (Value.Integer(1I <<< 32767)) |> ignore)
                    "4097")

            testCase "T44 text with half a surrogate pair is not written" (fun () ->
                Expect.throwsT<ArgumentException>
                    (fun () -> encode (Value.Str(String([| '\ud800' |]))) |> ignore)
                    "")

            testPropertyWithConfig config "any value is read as it was written" (fun (value: Value) ->
                let bytes = encode value
                Expect.equal (decode bytes) value "value"
                Expect.equal (skipped bytes) bytes.Length "skipped")

            testPropertyWithConfig
                { config with maxTest = 2000 }
                "T44 a value whose bytes were changed is a value or refused"
                (fun (value: Value) (at: int) (change: byte) ->
                    let bytes = encode value
                    bytes[int (abs (int64 at) % int64 bytes.Length)] <- change

                    try
                        decodeFirst bytes |> ignore
                    with :? MessagePackSerializationException ->
                        ())
        ]

/// Segments made by hand, byte by byte from docs/spec/segment.md.
module AuditRules.Recording.Tests.SegmentBuilder

open System
open System.Buffers.Binary
open System.IO
open System.Text
open AuditRules.Recording.Segments

let private uint16 (value: int) = [| byte (value >>> 8); byte value |]

let private uint32 (value: int) =
    [| byte (value >>> 24); byte (value >>> 16); byte (value >>> 8); byte value |]

let integer (value: int64) =
    let bytes = Array.zeroCreate 9
    bytes[0] <- 0xD3uy
    BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan 1, value)
    bytes

let text (value: string) =
    let utf8 = Encoding.UTF8.GetBytes value
    Array.concat [ [| 0xDAuy |]; uint16 utf8.Length; utf8 ]

let rawText (bytes: byte[]) =
    Array.concat [ [| 0xDAuy |]; uint16 bytes.Length; bytes ]

let nil = [| 0xC0uy |]

let array (items: byte[] list) =
    Array.concat ([| 0xDDuy |] :: uint32 items.Length :: items)

let map (entries: (string * byte[]) list) =
    Array.concat (
        [| 0xDFuy |]
        :: uint32 entries.Length
        :: [ for key, value in entries -> Array.append (text key) value ]
    )

let name id value =
    array [ integer 2L; integer id; text value ]

let code id file func =
    array [ integer 3L; integer id; text file; text func; integer 1L ]

let event time name code args =
    let code = code |> Option.map integer |> Option.defaultValue nil

    array
        [
            integer 1L
            integer time
            integer 7L
            integer name
            code
            integer 3L
            array args
        ]

let blockWith commit (payload: byte[]) =
    let padding = (8 - payload.Length % 8) % 8
    let block = Array.zeroCreate<byte>(8 + payload.Length + padding)
    BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(), block.Length)
    BinaryPrimitives.WriteUInt32LittleEndian(block.AsSpan 4, commit padding)
    payload.CopyTo(block, 8)
    block

let block (records: byte[] list) =
    blockWith (fun padding -> 0xA5D10000u + uint padding) (Array.concat records)

/// A block that its writer never finished.
let openBlock (records: byte[] list) =
    blockWith (fun _ -> 0u) (Array.concat records)

type Header =
    {
        Pid: int
        ParentPid: int
        Nonce: uint64
        ForkedFrom: uint64
        StartTicks: uint64
        Sequence: int
        Fork: bool
        Began: int64
        State: int
        Ended: int64
        Filtered: int64
        Lost: (int * int64) list
        FirstLost: int64
        LastLost: int64
        Map: (string * byte[]) list
    }

let header =
    {
        Pid = 100
        ParentPid = 1
        Nonce = 0xA1UL
        ForkedFrom = 0UL
        StartTicks = 5UL
        Sequence = 0
        Fork = false
        Began = 1000L
        State = 0
        Ended = 0L
        Filtered = 0L
        Lost = []
        FirstLost = 0L
        LastLost = 0L
        Map = []
    }

/// The bytes of a segment: the header, the blocks, and zeros to its size.
let bytes header (blocks: byte[] list) =
    let used = 4096 + List.sumBy Array.length blocks
    let result = Array.zeroCreate<byte>(max 16384 ((used + 4095) / 4096 * 4096))
    [| 0x41uy; 0x52uy; 0x53uy; 0x45uy; 0x47uy; 0x0Duy; 0x0Auy; 0x1Auy |].CopyTo(result, 0)

    let u32 (offset: int) (value: int) =
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan offset, value)

    let i64 (offset: int) (value: int64) =
        BinaryPrimitives.WriteInt64LittleEndian(result.AsSpan offset, value)

    u32 8 1
    u32 12 4096
    i64 16 (int64 result.Length)
    u32 24 header.Pid
    u32 28 header.ParentPid
    i64 32 (int64 header.Nonce)
    i64 40 (int64 header.ForkedFrom)
    i64 48 (int64 header.StartTicks)
    u32 56 header.Sequence
    result[60] <- 1uy
    result[61] <- if header.Fork then 1uy else 0uy
    result[62] <- 1uy
    result[63] <- 1uy
    i64 64 header.Began
    i64 72 (1_000_000L + header.Began)
    i64 80 header.Began
    i64 88 (1_000_000L + header.Began)
    u32 128 header.State
    i64 136 header.Ended
    i64 192 header.Filtered
    i64 208 header.FirstLost
    i64 216 header.LastLost

    for index, count in header.Lost do
        i64 (256 + 8 * index) count

    let map = map header.Map
    u32 512 map.Length
    map.CopyTo(result, 516)
    let mutable offset = 4096

    for block in blocks do
        block.CopyTo(result, offset)
        offset <- offset + block.Length

    result

let fileName header =
    $"{header.Pid}-{header.Nonce:x16}-{header.Sequence:D6}.seg"

let fileOf name (content: byte[]) =
    SegmentFile(name, Func<Stream>(fun () -> new MemoryStream(content)))

let segment header blocks =
    fileOf (fileName header) (bytes header blocks)

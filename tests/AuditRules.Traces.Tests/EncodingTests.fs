/// The MessagePack codec against every code byte, and against a suite that others made.
module AuditRules.Traces.Tests.EncodingTests

open System
open System.IO
open System.Numerics
open System.Text.Json
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open MessagePack

/// Whatever MessagePack can say.
type private Any =
    | Nil
    | Bool of bool
    | Int of bigint
    | Float of float
    | Text of string
    | Bytes of byte list
    | Array of Any list
    | Map of (Any * Any) list
    | Extension of sbyte * byte list

let rec private readAny (bytes: byte[]) at : Any * int =
    let mutable reader = MessagePackReader(ReadOnlyMemory(bytes, at, bytes.Length - at))

    let value =
        match reader.NextMessagePackType with
        | MessagePackType.Nil ->
            reader.TryReadNil() |> ignore
            Nil
        | MessagePackType.Boolean -> Bool(reader.ReadBoolean())
        | MessagePackType.Integer when reader.NextCode = 0xcfuy -> Int(bigint (reader.ReadUInt64()))
        | MessagePackType.Integer -> Int(bigint (reader.ReadInt64()))
        | MessagePackType.Float -> Float(reader.ReadDouble())
        | MessagePackType.String -> Text(string (reader.ReadString()))
        | MessagePackType.Binary -> Bytes(List.ofArray (reader.ReadBytes().ToArray()))
        | MessagePackType.Array -> Array(List.replicate (reader.ReadArrayHeader()) Nil)
        | MessagePackType.Map -> Map(List.replicate (reader.ReadMapHeader()) (Nil, Nil))
        | MessagePackType.Extension ->
            let header = reader.ReadExtensionFormatHeader()
            Extension(header.TypeCode, List.ofArray (reader.ReadRaw(int64 header.Length).ToArray()))
        | _ -> raise (MessagePackSerializationException "no value")

    let next = at + int reader.Consumed

    match value with
    | Array places ->
        places
        |> List.mapFold (fun next _ -> readAny bytes next) next
        |> (fun (items, next) -> Array items, next)
    | Map places ->
        places
        |> List.mapFold
            (fun next _ ->
                let key, next = readAny bytes next
                let item, next = readAny bytes next
                (key, item), next)
            next
        |> fun (entries, next) -> Map entries, next
    | value -> value, next

let private skip (bytes: byte[]) =
    let mutable reader = MessagePackReader(ReadOnlyMemory bytes)
    reader.Skip()
    int reader.Consumed

let rec private write (writer: byref<MessagePackWriter>) value =
    match value with
    | Nil -> writer.WriteNil()
    | Bool value -> writer.Write(value: bool)
    | Int value when value > bigint Int64.MaxValue -> writer.Write(uint64 value)
    | Int value -> writer.Write(int64 value)
    | Float value -> writer.Write(value: float)
    | Text value -> writer.Write(value: string)
    | Bytes value -> writer.Write(ReadOnlySpan(List.toArray value))
    | Array items ->
        writer.WriteArrayHeader items.Length

        for item in items do
            write &writer item
    | Map entries ->
        writer.WriteMapHeader entries.Length

        for key, item in entries do
            write &writer key
            write &writer item
    | Extension(code, body) ->
        writer.WriteExtensionFormatHeader(ExtensionHeader(code, uint32 body.Length))
        writer.WriteRaw(ReadOnlySpan(List.toArray body))

let private written value =
    let buffer = ByteBuffer()
    let mutable writer = MessagePackWriter(buffer)
    write &writer value
    writer.Flush()
    buffer.Written.ToArray()

let private refuses what =
    try
        what () |> ignore
        false
    with :? MessagePackSerializationException ->
        true

let private ones count = List.replicate count 1uy
let private texts count = String('a', count)

/// For every code byte a value with it: what follows the code, and what it means; 0xC1 means nothing.
let private ofCode code =
    let bytes (length: string) content =
        Array.append (hex length) (List.toArray content)

    match code with
    | code when code <= 0x7f -> [||], Some(Int(bigint code))
    | code when code <= 0x8f ->
        let count = code - 0x80
        Array.create (2 * count) 0xc0uy, Some(Map(List.replicate count (Nil, Nil)))
    | code when code <= 0x9f ->
        Array.create (code - 0x90) 0xc0uy, Some(Array(List.replicate (code - 0x90) Nil))
    | code when code <= 0xbf -> Array.create (code - 0xa0) 97uy, Some(Text(texts (code - 0xa0)))
    | 0xc0 -> [||], Some Nil
    | 0xc1 -> [||], None
    | 0xc2 -> [||], Some(Bool false)
    | 0xc3 -> [||], Some(Bool true)
    | 0xc4 -> bytes "02" (ones 2), Some(Bytes(ones 2))
    | 0xc5 -> bytes "0100" (ones 256), Some(Bytes(ones 256))
    | 0xc6 -> bytes "00010000" (ones 65536), Some(Bytes(ones 65536))
    | 0xc7 -> bytes "0385" (ones 3), Some(Extension(-123y, ones 3))
    | 0xc8 -> bytes "010007" (ones 256), Some(Extension(7y, ones 256))
    | 0xc9 -> bytes "0001000007" (ones 65536), Some(Extension(7y, ones 65536))
    | 0xca -> hex "3fc00000", Some(Float 1.5)
    | 0xcb -> hex "bff8000000000000", Some(Float -1.5)
    | 0xcc -> hex "ff", Some(Int 255I)
    | 0xcd -> hex "ffff", Some(Int 65535I)
    | 0xce -> hex "ffffffff", Some(Int 4294967295I)
    | 0xcf -> hex "ffffffffffffffff", Some(Int 18446744073709551615I)
    | 0xd0 -> hex "80", Some(Int -128I)
    | 0xd1 -> hex "8000", Some(Int -32768I)
    | 0xd2 -> hex "80000000", Some(Int -2147483648I)
    | 0xd3 -> hex "8000000000000000", Some(Int -9223372036854775808I)
    | code when code <= 0xd8 ->
        let length = 1 <<< (code - 0xd4)
        bytes "09" (ones length), Some(Extension(9y, ones length))
    | 0xd9 -> bytes "20" (List.replicate 32 97uy), Some(Text(texts 32))
    | 0xda -> bytes "0100" (List.replicate 256 97uy), Some(Text(texts 256))
    | 0xdb -> bytes "00010000" (List.replicate 65536 97uy), Some(Text(texts 65536))
    | 0xdc -> bytes "0010" (List.replicate 16 0xc0uy), Some(Array(List.replicate 16 Nil))
    | 0xdd -> bytes "00010000" (List.replicate 65536 0xc0uy), Some(Array(List.replicate 65536 Nil))
    | 0xde -> bytes "0010" (List.replicate 32 0xc0uy), Some(Map(List.replicate 16 (Nil, Nil)))
    | 0xdf -> bytes "00010000" (List.replicate 131072 0xc0uy), Some(Map(List.replicate 65536 (Nil, Nil)))
    | code -> [||], Some(Int(bigint (code - 256)))

/// Which values the reader of one type takes.
let private readers: (string * (Any -> bool) * (byte[] -> unit)) list =
    let by read (bytes: byte[]) = read bytes |> ignore

    [
        "ReadBoolean", _.IsBool, by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadBoolean())
        "ReadInt64",
        (function
        | Int n -> n <= bigint Int64.MaxValue
        | _ -> false),
        by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadInt64())
        "ReadUInt64",
        (function
        | Int n -> n.Sign >= 0
        | _ -> false),
        by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadUInt64())
        "ReadInt32",
        (function
        | Int n -> abs (n + n + 1I) <= 4294967295I
        | _ -> false),
        by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadInt32())
        "ReadUInt32",
        (function
        | Int n -> n.Sign >= 0 && n <= 4294967295I
        | _ -> false),
        by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadUInt32())
        "ReadDouble", _.IsFloat, by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadDouble())
        "ReadString",
        (fun v -> v.IsText || v.IsNil),
        by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadString())
        "ReadBytes", _.IsBytes, by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadBytes().Length)
        "ReadArrayHeader", _.IsArray, by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadArrayHeader())
        "ReadMapHeader", _.IsMap, by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadMapHeader())
        "ReadExtensionFormatHeader",
        _.IsExtension,
        by (fun b -> MessagePackReader(ReadOnlyMemory b).ReadExtensionFormatHeader().Length)
    ]

let private variable = "AUDITRULES_MSGPACK_SUITE"

/// What a case of the suite means, and whether a reader may give it as a float.
let rec private ofJson (json: JsonElement) =
    match json.ValueKind with
    | JsonValueKind.Null -> Nil
    | JsonValueKind.True -> Bool true
    | JsonValueKind.False -> Bool false
    | JsonValueKind.String -> Text(string (json.GetString()))
    | JsonValueKind.Array -> Array [ for item in json.EnumerateArray() -> ofJson item ]
    | JsonValueKind.Object ->
        Map [ for entry in json.EnumerateObject() -> Text entry.Name, ofJson entry.Value ]
    | _ ->
        match BigInteger.TryParse(json.GetRawText()) with
        | true, integer -> Int integer
        | _ -> Float(json.GetDouble())

let private ofCase (case: JsonElement) =
    let content (text: JsonElement) =
        List.ofArray (hex ((string (text.GetString())).Replace("-", "")))

    let has (name: string) =
        match case.TryGetProperty name with
        | true, value -> Some value
        | _ -> None

    match has "binary", has "bignum", has "ext", has "timestamp" with
    | Some binary, _, _, _ -> Bytes(content binary)
    | _, Some number, _, _ -> Int(BigInteger.Parse(string (number.GetString())))
    | _, _, Some ext, _ -> Extension(ext[0].GetSByte(), content ext[1])
    | _, _, _, Some time ->
        // Seconds and nanoseconds, in the shortest of the three forms.
        let seconds, nanoseconds = time[0].GetInt64(), time[1].GetInt64()

        let big (value: bigint) length =
            let bytes = value.ToByteArray(isBigEndian = true)
            let fill = if value.Sign < 0 then 255uy else 0uy
            let bytes = Array.append (Array.create 16 fill) bytes
            List.ofArray bytes[bytes.Length - length ..]

        let body =
            if seconds >= 0L && seconds < (1L <<< 34) then
                if nanoseconds = 0L && seconds <= int64 UInt32.MaxValue then
                    big (bigint seconds) 4
                else
                    big ((bigint nanoseconds <<< 34) + bigint seconds) 8
            else
                big (bigint nanoseconds) 4 @ big (bigint seconds) 8

        Extension(-1y, body)
    | _ ->
        case.EnumerateObject()
        |> Seq.find (fun p -> p.Name <> "msgpack")
        |> _.Value
        |> ofJson

/// Floats may stand for integers that they hold exactly.
let rec private same expected actual =
    match expected, actual with
    | Int integer, Float number -> float integer = number
    | Array items, Array others -> items.Length = others.Length && List.forall2 same items others
    | Map entries, Map others ->
        entries.Length = others.Length
        && List.forall2 (fun (k, v) (l, w) -> same k l && same v w) entries others
    | _ -> expected = actual

[<Tests>]
let tests =
    testList
        "MessagePack encodings"
        [
            testCase "T39 T44 every code byte is read as what it means, and what is cut is refused" (fun () ->
                for code in 0..255 do
                    let tail, value = ofCode code
                    let bytes = Array.append [| byte code |] tail

                    match value with
                    | None ->
                        Expect.isTrue (refuses (fun () -> readAny bytes 0)) "0xC1 is read"
                        Expect.isTrue (refuses (fun () -> skip bytes)) "0xC1 is skipped"
                    | Some value ->
                        Expect.isTrue (readAny bytes 0 = (value, bytes.Length)) $"0x{code:X2} is read"
                        Expect.equal (skip bytes) bytes.Length $"0x{code:X2} is skipped"

                        for length in 0 .. min 20 (bytes.Length - 1) do
                            Expect.isTrue
                                (refuses (fun () -> readAny bytes[.. length - 1] 0))
                                $"{length} bytes of 0x{code:X2} are read"

                            Expect.isTrue
                                (refuses (fun () -> skip bytes[.. length - 1]))
                                $"{length} bytes of 0x{code:X2} are skipped")

            testList
                "T44 of the values of all code bytes"
                [
                    for name, takes, read in readers ->
                        testCase $"{name} takes those of its type and refuses the others" (fun () ->
                            for code in 0..255 do
                                let tail, value = ofCode code
                                let bytes = Array.append [| byte code |] tail
                                let wanted = Option.exists takes value
                                Expect.equal (refuses (fun () -> read bytes)) (not wanted) $"0x{code:X2}")
                ]

            testCase "T39 what is written has the shortest encoding" (fun () ->
                for code in 0..255 do
                    match ofCode code with
                    | tail, Some value when code <> 0xca ->
                        Expect.isTrue (written value = Array.append [| byte code |] tail) $"0x{code:X2}"
                    | _ -> ())

            testCase
                "the values of npm's msgpack-test-suite are read from all encodings and written as one"
                (fun () ->
                    match Environment.GetEnvironmentVariable variable with
                    | null
                    | "" -> skiptest $"{variable} does not say in which folder the suite is"
                    | folder ->
                        let text = File.ReadAllText(Path.Combine(folder, "dist", "msgpack-test-suite.json"))
                        use suite = JsonDocument.Parse text
                        let mutable encodings = 0

                        for group in suite.RootElement.EnumerateObject() do
                            for case in group.Value.EnumerateArray() do
                                let value = ofCase case

                                let all =
                                    [
                                        for one in case.GetProperty("msgpack").EnumerateArray() ->
                                            hex ((string (one.GetString())).Replace("-", ""))
                                    ]

                                for bytes in all do
                                    encodings <- encodings + 1
                                    let read, length = readAny bytes 0

                                    if
                                        not (same value read)
                                        || length <> bytes.Length
                                        || skip bytes <> length
                                    then
                                        failtestf
                                            "%s: %A in place of %A"
                                            (Convert.ToHexString bytes)
                                            read
                                            value

                                if not (List.contains (written value) all) then
                                    failtestf
                                        "%A is written as %s"
                                        value
                                        (Convert.ToHexString(written value))

                        Expect.isGreaterThan encodings 200 "encodings")
        ]

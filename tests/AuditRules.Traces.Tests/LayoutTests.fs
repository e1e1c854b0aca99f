/// One small trace against its bytes, written down by hand from the spec.
module AuditRules.Traces.Tests.LayoutTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto

let private small =
    writeWith (options 10 ColumnCodec.Lz4) (fun writer ->
        writer.Add(ProcessRecord(ProcessChange.Exit, 1, 0, 7, 5L, ImmutableArray.Create "a", Nullable 3))
        writer.Add(LossRecord(0, "busy", 2L, 3L, 4L, ImmutableArray.Create(KeyValuePair("open", 2L))))
        let first = event "open" 0L [ Value.Str "x"; Value.Nil; Value.Int 1L ]

        writer.Add(
            AuditEvent(
                first.Name,
                first.Arguments,
                Time = first.Time,
                Pid = 7,
                Thread = 8L,
                Caller = Caller("f", 2, "x")
            )
                .View
        )

        writer.Add (event "id" 3L []).View)

let private frame index =
    let at, length = (framesOf small)[index]
    small[at .. at + length - 1]

let private payload index = (frame index)[FrameHeader.Length ..]

let private ascii (text: string) =
    let bytes = Text.Encoding.ASCII.GetBytes text
    Convert.ToHexString(Array.append [| 0xa0uy + byte bytes.Length |] bytes)

let private expectHex (actual: byte[]) (parts: string list) =
    Expect.equal (Convert.ToHexString actual) (Convert.ToHexString(hex (String.concat "" parts))) ""

let private replaced index payload =
    rebuild small index (fun header _ ->
        FrameHeader(
            header.Type,
            0us,
            0us,
            header.Sequence,
            header.TraceId,
            header.EventCount,
            uint32 (Array.length payload),
            0u,
            0u
        ),
        payload)

[<Tests>]
let tests =
    testList
        "layout"
        [
            testCase "T1 the preamble" (fun () ->
                expectHex
                    small[..35]
                    [
                        "D8 41 41 75 64 69 74 52 75 6C 65 73 0D 0A 1A 0A 01 00"
                        "C4 10 0123456789ABCDEF 0123456789ABCDEF"
                    ])

            testCase "T6 a frame's header" (fun () ->
                let header = (frame 3)[.. FrameHeader.Length - 1]

                let stored =
                    Convert.ToHexString(BitConverter.GetBytes(payload 3 |> _.Length) |> Array.rev)

                let crc (bytes: byte[]) =
                    (Crc32C.Compute(ReadOnlySpan bytes)).ToString "X8"

                expectHex
                    header
                    [
                        "9C D6 46 C1 41 52 C1"
                        "CC 02 CD 0000 CD 0000 CE 00000003"
                        "C4 10 0123456789ABCDEF 0123456789ABCDEF"
                        "CE 00000002 CE" + stored + "CE" + stored
                        "CE" + crc (payload 3)
                        "CE" + crc header[..57]
                        "C6" + stored
                    ])

            testCase "T19 to T33 a DATA payload" (fun () ->
                expectHex
                    (payload 3)
                    [
                        // Clock offset, first and last time, watermark: mono is 55 at the start.
                        "97 CF" + (meta.WallClock - 55L).ToString "X16"
                        "37 3A 3A 00"
                        "92" + ascii "id" + ascii "open"
                        "9A"
                        // Dictionary: x, f.
                        "94 01 00 05 C4 05 92" + ascii "x" + ascii "f"
                        // Shapes: open (str, nil, int) was first; its name is the second.
                        "94 02 00 0C C4 0C 92 92 01 C4 03 05 00 03 92 00 C4 00"
                        "94 03 00 02 C4 02 00 01"
                        // Times: unit 3 ns, then 1.
                        "94 04 00 02 C4 02 03 01"
                        "94 05 00 09 C4 09 92 93 00 07 07 93 00 07 08"
                        "94 06 00 0B C4 0B 01 0000000000000000 01 00"
                        "94 07 00 05 C4 05 91 93 01 02 00"
                        "94 08 00 0B C4 0B 01 0000000000000000 01 00"
                        "94 CD0100 00 09 C4 09 00 0000000000000000"
                        "94 CD0101 00 09 C4 09 00 0100000000000000"
                    ])

            testCase "T34 T36 a PROCESS payload" (fun () ->
                expectHex
                    (payload 1)
                    [
                        "DD 00000001 87"
                        ascii "change" + "03"
                        ascii "process" + "01"
                        ascii "parent" + "00"
                        ascii "pid" + "07"
                        ascii "time" + "05"
                        ascii "command" + "91" + ascii "a"
                        ascii "exitCode" + "03"
                    ])

            testCase "T34 T37 a LOSS payload" (fun () ->
                expectHex
                    (payload 2)
                    [
                        "DD 00000001 86"
                        ascii "process" + "00"
                        ascii "reason" + ascii "busy"
                        ascii "count" + "02"
                        ascii "from" + "03"
                        ascii "to" + "04"
                        ascii "events" + "81" + ascii "open" + "02"
                    ])

            testCase "T45 T46 an INDEX payload" (fun () ->
                expectHex
                    (payload 4)
                    [
                        "82"
                        ascii "names" + "92" + ascii "id" + ascii "open"
                        ascii "frames" + "91"
                        // Where frame 3 stands, its number, first ordinal, 2 events, first and last time, both names.
                        "97 CD" + (fst (List.item 3 (framesOf small))).ToString "X4"
                        "03 00 02 37 3A C4 01 03"
                    ])

            testCase "T34 T38 an END payload" (fun () ->
                expectHex
                    (payload 5)
                    [
                        "86"
                        ascii "events" + "02"
                        ascii "processes" + "01"
                        ascii "raised" + "FF"
                        ascii "filtered" + "FF"
                        ascii "lost" + "00"
                        ascii "index" + "CD" + (fst (List.item 4 (framesOf small))).ToString "X4"
                    ])

            testCase "T34 T35 unknown keys are ignored, absent ones have their defaults" (fun () ->
                let items, _ =
                    read (replaced 0 (hex ("82" + ascii "new" + "9181A161C0" + ascii "pid" + "09")))

                Expect.isEmpty (damageOf items) "damage"

                match items.Head with
                | :? MetaItem as item -> Expect.equal (item.Meta.Pid, item.Meta.Recorder) (9, "") ""
                | other -> failtestf "%A" other)

            testCase "T35 a version other than the preamble's is reported" (fun () ->
                let items, _ = read (replaced 0 (hex ("81" + ascii "version" + "92 01 04")))
                Expect.equal (damageOf items |> List.map _.Code) [ DamageCode.Preamble ] "")

            testCase "T15 events keep their times without META" (fun () ->
                let broken = Array.copy small
                broken[Preamble.Length + 80] <- broken[Preamble.Length + 80] ^^^ 1uy
                let items, _ = read broken
                Expect.equal (damageOf items |> List.map _.Code) [ DamageCode.Payload ] "META is lost"

                Expect.equal
                    (eventsOf items |> List.map _.Time)
                    [ meta.WallClock; meta.WallClock + 3L ]
                    "times")

            testList
                "T13 T19 T20 T22 T27 T28 T30 T31 T32 a DATA payload is refused"
                [
                    let good = Convert.ToHexString(payload 3)

                    for name, part, other in
                        [
                            "7 items or more", "9713", "9613"
                            "columns out of order", "940200", "940800"
                            "a column twice", "940200", "940100"
                            "a raw length of the column that is not the payload's",
                            "940100" + "05C4",
                            "940100" + "06C4"
                            "a shape with a name beyond the list", "929201C403050003", "929202C403050003"
                            "an argument of an unknown kind", "929201C403050003", "929201C40305000E"
                            "a row of an unknown shape", "940300" + "02C4020001", "940300" + "02C4020002"
                            "a row of an unknown thread", "0100" + "9407", "0200" + "9407"
                            "a caller whose file is not in the dictionary", "9193010200", "9193020200"
                            "a row of an unknown caller", "0100000000000000000100", "0100000000000000000200"
                            "an argument that is not in the dictionary",
                            "94CD01000009C409000000",
                            "94CD01000009C409000200"
                            "an argument whose entry is of another kind",
                            "929201C403050003",
                            "929201C403060003"
                            "names that are not sorted", "A26964A46F70656E", "A47A7A7A7AA26964"
                            "an argument column too few", "94CD01010009C409", "94CD01020009C409"
                        ] ->
                        testCase name (fun () ->
                            if name.StartsWith "7" then
                                let short = Array.append [| 0x96uy |] (Array.tail (payload 3))
                                let items, _ = read (replaced 3 short)
                                Expect.equal (damageOf items |> List.map _.Code) [ DamageCode.Malformed ] ""
                            else
                                Expect.stringContains good part "the part is there"
                                let items, _ = read (replaced 3 (hex (good.Replace(part, other))))
                                Expect.equal (damageOf items |> List.map _.Code) [ DamageCode.Malformed ] ""
                                Expect.isEmpty (eventsOf items) "events")
                ]

            testList
                "T13 a count of events that cannot be"
                [
                    for count in [ 0u; 65537u ] ->
                        testCase $"{count}" (fun () ->
                            let bytes =
                                rebuild small 3 (fun h p ->
                                    FrameHeader(
                                        h.Type,
                                        0us,
                                        0us,
                                        h.Sequence,
                                        h.TraceId,
                                        count,
                                        h.RawLength,
                                        0u,
                                        0u
                                    ),
                                    p)

                            let items, _ = read bytes
                            Expect.equal (damageOf items |> List.map _.Code) [ DamageCode.Malformed ] "")
                ]

            testList
                "T22 T23 what a reader does not know is refused by name"
                [
                    for name, part, other in
                        [ "a column", "940800", "940900"; "a codec", "94CD010000", "94CD010003" ] ->
                        testCase name (fun () ->
                            let good = Convert.ToHexString(payload 3)
                            Expect.stringContains good part "the part is there"

                            try
                                read (replaced 3 (hex (good.Replace(part, other)))) |> ignore
                                failtest "it was read"
                            with :? TraceFormatException as e ->
                                Expect.equal e.Code TraceFormatError.UnknownFeature "")
                ]

            testCase "T22 columns 128 to 255 are ignored" (fun () ->
                let good = Convert.ToHexString(payload 3)

                let more =
                    good
                        .Replace("9A940100", "9B940100")
                        .Replace("94CD010000", "94CC800002C402C1C194CD010000")

                let items, _ = read (replaced 3 (hex more))
                Expect.isEmpty (damageOf items) "damage"
                Expect.equal (eventsOf items).Length 2 "events")

            testCase "T19 T21 further items of the payload and of a column are ignored" (fun () ->
                let good = Convert.ToHexString(payload 3)
                let more = good.Replace("94010005C40592A178A166", "95010005C40592A178A166C0")
                let items, _ = read (replaced 3 (hex ("98" + more[2..] + "C0")))
                Expect.isEmpty (damageOf items) "damage"
                Expect.equal (eventsOf items).Length 2 "events")

            testCase "T26 equal values have one entry" (fun () ->
                let same =
                    [
                        for i in 0..9 -> event "open" (int64 i) [ Value.Bytes [| 1uy |]; Value.Str "a" ]
                    ]

                let items, _ = read (write (options 10 ColumnCodec.None) same)

                match items[1] with
                | :? EventsItem as item -> Expect.equal (frameOf item).DictionaryCount 2 ""
                | other -> failtestf "%A" other)
        ]

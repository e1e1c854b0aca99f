/// The seekable reader against the slow and obvious one: everything read from the beginning and filtered row by row.
module AuditRules.Traces.Tests.IndexTests

open System
open System.IO
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open AuditRules.Traces.Tests.IndexLab
open Expecto

[<Tests>]
let tests =
    testList
        "index"
        [
            testPropertyWithConfig
                config
                "T45 T46 T48: what is sought is what is filtered from all, with INDEX, without and unclosed"
                (fun (case: Case) ->
                    let bytes = traceOf case
                    let plain = withoutIndex (int64 case.Events.Length) bytes
                    let cut = unclosed plain

                    for range, names in case.Ranges do
                        let expected = streamed bytes range names
                        let events, indexed, damages = sought bytes range names
                        Expect.equal events expected "with INDEX"
                        Expect.equal (indexed, damages) (not case.Events.IsEmpty, []) "it was used"

                        if indexed then
                            Expect.equal (problem bytes) None "nothing is wrong with it"

                        Expect.equal (sought plain range names) (expected, false, []) "without"
                        Expect.equal (sought cut range names) (expected, false, []) "not closed"

                        if names.IsEmpty then
                            Expect.equal (backwards bytes range) expected "backwards"
                            Expect.equal (backwards cut range) expected "backwards, not closed")

            testPropertyWithConfig
                config
                "T47: an index that lies changes no event"
                (fun (case: Case) (which: int) (field: int) (amount: int64) (copy: int) ->
                    let bytes = traceOf case

                    if not case.Events.IsEmpty then
                        let names, frames = contentOf bytes
                        let pick n = abs (n % frames.Length)
                        let other = frames[pick copy]

                        let lie (e: Entry) =
                            match abs (field % 8) with
                            | 0 -> { e with Offset = e.Offset + amount }
                            | 1 -> { e with Offset = other.Offset }
                            | 2 -> { e with Ordinal = e.Ordinal + amount }
                            | 3 -> { e with Count = uint32 amount }
                            | 4 -> { e with First = e.First + amount }
                            | 5 -> { e with Last = e.Last + amount }
                            | 6 ->
                                { e with
                                    Sequence = e.Sequence + uint32 amount
                                }
                            | _ ->
                                { e with
                                    Bits = Array.map (fun b -> b ^^^ byte amount) e.Bits
                                }

                        let lies =
                            replaced (indexAt bytes) (encode names (change (pick which) lie frames)) bytes

                        for range, names in case.Ranges do
                            let events, _, _ = sought lies range names
                            Expect.equal events (streamed bytes range names) "sought"
                            Expect.equal (backwards lies range) (streamed bytes range []) "backwards")

            testPropertyWithConfig
                config
                "T7 T41 T47: of a damaged trace what is sought is what is filtered from all"
                (fun (case: Case) (kind: int) (place: int) (bit: int) ->
                    let bytes = traceOf case
                    let frames = framesOf bytes
                    let frame = abs (place % frames.Length)
                    let at, length = frames[frame]
                    let part (at, length) = bytes[at .. at + length - 1]
                    let behind = Preamble.Length + abs (place % (bytes.Length - Preamble.Length))

                    let damaged =
                        match abs (kind % 5) with
                        | 0 ->
                            Array.mapi
                                (fun i b -> if i = behind then b ^^^ (1uy <<< (bit &&& 7)) else b)
                                bytes
                        | 1 -> bytes[.. behind - 1]
                        | 2 -> Array.append bytes[.. at - 1] bytes[at + length ..]
                        | 3 ->
                            Array.concat
                                [ bytes[.. at + length - 1]; part (at, length); bytes[at + length ..] ]
                        | _ when frame + 1 < frames.Length ->
                            let next = frames[frame + 1]

                            Array.concat
                                [
                                    bytes[.. at - 1]
                                    part next
                                    part (at, length)
                                    bytes[fst next + snd next ..]
                                ]
                        | _ -> bytes

                    for range, names in case.Ranges do
                        let expected = streamed damaged range names
                        let events, _, _ = sought damaged range names
                        Expect.equal events expected "sought"

                        if names.IsEmpty then
                            Expect.equal (backwards damaged range) expected "backwards")

            testCase "T45: further items and keys are ignored" (fun () ->
                let names, frames = contentOf example
                let payload = encode names frames

                let more =
                    Convert
                        .ToHexString(payload)
                        .Replace("82A56E616D6573", "83A16EC0A56E616D6573")
                        .Replace("97CD", "98CD")
                        .Replace("C40101", "C40101C0")
                        .Replace("C40103", "C40103C0")

                let bytes = replaced (indexAt example) (hex more) example
                let range = TraceRange(FromOrdinal = 3L)
                Expect.equal (sought bytes range []) (streamed example range [], true, []) "")

            testCase "T46: an INDEX larger than a frame is not written" (fun () ->
                let builder = IndexBuilder()
                let buffer = ByteBuffer()

                for i in 0..129 do
                    builder.Add(
                        IndexEntry(int64 i, uint32 i, 0L, 1u, 0L, 0L, -1),
                        [ for n in 0..4095 -> String('n', 10) + $"{i}-{n}" ]
                    )

                Expect.isFalse (builder.TryWrite buffer) "")

            testCase "T9 T48: who seeks without an INDEX does not pass by an incompatible flag" (fun () ->
                let bytes =
                    rebuild (withoutIndex 12L example) 2 (fun header payload ->
                        FrameHeader(
                            header.Type,
                            0us,
                            1us,
                            header.Sequence,
                            header.TraceId,
                            header.EventCount,
                            header.RawLength,
                            0u,
                            0u
                        ),
                        payload)

                let refused =
                    try
                        sought bytes (TraceRange(FromOrdinal = 9L)) [] |> ignore
                        None
                    with :? TraceFormatException as e ->
                        Some e.Code

                Expect.equal refused (Some TraceFormatError.UnknownFeature) "refused")

            testTheory
                "T17 T18 T48: who seeks without an INDEX starts at no frame that who reads all refuses"
                [ "an ordinal that was"; "times that were" ]
                (fun wrong ->
                    // In place of the fourth frame of events one that says again what an earlier one said.
                    let other, frame =
                        match wrong with
                        | "an ordinal that was" -> write (options 2 ColumnCodec.Lz4) twelve[2..], 3
                        | _ ->
                            let early i (e: AuditEvent) =
                                e.With(time = Nullable(e.Time - (if i < 6 then 60L else 50L)))

                            write (options 2 ColumnCodec.Lz4) (List.mapi early twelve), 4

                    let at, length = framesOf other |> List.item frame
                    let _, header = FrameHeader.TryRead(ReadOnlySpan(other, at, length))

                    let bytes =
                        rebuild (withoutIndex 12L example) 4 (fun replaced _ ->
                            FrameHeader(
                                header.Type,
                                0us,
                                0us,
                                replaced.Sequence,
                                header.TraceId,
                                header.EventCount,
                                header.RawLength,
                                0u,
                                0u
                            ),
                            other[at + FrameHeader.Length .. at + length - 1])

                    for from in 4L .. 8L do
                        let range = TraceRange(FromOrdinal = from, ToOrdinal = from + 1L)
                        let events, _, _ = sought bytes range []
                        Expect.equal events (streamed bytes range []) $"event {from}")

            testCase "T48: END is found before 60,000 other bytes, and not farther off" (fun () ->
                let range = TraceRange(FromOrdinal = 3L)
                let expected = streamed example range []

                for more, used in [ 60_000, true; 70_000, false ] do
                    let bytes = Array.append example (Array.zeroCreate more)
                    let events, indexed, _ = sought bytes range []
                    Expect.equal (events, indexed) (expected, used) "")

            testCase "T45 T48: only the frames that can hold such events are read" (fun () ->
                let bytes = Array.copy example

                let damaged =
                    [
                        for i in [ 1; 2; 4; 6 ] ->
                            fst (List.item i (framesOf bytes)) + FrameHeader.Length + 30
                    ]

                for place in damaged do
                    bytes[place] <- bytes[place] ^^^ 1uy

                use file = TraceFile.Open(new MemoryStream(bytes), reading)

                let range = TraceRange(FromOrdinal = 4L, ToOrdinal = 6L)

                let items = List.ofSeq (file.Read range)
                Expect.isEmpty (damageOf items) "damage elsewhere is not seen"
                Expect.equal (eventsOf items |> List.map _.Ordinal) [ 4L; 5L ] "events")

            testCase "T45: what a file is opened with" (fun () ->
                use file = TraceFile.Open(new MemoryStream(example), reading)
                Expect.equal file.TraceId "0123456789abcdef0123456789abcdef" "id"
                Expect.equal (file.FirstTime()) (Nullable(at 0)) "first time"
                Expect.equal (file.Totals |> Option.ofObj |> Option.map _.Events) (Some 12L) "totals"
                Expect.equal (file.Meta |> Option.ofObj |> Option.map _.Recorder) (Some "test") "META"

                use none =
                    TraceFile.Open(new MemoryStream(write (options 2 ColumnCodec.Lz4) []), reading)

                Expect.equal (none.FirstTime(), none.IsIndexed) (Nullable(), false) "no events")
        ]

/// Content that breaks the format under checksums that hold, and what is counted as lost with it.
module AuditRules.Traces.Tests.RefusalTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open System.IO
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto

/// META, PROCESS, DATA of 2 rows, INDEX, END; the text of the first row is abc.
let private small =
    writeWith (options 4 ColumnCodec.None) (fun writer ->
        writer.Add(ProcessRecord(ProcessChange.Start, 0, -1, 7, 1L, ImmutableArray.Create "app", Nullable()))
        writer.Add (event "open" 10L [ Value.Str "abc" ]).View
        writer.Add (event "open" 20L [ Value.Str "abd" ]).View)

let private withHeader events (header: FrameHeader) =
    FrameHeader(
        header.Type,
        header.Compatible,
        header.Incompatible,
        header.Sequence,
        header.TraceId,
        events,
        header.RawLength,
        header.StoredLength,
        header.PayloadCrc
    )

/// The bytes with others in place of the only place where they stand in one frame's payload.
let private replacing index (from: string) (into: string) bytes =
    rebuild bytes index (fun header payload ->
        let at = payload.AsSpan().IndexOf(ReadOnlySpan(hex from))

        if at < 0 then
            failtestf "%s does not stand there" from

        let changed = Array.copy payload
        (hex into).CopyTo(changed, at)
        header, changed)

let private firstFrame (bytes: byte[]) =
    use reader = new TraceReader(new MemoryStream(bytes))

    reader.ReadToEnd()
    |> Seq.pick (function
        | :? EventsItem as item -> Some(frameOf item)
        | _ -> None)

[<Tests>]
let tests =
    testList
        "refusals"
        [
            testTheory
                "T32 T43 a dictionary id of a value of another kind than the shape's is not given"
                // In place of the text abc: bytes, a list, a map, raw text, nil with text behind.
                [ "C4026263"; "93010203"; "82010203"; "D401FF C0"; "C0C0C0C0" ]
                (fun entry ->
                    let bytes = replacing 2 "A3616263" (entry.Replace(" ", "")) small
                    let frame = firstFrame bytes

                    let code (ask: unit -> unit) =
                        try
                            ask ()
                            None
                        with :? TraceFormatException as e ->
                            Some e.Code

                    let refused = Some TraceFormatError.MalformedColumn
                    Expect.equal (code (fun () -> frame.GetDictionaryId(0, 0) |> ignore)) refused "its id"
                    Expect.equal (code (fun () -> frame.GetArgument(0, 0) |> ignore)) refused "its value"
                    Expect.equal (code (fun () -> (frame :?> DataFrame).Validate())) refused "the frame")

            testTheory
                "T6 T43 an event count outside DATA is refused, and counts no event as lost"
                [ 0; 1; 4 ]
                (fun index ->
                    let bytes =
                        rebuild small index (fun header payload -> withHeader 5u header, payload)

                    let at, _ = List.item index (framesOf bytes)
                    let items, _ = read bytes

                    Expect.equal
                        [ for d in damageOf items -> d.Code, d.Offset, d.Events ]
                        [ DamageCode.Malformed, int64 at, Nullable 0L ]
                        "damage"

                    Expect.equal [ for e in eventsOf items -> e.Ordinal ] [ 0L; 1L ] "events")

            testCase
                "T10 T23 T41 what is missing before a frame is told, and then its codec is refused"
                (fun () ->
                    let unknown = replacing 2 "940100" "940107" small
                    let at, length = List.item 1 (framesOf unknown)
                    let bytes = Array.append unknown[.. at - 1] unknown[at + length ..]
                    use reader = new TraceReader(new MemoryStream(bytes))
                    let items = List<TraceItem>()

                    let refused =
                        try
                            for item in reader.ReadToEnd() do
                                items.Add item

                            None
                        with :? TraceFormatException as e ->
                            Some(e.Code, e.Offset)

                    Expect.equal refused (Some(TraceFormatError.UnknownFeature, int64 at)) "refused"

                    Expect.equal
                        [ for d in damageOf (List.ofSeq items) -> d.Code, d.Offset ]
                        [ DamageCode.Gap, int64 at ]
                        "told")

            testCase "T6 T41 a damaged frame that is not DATA counts no event as lost" (fun () ->
                let bytes = rebuild small 1 (fun header payload -> withHeader 5u header, payload)
                let at, length = List.item 1 (framesOf bytes)
                bytes[at + length - 1] <- bytes[at + length - 1] ^^^ 1uy
                let items, _ = read bytes

                Expect.equal
                    [ for d in damageOf items -> d.Code, d.Events ]
                    [ DamageCode.Payload, Nullable 0L ]
                    "damage"

                Expect.equal [ for e in eventsOf items -> e.Ordinal ] [ 0L; 1L ] "events")

            testTheory
                "T6 an event count in a frame that may be ignored is not looked at"
                [ 0x80uy; 0x90uy ]
                (fun kind ->
                    let bytes =
                        rebuild small 1 (fun header payload ->
                            FrameHeader(
                                LanguagePrimitives.EnumOfValue kind,
                                0us,
                                0us,
                                header.Sequence,
                                header.TraceId,
                                5u,
                                header.RawLength,
                                header.StoredLength,
                                0u
                            ),
                            payload)

                    let items, _ = read bytes
                    Expect.isEmpty (damageOf items) "damage")
        ]

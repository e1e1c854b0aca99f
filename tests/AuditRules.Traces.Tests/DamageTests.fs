module AuditRules.Traces.Tests.DamageTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open AuditRules.Events
open AuditRules.Events.Tests
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open FsCheck.FSharp

let private frameEvents = 4

let private original =
    [
        for i in 0..11 ->
            (event
                (if i % 2 = 0 then "open" else "socket.connect")
                (int64 i * 1000L)
                [
                    Value.Str $"/etc/{i % 5}"
                    Value.Int(int64 i)
                    Value.List [| Value.Str "h"; Value.Int 443L |]
                ])
                .With(ordinal = Nullable(int64 i))
    ]

let private small = write (options frameEvents ColumnCodec.Lz4) original

/// Reads hostile bytes: the items, or the error; any other exception fails the test.
let private tryRead (bytes: byte[]) =
    try
        Ok(read bytes)
    with :? TraceFormatException as e ->
        Error e.Code

let private known = HashSet(original |> List.map (fun e -> e.ToString()))

/// No event but the written ones, in their order, and how many are missing.
let private missing items =
    let events = eventsOf items

    for e in events do
        if not (known.Contains(e.ToString())) then
            failtestf "a wrong event: %O" e

    let ordinals = events |> List.map _.Ordinal
    Expect.equal ordinals (List.sort (List.distinct ordinals)) "order"
    original.Length - events.Length

let private codes items = damageOf items |> List.map _.Code

let private cut from length (bytes: byte[]) =
    Array.append bytes[.. from - 1] bytes[from + length ..]

let private errors =
    [
        "an empty file", [||], TraceFormatError.Empty
        "text", "hello, this is a text of some length, long enough\n"B, TraceFormatError.NotATrace
        "JSON", "{\"event\":\"open\"}\n"B, TraceFormatError.NotATrace
        "gzip", hex "1f8b0800000000000003", TraceFormatError.NotATrace
        "a preamble that is cut", small[..30], TraceFormatError.TruncatedPreamble
        "line ends that were changed",
        Array.concat [ small[..11]; "\n\026\n"B; small[16..] ],
        TraceFormatError.ChangedLineEnds
        "a newer major version",
        Array.mapi (fun i b -> if i = 16 then 2uy else b) small,
        TraceFormatError.NewerMajor
    ]

[<Tests>]
let tests =
    testList
        "damage"
        [
            testCase "the undamaged trace has no damage" (fun () ->
                let items, closed = read small
                Expect.equal (missing items, codes items, closed) (0, [], true) "")

            testList
                "T2 T3 what is no trace is refused with its own error"
                [
                    for name, bytes, code in errors ->
                        testCase name (fun () ->
                            match tryRead bytes with
                            | Error error -> Expect.equal error code ""
                            | Ok _ -> failtest "it was read")
                ]

            testCase
                "T43 every flipped bit is found, gives no wrong event and costs one frame at most"
                (fun () ->
                    for at in 0 .. small.Length - 1 do
                        for bit in 0..7 do
                            let bytes = Array.copy small
                            bytes[at] <- bytes[at] ^^^ (1uy <<< bit)

                            match tryRead bytes with
                            | Error _ ->
                                Expect.isLessThan at 20 "only the preamble can make the whole unreadable"
                            | Ok(items, _) ->
                                Expect.isNonEmpty (damageOf items) $"bit {bit} of byte {at} is not found"

                                Expect.isLessThanOrEqual
                                    (missing items)
                                    frameEvents
                                    $"bit {bit} of byte {at}")

            testCase "T41 every cut is found and gives no wrong event" (fun () ->
                let starts = framesOf small |> List.map fst |> HashSet

                for length in 0 .. small.Length - 1 do
                    match tryRead small[.. length - 1] with
                    | Error _ -> Expect.isLessThan length Preamble.Length "the preamble is whole"
                    | Ok(items, closed) ->
                        missing items |> ignore
                        Expect.isFalse closed $"{length} bytes"

                        Expect.equal
                            (codes items)
                            (if starts.Contains length then
                                 []
                             else
                                 [ DamageCode.Truncated ])
                            $"{length} bytes")

            testCase "T41 zeroed ranges give no wrong event" (fun () ->
                let random = Random 7

                for _ in 1..2000 do
                    let bytes = Array.copy small
                    let from = random.Next(Preamble.Length, small.Length)
                    let length = random.Next(1, small.Length - from + 1)
                    Array.Clear(bytes, from, length)

                    match tryRead bytes with
                    | Error error -> failtestf "%A" error
                    | Ok(items, _) ->
                        missing items |> ignore

                        if bytes <> small then
                            Expect.isNonEmpty (damageOf items) $"{length} bytes from {from}")

            testCase "T10 T18 a missing frame is a gap, and the ordinals behind it are true" (fun () ->
                let at, length = (framesOf small)[2]
                let items, closed = read (cut at length small)

                Expect.equal
                    (damageOf items |> List.map (fun d -> d.Code, d.Events))
                    [ DamageCode.Gap, Nullable 4L ]
                    "codes"

                Expect.equal (missing items) 4 "missing"
                Expect.isTrue closed "closed")

            testCase "T18 a first ordinal that nothing explains is refused" (fun () ->
                let shifted =
                    writeWith (options frameEvents ColumnCodec.Lz4) (fun writer ->
                        for e in original[4..] do
                            writer.Add e.View)

                // The second frame of the other trace has the first ordinal 4; at the first place it is refused.
                let at, length = (framesOf shifted)[2]
                let start, _ = (framesOf shifted)[1]

                let bytes =
                    rebuild (Array.append shifted[.. start - 1] shifted[at .. at + length - 1]) 1 (fun h p ->
                        FrameHeader(
                            h.Type,
                            0us,
                            0us,
                            1u,
                            h.TraceId,
                            h.EventCount,
                            h.RawLength,
                            h.StoredLength,
                            0u
                        ),
                        p)

                let items, _ = read bytes
                Expect.equal (codes items, eventsOf items) ([ DamageCode.Malformed ], []) "")

            testCase "T10 a repeated frame is not read again" (fun () ->
                let at, length = (framesOf small)[2]
                let twice = Array.concat [ small[.. at + length - 1]; small[at..] ]
                let items, _ = read twice
                Expect.equal (codes items, missing items) ([ DamageCode.Repeated ], 0) "")

            testCase "T10 swapped frames are a gap and a repetition" (fun () ->
                let (a, lengthA), (b, lengthB) = (framesOf small)[1], (framesOf small)[2]

                let swapped =
                    Array.concat
                        [
                            small[.. a - 1]
                            small[b .. b + lengthB - 1]
                            small[a .. a + lengthA - 1]
                            small[b + lengthB ..]
                        ]

                let items, _ = read swapped
                Expect.equal (codes items) [ DamageCode.Gap; DamageCode.Repeated ] "")

            testCase "T18 ordinals stay true behind a frame whose payload is damaged" (fun () ->
                let at, _ = (framesOf small)[2]
                let bytes = Array.copy small
                bytes[at + FrameHeader.Length + 3] <- bytes[at + FrameHeader.Length + 3] ^^^ 1uy
                let items, _ = read bytes
                Expect.equal (missing items) 4 "missing"

                match damageOf items with
                | [ damage ] ->
                    Expect.equal
                        (damage.Code, damage.Offset, damage.Events)
                        (DamageCode.Payload, int64 at, Nullable 4L)
                        ""
                | other -> failtestf "%A" other)

            testCase "T41 bytes that were taken out of a payload cost one frame" (fun () ->
                let at, _ = (framesOf small)[2]
                let items, closed = read (cut (at + FrameHeader.Length + 10) 5 small)
                Expect.equal (missing items) 4 "missing"
                Expect.isTrue closed "closed")

            testCase "T4 T41 a frame inside an argument is never believed" (fun () ->
                // The program knows everything but the trace id.
                let at, length = (framesOf small)[1]

                let forged =
                    rebuild small[.. at + length - 1] 1 (fun h p ->
                        FrameHeader(
                            h.Type,
                            0us,
                            0us,
                            2u,
                            UInt128.One,
                            h.EventCount,
                            h.RawLength,
                            h.StoredLength,
                            0u
                        ),
                        p)

                let carrier = [ event "open" 1L [ Value.Bytes forged[at..] ]; event "import" 2L [] ]
                let bytes = write (options 1 ColumnCodec.None) carrier
                let outer, _ = (framesOf bytes)[1]

                for damaged in [ outer; outer + FrameHeader.Length ] do
                    let broken = Array.copy bytes
                    broken[damaged] <- broken[damaged] ^^^ 0x40uy
                    let items, closed = read broken
                    Expect.equal (eventsOf items |> List.map _.Name) [ "import" ] "events"
                    Expect.isTrue closed "closed")

            testCase "T42 the first frame corrects the preamble's trace id" (fun () ->
                let bytes = Array.copy small
                bytes[25] <- bytes[25] ^^^ 1uy
                let items, _ = read bytes
                Expect.equal (codes items, missing items) ([ DamageCode.Preamble ], 0) "")

            testCase "T5 bytes behind END are damage" (fun () ->
                let items, closed = read (Array.append small [| 0uy |])
                Expect.equal (codes items, closed) ([ DamageCode.AfterEnd ], true) "")

            testCase "T38 END that counts other events is damage" (fun () ->
                let last = (framesOf small).Length - 1

                let bytes =
                    rebuild small last (fun header payload ->
                        let changed = Array.copy payload
                        let key = "events"B

                        let at =
                            Seq.findIndex
                                (fun i -> payload[i .. i + 5] = key)
                                (seq { 0 .. payload.Length - 6 })

                        changed[at + 6] <- 11uy
                        header, changed)

                let items, _ = read bytes
                Expect.equal (codes items) [ DamageCode.Totals ] "")

            testCase "T12 a frame that declares more than the limit is not read" (fun () ->
                let bytes =
                    rebuild small 2 (fun h p ->
                        FrameHeader(
                            h.Type,
                            0us,
                            0us,
                            h.Sequence,
                            h.TraceId,
                            h.EventCount,
                            9_000_000u,
                            h.StoredLength,
                            0u
                        ),
                        p)

                let items, _ = read bytes
                Expect.equal (codes items, missing items) ([ DamageCode.Limit ], 4) "")

            testList
                "T8 T9 what a reader does not know"
                [
                    let changed type' compatible incompatible =
                        rebuild small 2 (fun h p ->
                            FrameHeader(
                                type' h.Type,
                                compatible,
                                incompatible,
                                h.Sequence,
                                h.TraceId,
                                h.EventCount,
                                h.RawLength,
                                h.StoredLength,
                                0u
                            ),
                            p)

                    testCase "an incompatible flag" (fun () ->
                        Expect.equal
                            (tryRead (changed id 0us 1us))
                            (Error TraceFormatError.UnknownFeature)
                            "")

                    testCase "a compatible flag is ignored" (fun () ->
                        match tryRead (changed id 1us 0us) with
                        | Ok(items, _) -> Expect.equal (codes items, missing items) ([], 0) ""
                        | Error e -> failtestf "%A" e)

                    testCase "a frame type" (fun () ->
                        Expect.equal
                            (tryRead (changed (fun _ -> LanguagePrimitives.EnumOfValue 9uy) 0us 0us))
                            (Error TraceFormatError.UnknownFeature)
                            "")

                    testCase "a frame type that may be ignored" (fun () ->
                        let start =
                            ProcessRecord(
                                ProcessChange.Start,
                                0,
                                -1,
                                7,
                                1L,
                                ImmutableArray.Create "app",
                                Nullable()
                            )

                        let bytes =
                            writeWith (options frameEvents ColumnCodec.Lz4) (fun writer ->
                                writer.Add start

                                for e in original do
                                    writer.Add e.View)

                        let ignorable =
                            rebuild bytes 1 (fun h _ ->
                                FrameHeader(
                                    LanguagePrimitives.EnumOfValue 0x87uy,
                                    0us,
                                    0us,
                                    1u,
                                    h.TraceId,
                                    0u,
                                    1u,
                                    1u,
                                    0u
                                ),
                                [| 0xc1uy |])

                        match tryRead ignorable with
                        | Ok(items, _) ->
                            Expect.equal
                                (missing items, codes items, items.Length)
                                (0, [], 5)
                                "no PROCESS item"
                        | Error e -> failtestf "%A" e)
                ]

            testCase "T43 changed content under checksums that hold is refused or is well-formed" (fun () ->
                let random = Random 11

                let sources =
                    [
                        for codec in 0..2 ->
                            write (options frameEvents (LanguagePrimitives.EnumOfValue(byte codec))) original
                    ]

                for _ in 1..6000 do
                    let bytes = sources[random.Next 3]
                    let frame = random.Next((framesOf bytes).Length)

                    let changed =
                        rebuild bytes frame (fun header payload ->
                            let payload = Array.copy payload

                            for _ in 0 .. random.Next 3 do
                                payload[random.Next payload.Length] <- byte (random.Next 256)

                            header, payload)

                    tryRead changed |> ignore)

            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 50
                    arbitrary = [ typeof<Some.Arbitraries> ]
                }
                "T43 any trace with a changed byte gives only events that were written"
                (fun (events: AuditEvent list) (at: int) (change: byte) ->
                    let bytes = write (options 3 ColumnCodec.Lz4) events

                    let index =
                        Preamble.Length + int (abs (int64 at) % int64 (bytes.Length - Preamble.Length))

                    let changed = Array.copy bytes
                    changed[index] <- change
                    let items, _ = read changed
                    let written = events |> List.map (fun e -> e.ToString()) |> HashSet

                    for e in eventsOf items do
                        Expect.isTrue (written.Contains(e.ToString())) "a wrong event"

                    Expect.equal (List.isEmpty (damageOf items)) (changed = bytes) "found")
        ]

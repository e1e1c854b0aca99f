/// All damage of some kinds to one trace of 64 KiB.
module AuditRules.Traces.Tests.DamageSweepTests

open System
open System.Collections.Generic
open System.IO
open System.Threading.Tasks
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto

let private nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"
let private frameEvents = 128

let private events =
    let random = Random 3

    [|
        for i in 0..3_000 ->
            let path = $"/srv/{random.Next 40}/{random.NextInt64():x}"

            AuditEvent(
                (if i % 3 = 0 then "open" else "socket.connect"),
                Collections.Immutable.ImmutableArray.Create(
                    Value.Str path,
                    Value.Int(int64 (random.Next 1000)),
                    Value.List [| Value.Str path; Value.Bool(i % 2 = 0) |]
                ),
                Time = meta.WallClock + int64 i * 1000L,
                Ordinal = int64 i,
                Process = i % 3,
                Pid = 7 + i % 3,
                Thread = 7L,
                Caller = Caller($"app{i % 5}.py", i % 50, "main")
            )
    |]

let private whole =
    let start =
        ProcessRecord(
            ProcessChange.Start,
            0,
            -1,
            7,
            1L,
            Collections.Immutable.ImmutableArray.Create "app",
            Nullable()
        )

    let write count =
        writeWith (options frameEvents ColumnCodec.Lz4) (fun writer ->
            for i in 0 .. count - 1 do
                if i % 500 = 0 then
                    writer.Add start

                writer.Add(events[i].View))

    // The longest that the events give, up to 64 KiB and a frame.
    let each = (write 1280).Length / 10
    write (frameEvents * (65_536 / each + 1))

let private items, private closedWhole = read whole

let private data =
    [|
        for item in items do
            match item with
            | :? EventsItem as item -> KeyValuePair(item.Offset, item.Summary)
            | _ -> ()
    |]

let private known = Dictionary data
let private total = data |> Array.sumBy (fun pair -> pair.Value.Count)

let private frames = framesOf whole |> List.toArray

let private headers =
    frames
    |> Array.map (fun (at, length) ->
        let _, header = FrameHeader.TryRead(ReadOnlySpan(whole, at, length))
        header)

/// The events of the frames that a range of bytes touches.
let private touched from until =
    data
    |> Array.sumBy (fun pair ->
        if int pair.Key < until && int (pair.Key + pair.Value.StoredLength) > from then
            pair.Value.Count
        else
            0)

let private json = events |> Array.map string

let private sameSummary (a: FrameSummary) (b: FrameSummary) =
    a.Sequence = b.Sequence
    && a.FirstOrdinal = b.FirstOrdinal
    && a.Count = b.Count
    && a.FirstTime = b.FirstTime
    && a.LastTime = b.LastTime
    && a.StoredLength = b.StoredLength

/// What a reader makes of damaged bytes.
[<Struct>]
type private Outcome =
    /// It reported damage, so many events are missing, END was read.
    | Read of found: bool * lost: int * closed: bool
    | Refused of TraceFormatError

/// Reads bytes that differ from the trace in a range; every event must be the written one of its ordinal. A frame that
/// stands outside the range at its own place has the written bytes, and its events are looked at only if what the reader
/// says of it is something else. Unless all is asked for, reading stops at the second such frame behind the range:
/// from there on the bytes and what the reader knows are those of the whole trace.
let private readDamaged all (bytes: byte[]) length from until =
    try
        use reader =
            new TraceReader(new MemoryStream(bytes, 0, length, false), TraceReaderOptions())

        let mutable found = false
        let mutable seen = 0
        let mutable behind = 0
        let mutable next = 0L
        let mutable item = reader.Read()

        while not (isNull item) && behind < 2 do
            match item with
            | :? DamageItem -> found <- true
            | :? EventsItem as item ->
                let summary = item.Summary

                if summary.FirstOrdinal < next then
                    failtestf "ordinal %d comes after %d" summary.FirstOrdinal next

                next <- summary.FirstOrdinal + int64 summary.Count
                let finish = item.Offset + summary.StoredLength

                let isOwn =
                    (finish <= int64 from || item.Offset >= int64 until)
                    && (match known.TryGetValue item.Offset with
                        | true, own -> sameSummary own summary
                        | _ -> false)

                if not isOwn then
                    let frame = frameOf item

                    for row in 0 .. frame.Count - 1 do
                        let e = EventView(frame, row).Detach()

                        if string e <> json[int e.Ordinal] then
                            failtestf "a wrong event: %O" e

                seen <- seen + summary.Count

                if isOwn && not all && item.Offset >= int64 until then
                    behind <- behind + 1
            | _ -> ()

            if behind < 2 then
                item <- reader.Read()

        // Behind the second frame the rest is as it was.
        let seen = if behind = 2 then seen + total - int next else seen
        Read(found, total - seen, reader.Closed || behind = 2)
    with :? TraceFormatException as e ->
        Refused e.Code

/// Every number below a count, on all cores; each thread has a copy of the trace, which the code leaves as it was.
let private forAll count (code: byte[] -> int -> unit) =
    Parallel.For(
        0,
        count,
        (fun () -> Array.copy whole),
        (fun i _ bytes ->
            code bytes i
            bytes),
        ignore
    )
    |> ignore

let private concat (parts: (int * int) seq) =
    Array.concat
        [
            yield whole[.. Preamble.Length - 1]

            for at, length in parts do
                yield whole[at .. at + length - 1]
        ]

let private isIgnorable index =
    headers[index].Type >= LanguagePrimitives.EnumOfValue 0x80uy

[<Tests>]
let tests =
    testList
        "damage of every kind"
        [
            testCase "the trace has 64 KiB and many frames" (fun () ->
                Expect.isGreaterThanOrEqual whole.Length 65_536 "bytes"
                Expect.isGreaterThanOrEqual data.Length 12 "frames of events"
                Expect.isEmpty (damageOf items) "damage"
                Expect.isTrue closedWhole "closed"
                Expect.equal (readDamaged true whole whole.Length 0 whole.Length) (Read(false, 0, true)) "")

            testCase "T7 T41 T43 each flipped bit is found and costs the frame in which it stands" (fun () ->
                // By night every bit; else two of each byte, others in each.
                let bits = if nightly then 8 else 2

                forAll (whole.Length * bits) (fun bytes i ->
                    let at = i / bits
                    let number = (3 * at + 8 / bits * i) % 8
                    let bit = 1uy <<< number
                    bytes[at] <- bytes[at] ^^^ bit
                    // One of 64 is read to its end.
                    let outcome = readDamaged (i % 64 = 0) bytes bytes.Length at (at + 1)
                    bytes[at] <- bytes[at] ^^^ bit

                    match outcome with
                    | Refused code ->
                        if at >= 20 then
                            failtestf "bit %d of byte %d makes the trace unreadable: %A" number at code
                    | Read(found, lost, _) ->
                        if not found then
                            failtestf "bit %d of byte %d is not found" number at

                        if lost <> touched at (at + 1) then
                            failtestf "bit %d of byte %d costs %d events" number at lost))

            testCase "T11 T41 each cut is found and leaves the frames before it" (fun () ->
                let borders = HashSet(frames |> Seq.map fst)
                let close = headers |> Array.findIndex (fun h -> h.Type = FrameType.End)
                let closedAt = fst frames[close] + snd frames[close]

                forAll whole.Length (fun bytes length ->
                    match readDamaged true bytes length length whole.Length with
                    | Refused _ ->
                        if length >= Preamble.Length then
                            failtestf "%d bytes are refused" length
                    | Read(found, lost, closed) ->
                        if (found, closed) <> (not (borders.Contains length), length >= closedAt) then
                            failtestf "%d bytes: found %b, closed %b" length found closed

                        if lost <> touched length whole.Length then
                            failtestf "%d bytes: %d events are missing" length lost))

            testCase "T41 T43 each range of zeros is found and costs the frames that it touches" (fun () ->
                let random = Random 7

                let ranges =
                    [|
                        for _ in 1 .. (if nightly then 200_000 else 20_000) ->
                            let from = random.Next(Preamble.Length, whole.Length)
                            // Short and long ones alike.
                            let length = random.Next(1, 1 <<< random.Next(1, 17))
                            struct (from, min whole.Length (from + length))
                    |]

                forAll ranges.Length (fun bytes i ->
                    let struct (from, until) = ranges[i]
                    Array.Clear(bytes, from, until - from)
                    let outcome = readDamaged false bytes bytes.Length from until

                    let changed =
                        not (
                            bytes.AsSpan(from, until - from).SequenceEqual(whole.AsSpan(from, until - from))
                        )

                    Array.Copy(whole, from, bytes, from, until - from)

                    match outcome with
                    | Refused code -> failtestf "zeros from %d to %d: %A" from until code
                    | Read(found, lost, _) ->
                        if found <> changed then
                            failtestf "zeros from %d to %d: found %b" from until found

                        if lost > touched from until then
                            failtestf "zeros from %d to %d cost %d events" from until lost))

            testCase
                "T10 T11 T18 each frame that is left out is found, and only its events are missing"
                (fun () ->
                    for index in 0 .. frames.Length - 1 do
                        let bytes = concat (Array.removeAt index frames)
                        let at, length = frames[index]

                        match readDamaged true bytes bytes.Length at whole.Length with
                        | Refused code -> failtestf "frame %d: %A" index code
                        | Read(found, lost, closed) ->
                            // What may be ignored and stands last is missed only by who expects a seal (T56).
                            let isLast = index = frames.Length - 1 && isIgnorable index

                            if not found && closed && not isLast then
                                failtestf "frame %d is not missed" index

                            Expect.equal lost (touched at (at + length)) $"frame {index}")

            testCase "T10 each pair of frames in each other's place is found" (fun () ->
                for i in 0 .. frames.Length - 1 do
                    for j in i + 1 .. frames.Length - 1 do
                        let swapped = Array.copy frames
                        swapped[i] <- frames[j]
                        swapped[j] <- frames[i]
                        let bytes = concat swapped

                        match readDamaged true bytes bytes.Length (fst frames[i]) whole.Length with
                        | Read(true, lost, _) ->
                            if j = i + 1 && lost > frameEvents then
                                failtestf "%d events are missing" lost
                        | other -> failtestf "frames %d and %d: %A" i j other)

            testCase "T10 each frame that comes twice is found, wherever it stands" (fun () ->
                for i in 0 .. frames.Length - 1 do
                    for place in 0 .. frames.Length do
                        let bytes = concat (Array.insertAt place frames[i] frames)

                        let from =
                            if place < frames.Length then
                                fst frames[place]
                            else
                                whole.Length

                        match readDamaged true bytes bytes.Length from Int32.MaxValue with
                        | Read(true, lost, _) ->
                            if place > i && lost > 0 then
                                failtestf "%d events are missing" lost
                        | other -> failtestf "frame %d at %d: %A" i place other)

            testCase "T41 each byte that is left out, or put in, costs one frame at most" (fun () ->
                let step = if nightly then 1 else 64

                forAll (2 * (whole.Length - Preamble.Length) / step) (fun _ i ->
                    let at = Preamble.Length + i / 2 * step

                    let bytes =
                        if i % 2 = 0 then
                            Array.append whole[.. at - 1] whole[at + 1 ..]
                        else
                            Array.concat [ whole[.. at - 1]; [| byte i |]; whole[at..] ]

                    match readDamaged true bytes bytes.Length at Int32.MaxValue with
                    | Read(true, lost, _) when lost <= frameEvents -> ()
                    | other -> failtestf "byte %d: %A" at other))

            testCase
                "T4 T41 a whole frame inside an argument is not believed whatever is damaged around it"
                (fun () ->
                    // The program knows everything but the trace id.
                    let at, length = frames |> Array.item 2

                    let forged =
                        rebuild whole[.. at + length - 1] 2 (fun h payload ->
                            FrameHeader(
                                h.Type,
                                0us,
                                0us,
                                2u,
                                UInt128.One,
                                h.EventCount,
                                h.RawLength,
                                0u,
                                0u
                            ),
                            payload)

                    let carrier =
                        [
                            event "open" 1L [ Value.Bytes forged[at..]; Value.Str "a" ]
                            event "import" 2L [ Value.Nil ]
                        ]

                    let bytes = write (options 1 ColumnCodec.None) carrier
                    let outer = framesOf bytes |> List.item 1

                    forAll (8 * snd outer) (fun _ i ->
                        let broken = Array.copy bytes
                        broken[fst outer + i / 8] <- broken[fst outer + i / 8] ^^^ (1uy <<< (i % 8))
                        let items, closed = read broken

                        if (eventsOf items |> List.map _.Name, closed) <> ([ "import" ], true) then
                            failtestf "bit %d of byte %d" (i % 8) (i / 8)))
        ]

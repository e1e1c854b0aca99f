/// Parts of traces as they are sought, and as the slow and obvious reader gives them; indexes that lie.
module AuditRules.Traces.Tests.IndexLab

open System
open System.Collections.Immutable
open System.IO
open AuditRules.Events
open AuditRules.Events.Tests
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open FsCheck
open FsCheck.FSharp
open MessagePack

/// An INDEX as it is written, so that it can lie.
type Entry =
    {
        Offset: int64
        Sequence: uint32
        Ordinal: int64
        Count: uint32
        First: int64
        Last: int64
        Bits: byte[]
    }

let indexAt (bytes: byte[]) =
    framesOf bytes
    |> List.findIndex (fun (at, length) ->
        match FrameHeader.TryRead(ReadOnlySpan(bytes, at, length)) with
        | true, header -> header.Type = FrameType.Index
        | _ -> false)

let contentOf (bytes: byte[]) =
    let at, length = (framesOf bytes)[indexAt bytes]

    let index =
        IndexRecord.Read(bytes[at + FrameHeader.Length .. at + length - 1], int64 at)

    let names = List.ofSeq index.Names

    names,
    [
        for frame in index.Frames ->
            {
                Offset = frame.Offset
                Sequence = frame.Sequence
                Ordinal = frame.FirstOrdinal
                Count = frame.Count
                First = frame.First
                Last = frame.Last
                Bits =
                    Array.init ((names.Length + 7) / 8) (fun byte ->
                        [ 0..7 ]
                        |> List.filter (fun bit ->
                            byte * 8 + bit < names.Length && index.Has(&frame, byte * 8 + bit))
                        |> List.sumBy (fun bit -> 1 <<< bit)
                        |> uint8)
            }
    ]

let encode (names: string list) (frames: Entry list) =
    let buffer = ByteBuffer()
    let mutable writer = MessagePackWriter buffer
    writer.WriteMapHeader 2
    writer.Write "names"
    writer.WriteArrayHeader names.Length

    for name in names do
        writer.Write name

    writer.Write "frames"
    writer.WriteArrayHeader frames.Length

    for frame in frames do
        writer.WriteArrayHeader 7
        writer.Write frame.Offset
        writer.Write frame.Sequence
        writer.Write frame.Ordinal
        writer.Write frame.Count
        writer.Write frame.First
        writer.Write frame.Last
        writer.Write(ReadOnlySpan frame.Bits)

    writer.Flush()
    buffer.Written.ToArray()

/// The trace with another payload in one of its frames.
let replaced index payload bytes =
    rebuild bytes index (fun header _ ->
        FrameHeader(
            header.Type,
            0us,
            0us,
            header.Sequence,
            header.TraceId,
            0u,
            uint32 (Array.length payload),
            0u,
            0u
        ),
        payload)

let lying change bytes =
    let names, frames = contentOf bytes
    replaced (indexAt bytes) (change names frames ||> encode) bytes

let endSaying index (events: int64) bytes =
    let buffer = ByteBuffer()
    let mutable writer = MessagePackWriter buffer
    RecordCodec.Write(&writer, TraceTotals(events, 1, -1L, -1L, 0L), index)
    writer.Flush()
    replaced ((framesOf bytes).Length - 1) (buffer.Written.ToArray()) bytes

let withoutIndex events bytes = endSaying 0L events bytes

let unclosed (bytes: byte[]) =
    let at, _ = List.last (framesOf bytes)
    bytes[.. at - 1]

let reading = TraceReaderOptions(LeaveOpen = true)

let wanting (names: string list) =
    match names with
    | [] -> reading
    | _ -> TraceReaderOptions(LeaveOpen = true, Wanted = fun name -> List.contains name names)

let seen (e: AuditEvent) =
    e.Name, List.ofSeq e.Arguments, e.Time, e.Ordinal, e.Process, e.Pid, e.Thread, e.Caller

let streamed (bytes: byte[]) (range: TraceRange) (names: string list) =
    use reader = new TraceReader(new MemoryStream(bytes))

    eventsOf (List.ofSeq (reader.ReadToEnd()))
    |> List.filter (fun e ->
        e.Ordinal >= range.FromOrdinal
        && e.Ordinal < range.ToOrdinal
        && e.Time >= range.FromTime
        && (not range.ToTime.HasValue || e.Time < range.ToTime.Value)
        && (names.IsEmpty || List.contains e.Name names))
    |> List.map seen

let sought (bytes: byte[]) range names =
    use file = TraceFile.Open(new MemoryStream(bytes), wanting names)
    let events = [ for e in file.Events range -> seen (e.Detach()) ]
    events, file.IsIndexed, List.ofSeq file.Damages

let backwards (bytes: byte[]) (range: TraceRange) =
    use file = TraceFile.Open(new MemoryStream(bytes), reading)

    [
        for part in file.ReadBackwards range ->
            [
                for item in List.ofSeq part do
                    match item with
                    | :? EventsItem as item ->
                        let struct (first, last) = range.RowsOf(frameOf item)

                        for row in first .. last - 1 do
                            seen (EventView(frameOf item, row).Detach())
                    | _ -> ()
            ]
    ]
    |> List.rev
    |> List.concat

/// A trace, and parts of it that are asked for.
type Case =
    {
        Events: AuditEvent list
        FrameEvents: int
        Ranges: (TraceRange * string list) list
    }

let caseOf =
    gen {
        let! events = Some.events
        let! size = Gen.choose (1, 9)

        let ordinal =
            Gen.oneof [ Gen.map int64 (Gen.choose (-1, events.Length + 1)); Some.integer ]

        let time =
            Gen.oneof
                [
                    Some.integer
                    match events with
                    | [] -> ()
                    | _ ->
                        Gen.map2
                            (fun (e: AuditEvent) (more: int) -> e.Time + int64 more)
                            (Gen.elements events)
                            (Gen.choose (-1, 1))
                ]

        let ends from until : Gen<TraceRange> =
            gen {
                let! fromOrdinal = if from = 1 then ordinal else Gen.constant 0L

                let! toOrdinal = if until = 1 then ordinal else Gen.constant Int64.MaxValue

                let! fromTime = if from = 2 then time else Gen.constant Int64.MinValue

                let! toTime =
                    if until = 2 then
                        Gen.map Nullable time
                    else
                        Gen.constant (Nullable())

                return
                    TraceRange(
                        FromOrdinal = fromOrdinal,
                        ToOrdinal = toOrdinal,
                        FromTime = fromTime,
                        ToTime = toTime
                    )
            }

        let! from = Gen.choose (0, 2)
        let! until = Gen.choose (0, 2)

        let! names =
            Gen.frequency
                [
                    2, Gen.constant []
                    1, Gen.listOf (Gen.elements [ "open"; "ż"; "import"; "none" ])
                ]

        let! ranges =
            Gen.listOfLength 4 (Gen.map (fun range -> range, names) (ends from until))

        return
            {
                Events = events
                FrameEvents = size
                Ranges = ranges
            }
    }

type Arbitraries =
    static member Case() = Arb.fromGen caseOf

let config =
    { FsCheckConfig.defaultConfig with
        arbitrary = [ typeof<Arbitraries> ]
    }

let traceOf case =
    writeWith (options case.FrameEvents ColumnCodec.Lz4) (fun writer ->
        for i, e in List.indexed case.Events do
            if i % 7 = 3 then
                writer.Add(
                    ProcessRecord(
                        ProcessChange.Fork,
                        i,
                        0,
                        i,
                        e.Time,
                        ImmutableArray<string>.Empty,
                        Nullable()
                    )
                )

            writer.Add e.View)

/// What who reads the whole trace finds wrong with its INDEX.
let problem (bytes: byte[]) =
    let found = TraceVerifier.Verify(new MemoryStream(bytes))

    found.Problems
    |> Seq.tryPick (fun p -> if p.Code = "Index" then Some p.Message else None)

let twelve =
    [
        for i in 0..11 ->
            (event (if i = 7 then "rare" else "open") (int64 i * 10L) [ Value.Int(int64 i) ])
                .With(ordinal = Nullable(int64 i))
    ]

let example = write (options 2 ColumnCodec.Lz4) twelve
let at i = meta.WallClock + int64 i * 10L
let change i (f: Entry -> Entry) (frames: Entry list) = List.updateAt i (f frames[i]) frames

/// A whole frame with the right sequence number and number of events, and another trace's id, as a program could put
/// it into an argument.
let forged (header: FrameHeader) payload =
    let head = Array.zeroCreate FrameHeader.Length

    FrameHeader(
        header.Type,
        0us,
        0us,
        header.Sequence,
        UInt128.One,
        header.EventCount,
        header.RawLength,
        uint32 (Array.length payload),
        Crc32C.Compute(ReadOnlySpan payload)
    )
        .Write(Span head)

    Array.append head payload

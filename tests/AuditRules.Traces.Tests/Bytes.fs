/// Traces as bytes: made, taken apart, put together again.
module AuditRules.Traces.Tests.Bytes

open System
open System.Collections.Immutable
open System.IO
open AuditRules.Events
open AuditRules.Traces

let hex (text: string) =
    Convert.FromHexString(text.Replace(" ", "").Replace("\n", ""))

let options frameEvents codec =
    TraceWriterOptions(
        FrameEvents = frameEvents,
        Codec = codec,
        TraceId =
            Nullable(UInt128.Parse("0123456789abcdef0123456789abcdef", Globalization.NumberStyles.HexNumber)),
        Checkpoints = false,
        LeaveOpen = true
    )

let meta =
    TraceMeta(
        Recorder = "test",
        WallClock = 1_700_000_000_000_000_000L,
        MonotonicClock = 55L,
        Command = ImmutableArray.Create "app"
    )

let totals = TraceTotals(0L, 1, -1L, -1L, 0L)

let writeWith options (add: TraceWriter -> unit) =
    use stream = new MemoryStream()

    using (new TraceWriter(stream, meta, options)) (fun writer ->
        add writer
        writer.Complete totals)

    stream.ToArray()

let write options (events: AuditEvent seq) =
    writeWith options (fun writer ->
        for e in events do
            writer.Add e.View)

let read (bytes: byte[]) =
    use reader =
        new TraceReader(new MemoryStream(bytes), TraceReaderOptions(Validate = true))

    let items = List.ofSeq (reader.ReadToEnd())
    items, reader.Closed

let frameOf (item: EventsItem) =
    match item.Frame with
    | null -> failwith "the frame was not wanted"
    | frame -> frame

let eventsOf (items: TraceItem list) =
    items
    |> List.collect (function
        | :? EventsItem as item ->
            let frame = frameOf item
            [ for row in 0 .. frame.Count - 1 -> EventView(frame, row).Detach() ]
        | _ -> [])

let damageOf (items: TraceItem list) =
    items
    |> List.choose (function
        | :? DamageItem as item -> Some item
        | _ -> None)

/// Where each frame begins and how long it is.
let framesOf (bytes: byte[]) =
    let rec walk at =
        match FrameHeader.TryRead(ReadOnlySpan(bytes, at, bytes.Length - at)) with
        | true, header ->
            let length = FrameHeader.Length + int header.StoredLength

            (at, length)
            :: if at + length < bytes.Length then
                   walk (at + length)
               else
                   []
        | _ -> failwithf "no frame at %d" at

    walk Preamble.Length

/// The bytes with the header of one frame, and its payload, changed; checksums are made to hold again.
let rebuild (bytes: byte[]) index (change: FrameHeader -> byte[] -> FrameHeader * byte[]) =
    let at, length = framesOf bytes |> List.item index
    let _, header = FrameHeader.TryRead(ReadOnlySpan(bytes, at, length))

    let header, payload =
        change header bytes[at + FrameHeader.Length .. at + length - 1]

    let head = Array.zeroCreate FrameHeader.Length

    FrameHeader(
        header.Type,
        header.Compatible,
        header.Incompatible,
        header.Sequence,
        header.TraceId,
        header.EventCount,
        header.RawLength,
        uint32 payload.Length,
        Crc32C.Compute(ReadOnlySpan payload)
    )
        .Write(Span head)

    Array.concat [ bytes[.. at - 1]; head; payload; bytes[at + length ..] ]

let event name (time: int64) (arguments: Value list) =
    AuditEvent(name, ImmutableArray.CreateRange arguments, Time = meta.WallClock + time, Pid = 7, Thread = 7L)

/// Differences that a rule could see, as a message; None when there are none.
let difference (expected: AuditEvent) (actual: AuditEvent) =
    let all (e: AuditEvent) =
        box (e.Name, List.ofSeq e.Arguments, e.Time, e.Ordinal, e.Process, e.Pid, e.Thread, e.Caller)

    if all expected = all actual then
        None
    else
        Some $"expected {expected}, found {actual}"

/// Processes that write segments, one small step after another, under a clock that ticks at every step.
module AuditRules.Recording.Tests.LiveWorld

open System
open System.Collections.Generic
open System.IO
open AuditRules.Recording.Segments
open AuditRules.Recording.Tests.SegmentBuilder

type private Segment =
    {
        Name: string
        Bytes: byte[]
        mutable Tail: int
    }

/// What a thread does next.
type private Step =
    | Enter
    | Reserve of Segment
    | ReadClock of Segment * at: int * text: string
    | Commit of Segment * at: int * block: byte[]
    | Fill of Segment
    | SayFull of Segment

type private Image =
    {
        Header: Header
        mutable Current: Segment option
        mutable Sequence: int
        Threads: Step[]
    }

let private eventBlock time (label: string) =
    block [ name 0L "open"; event time 0L None [ text label ] ]

let private filler length =
    let bytes = Array.zeroCreate<byte> length
    BitConverter.GetBytes(length).CopyTo(bytes, 0)
    BitConverter.GetBytes(0xA5D10000u).CopyTo(bytes, 4)
    let rest = length - 15

    [|
        0x92uy
        0uy
        0xC6uy
        byte (rest >>> 24)
        byte (rest >>> 16)
        byte (rest >>> 8)
        byte rest
    |]
        .CopyTo(bytes, 8)

    bytes

type World(seed: int) =
    let random = Random seed
    let images = List<Image>()
    let segments = List<Segment>()
    let files = List<SegmentFile>()
    let removed = HashSet<string>()
    let mutable clock = 1000L
    let mutable events = 0
    let mutable isStopped = false

    let tick () =
        clock <- clock + 1L
        clock

    let place (segment: Segment) (bytes: byte[]) at length =
        Array.blit bytes 0 segment.Bytes at length

    let addSegment (world: World) image =
        let header =
            { image.Header with
                Sequence = image.Sequence
            }

        let segment =
            {
                Name = fileName header
                Bytes = bytes header []
                Tail = 4096
            }

        // Whoever opens a segment sees what came meanwhile, and nothing of what comes then.
        let opened () : Stream =
            world.Go(random.Next 6)
            new MemoryStream(Array.copy segment.Bytes)

        image.Sequence <- image.Sequence + 1
        image.Current <- Some segment
        segments.Add segment
        files.Add(SegmentFile(segment.Name, Func<Stream>(opened)))

    let fits (segment: Segment) length =
        length <= segment.Bytes.Length - segment.Tail

    let next (world: World) (image: Image) step =
        match step with
        | Enter ->
            if image.Current.IsNone then
                addSegment world image

            Reserve image.Current.Value
        | Reserve segment ->
            let label = $"{image.Header.Pid}:{events}:" + String('x', random.Next 400)
            let length = (eventBlock 0L label).Length

            if fits segment length then
                events <- events + 1
                let at = segment.Tail
                segment.Tail <- at + length
                place segment (BitConverter.GetBytes length) at 4
                ReadClock(segment, at, label)
            elif Object.ReferenceEquals(segment, image.Current.Value) then
                addSegment world image
                Fill segment
            else
                Reserve image.Current.Value
        | ReadClock(segment, at, label) -> Commit(segment, at, eventBlock (tick ()) label)
        | Commit(segment, at, block) ->
            Array.blit block 8 segment.Bytes (at + 8) (block.Length - 8)
            Array.blit block 4 segment.Bytes (at + 4) 4
            Enter
        | Fill segment ->
            let room = segment.Bytes.Length - segment.Tail

            if room >= 16 then
                place segment (filler room) segment.Tail room
                segment.Tail <- segment.Bytes.Length

            SayFull segment
        | SayFull segment ->
            segment.Bytes[128] <- 1uy
            Enter

    /// Lets any process do one step, that many times. Some threads are slow.
    member world.Go(steps: int) =
        for _ in 1 .. (if isStopped then 0 else steps) do
            if images.Count < 4 && random.Next 60 = 0 || images.Count = 0 then
                let number = images.Count

                images.Add(
                    {
                        Header =
                            { header with
                                Pid = 100 + number
                                Nonce = uint64 (0xA1 + number)
                                StartTicks = uint64 (5 + number)
                                Began = tick ()
                            }
                        Current = None
                        Sequence = 0
                        Threads = Array.create (1 + random.Next 3) Enter
                    }
                )

            let image = images[random.Next images.Count]
            let thread = random.Next image.Threads.Length

            if thread = 0 || random.Next 20 = 0 then
                image.Threads[thread] <- next world image image.Threads[thread]

            tick () |> ignore

    /// All processes are killed.
    member _.Stop() = isStopped <- true

    member _.Clock() = tick ()

    /// The segments that were not removed.
    member world.List() : IReadOnlyList<SegmentFile> =
        let found =
            files |> Seq.filter (fun f -> not (removed.Contains f.Name)) |> Array.ofSeq

        world.Go(random.Next 6)
        found

    member _.Remove(segments: IEnumerable<SegmentFile>) =
        for segment in segments do
            removed.Add segment.Name |> ignore

    member _.Removed = removed.Count
    member _.IsThere(name: string) = not (removed.Contains name)

    /// All segments there ever were, as they are now.
    member _.All =
        [ for segment in segments -> fileOf segment.Name (Array.copy segment.Bytes) ]

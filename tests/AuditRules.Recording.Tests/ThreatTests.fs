/// The table of attacks in docs/spec/trace.md, section 9: every attack is made on a packed trace, and every cell is held
/// against what a verifier says.
module AuditRules.Recording.Tests.ThreatTests

open System
open System.Collections.Immutable
open System.IO
open Expecto
open AuditRules.Events
open AuditRules.Recording.Packing
open AuditRules.Traces
open AuditRules.Recording.Tests.SegmentBuilder

let private key = SealKey.Create()

let private frameEvents = 3

let private options id checkpoints =
    TraceWriterOptions(
        FrameEvents = frameEvents,
        TraceId = Nullable id,
        Checkpoints = checkpoints,
        LeaveOpen = true
    )

/// One run of a program: 12 events of one time, so that their order is nothing but the file's.
let private packed id checkpoints (path: string) =
    let events =
        [
            for i in 0..11 -> event 1500L 0L None [ text (if i = 4 then path else $"/etc/{i}"); nil ]
        ]

    use stream = new MemoryStream()

    Packer.Pack(
        [ segment header [ block (name 0L "open" :: events) ] ],
        stream,
        PackOptions(Writing = options id checkpoints)
    )
    |> ignore

    stream.ToArray()

let private id = UInt128.op_Implicit 7u
let private laterId = UInt128.op_Implicit 8u

let private framesOf (bytes: byte[]) =
    let rec walk at =
        if at = bytes.Length then
            []
        else
            match FrameHeader.TryRead(ReadOnlySpan(bytes, at, bytes.Length - at)) with
            | true, found ->
                let length = FrameHeader.Length + int found.StoredLength
                (found, bytes[at .. at + length - 1]) :: walk (at + length)
            | _ -> failtest "no frame"

    walk Preamble.Length

let private join (bytes: byte[]) (frames: (FrameHeader * byte[]) list) =
    Array.concat (bytes[.. Preamble.Length - 1] :: List.map snd frames)

let private isCheckpoint (found: FrameHeader, _: byte[]) = found.Type = FrameType.Checkpoint

let private numbered (sequence: int) (found: FrameHeader, bytes: byte[]) =
    let head = Array.zeroCreate FrameHeader.Length

    FrameHeader(
        found.Type,
        found.Compatible,
        found.Incompatible,
        uint32 sequence,
        found.TraceId,
        found.EventCount,
        found.RawLength,
        found.StoredLength,
        found.PayloadCrc
    )
        .Write(Span head)

    found, Array.append head bytes[FrameHeader.Length ..]

/// The trace as its own writer would have written it with other events: numbers, ordinals, index, totals and checksums
/// are right.
let private rewritten checkpoints (change: AuditEvent list -> AuditEvent list) (bytes: byte[]) =
    use reader = new TraceReader(new MemoryStream(bytes))
    let items = List.ofSeq (reader.ReadToEnd())
    use stream = new MemoryStream()

    let meta =
        items
        |> List.pick (function
            | :? MetaItem as item -> Some item.Meta
            | _ -> None)

    use writer =
        new TraceWriter(stream, meta, options (fst (framesOf bytes).Head).TraceId checkpoints)

    let events =
        [
            for item in items do
                match item with
                | :? EventsItem as item ->
                    match item.Frame with
                    | null -> ()
                    | frame ->
                        for row in 0 .. frame.Count - 1 do
                            EventView(frame, row).Detach()
                | :? ProcessItem as item -> writer.Add item.Record
                | _ -> ()
        ]

    for e in change events do
        writer.Add e.View

    for item in items do
        match item with
        | :? EndItem as item -> writer.Complete item.Totals
        | _ -> ()

    stream.ToArray()

/// The same with the CHECKPOINTs that were there, whose numbers are right too.
let private mended change bytes =
    let made = framesOf (rewritten false change bytes)
    let checkpoints = framesOf bytes |> List.filter isCheckpoint

    join bytes (made @ List.mapi (fun i frame -> numbered (made.Length + i) frame) checkpoints)

let private isData (found: FrameHeader, _: byte[]) = found.Type = FrameType.Data

/// The frames with the second and third frame of events replaced by others.
let private withData change (bytes: byte[]) =
    let frames = framesOf bytes
    let first = List.findIndex isData frames

    join
        bytes
        (frames[..first]
         @ change frames[first + 1] frames[first + 2]
         @ frames[first + 3 ..])

/// The same for the events of these frames.
let private withEvents
    (change: AuditEvent list -> AuditEvent list -> AuditEvent list)
    (events: AuditEvent list)
    =
    let n = frameEvents

    events[.. n - 1]
    @ change events[n .. 2 * n - 1] events[2 * n .. 3 * n - 1]
    @ events[3 * n ..]

let private edited (events: AuditEvent list) =
    events
    |> List.mapi (fun i e ->
        if i = 4 then
            AuditEvent(
                e.Name,
                e.Arguments.SetItem(0, Value.Str "/harmless"),
                Time = e.Time,
                Process = e.Process,
                Pid = e.Pid,
                Thread = e.Thread
            )
        else
            e)

let private flipped (bytes: byte[]) =
    bytes
    |> withData (fun (found, frame) third ->
        let other = Array.copy frame
        other[other.Length - 1] <- other[other.Length - 1] ^^^ 1uy
        [ found, other; third ])

let private cut (bytes: byte[]) =
    let frames = framesOf bytes
    join bytes frames[.. List.findIndex isData frames + 1]

/// What an attacker makes of a trace; the rows of the table.
let private attacks =
    [
        "edit a byte", flipped
        "edit an event, mend the rest", mended edited
        "delete a frame", withData (fun _ third -> [ third ])
        "delete a frame, mend the rest", mended (withEvents (fun _ third -> third))
        "swap two frames", withData (fun second third -> [ third; second ])
        "swap two frames, mend the rest", mended (withEvents (fun second third -> third @ second))
        "duplicate a frame", withData (fun second third -> [ second; second; third ])
        "duplicate a frame, mend the rest", mended (withEvents (fun second third -> second @ second @ third))
        "cut at the border of a frame", cut
        "cut at the border of a frame, mend the rest", mended (List.truncate 6)
        "take all CHECKPOINTs away",
        (fun bytes -> join bytes (List.filter (isCheckpoint >> not) (framesOf bytes)))
        "edit an event, hash all anew", rewritten true edited
    ]

let private verify expected (bytes: byte[]) =
    TraceVerifier.Verify(new MemoryStream(bytes), expected)

let private signed (bytes: byte[]) =
    use stream = new MemoryStream()
    stream.Write(ReadOnlySpan bytes)
    stream.Position <- 0L
    Expect.isNotNull (TraceSealer.Seal(stream, key, "ci")).Head "sealed"
    stream.ToArray()

let private headOf bytes =
    (verify (TraceExpectations()) bytes).Head

/// The columns: what is made of a packed trace, and what is expected of the true one.
let private levels: (string * bool * (byte[] -> byte[]) * (byte[] -> TraceExpectations)) list =
    [
        "checksums", false, (fun bytes -> bytes), (fun _ -> TraceExpectations())
        "tree", true, (fun bytes -> bytes), (fun _ -> TraceExpectations())
        "head", true, (fun bytes -> bytes), (fun truth -> TraceExpectations(Head = headOf truth))
        "signature", true, signed, (fun _ -> TraceExpectations(Keys = ImmutableArray.Create key))
    ]

/// Whether each level sees the attack, in the table's words.
let private seen (attack: bool -> (byte[] -> byte[]) -> byte[] * byte[]) =
    [
        for _, checkpoints, make, expected in levels ->
            let truth, forged = attack checkpoints make
            let expected = expected truth
            Expect.isEmpty (verify expected truth).Problems "the true trace is whole"

            match (verify expected forged).Verdict with
            | TraceVerdict.Whole -> "not seen"
            | _ -> "seen"
    ]

let private table =
    [
        for name, change in attacks do
            let cells =
                seen (fun checkpoints make ->
                    let truth = make (packed id checkpoints "/etc/shadow")
                    truth, change truth)

            yield name :: cells

        let old =
            seen (fun checkpoints make ->
                make (packed laterId checkpoints "/etc/shadow"), make (packed id checkpoints "/etc/4"))

        yield "put an old trace of the program in its place" :: old

        let segments =
            seen (fun checkpoints make ->
                let forged = make (packed id checkpoints "/harmless")
                forged, forged)

        yield "edit segments before they are packed" :: segments
    ]

let private document =
    let rec find (folder: DirectoryInfo) =
        let file = Path.Combine(folder.FullName, "docs/spec/trace.md")

        if File.Exists file then
            file
        else
            match folder.Parent with
            | null -> failtest "docs/spec/trace.md is not there"
            | parent -> find parent

    lazy (File.ReadAllLines(find (DirectoryInfo AppContext.BaseDirectory)))

let private cells (line: string) =
    [ for cell in line.Trim('|').Split '|' -> cell.Trim() ]

/// The rows of the table whose heading begins with that word.
let private documented =
    lazy
        (document.Value
         |> Seq.skipWhile (fun line -> not (line.StartsWith "| attack "))
         |> Seq.takeWhile (fun line -> line.StartsWith '|')
         |> Seq.map cells
         |> List.ofSeq)

[<Tests>]
let tests =
    testList
        "threats"
        [
            testCase "T49 to T56: each attack is seen, or not, where the specification says so" (fun () ->
                let heading, rows = documented.Value.Head, documented.Value.Tail.Tail
                Expect.equal heading ("attack" :: [ for name, _, _, _ in levels -> name ]) "columns"
                Expect.equal rows table "cells")
        ]

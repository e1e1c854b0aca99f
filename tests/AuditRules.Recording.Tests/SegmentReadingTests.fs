module AuditRules.Recording.Tests.SegmentReadingTests

open System
open System.IO
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Recording.Packing
open AuditRules.Recording.Segments
open AuditRules.Traces
open AuditRules.Recording.Tests.SegmentBuilder

/// One thing at a place in a hand-made segment.
type Piece =
    | Event of time: int64 * argument: string
    | Unfinished
    | BadCommit
    | BadPayload
    | UnknownName
    | UnknownRecord

let private pieces =
    gen {
        let! time = Gen.choose (1000, 1100)
        let! argument = Gen.elements [ ""; "a"; "/etc/hosts"; "ключ"; String('x', 300) ]

        return!
            Gen.frequency
                [
                    8, Gen.constant (Event(int64 time, argument))
                    1, Gen.elements [ Unfinished; BadCommit; BadPayload; UnknownName; UnknownRecord ]
                ]
    }
    |> Gen.listOf

let private toBlock piece =
    match piece with
    | Event(time, argument) -> block [ name 5L "open"; event time 5L None [ text argument ] ]
    | Unfinished -> openBlock [ event 1L 5L None [] ]
    | BadCommit -> blockWith (fun _ -> 0xA5D1FFFFu) (event 1L 5L None [])
    | BadPayload -> block [ [| 0x93uy; 1uy |] ]
    | UnknownName -> block [ event 1000L 6L None [] ]
    | UnknownRecord -> block [ array [ integer 9L ] ]

let private options =
    PackOptions(Writing = TraceWriterOptions(LeaveOpen = true), MaxSegmentBytes = 1048576)

let private pack (files: SegmentFile list) =
    use stream = new MemoryStream()
    let result = Packer.Pack(files, stream, options)
    result, Programs.read (stream.ToArray()) None

let private small =
    bytes
        { header with
            Map = [ "command", array [ text "app.py" ]; "ancestors", array [ integer 4L ] ]
        }
        [
            block
                [
                    name 0L "open"
                    code 1L "app.py" "main"
                    event 1100L 0L (Some 1L) [ text "a"; integer 5L; array [ nil; text "b" ] ]
                ]
            block
                [
                    event
                        1200L
                        0L
                        None
                        [
                            [| 0xC7uy; 2uy; 1uy; 0xEDuy; 0xA0uy |]
                            [| 0xC7uy; 5uy; 4uy; 0x93uy; 0xA1uy; 0x73uy; 1uy; 0x80uy |]
                        ]
                ]
        ]

[<Tests>]
let tests =
    testList
        "segment reading"
        [
            testTheory
                "only a segment's own spelling is its name (S6)"
                [
                    "4711-9f1c03a7725bd0e4-000000.seg", true
                    "4711-9f1c03a7725bd0e4-1000000.seg", true
                    "04711-9f1c03a7725bd0e4-000000.seg", false
                    "4711-9F1C03A7725BD0E4-000000.seg", false
                    "4711-9f1c03a7725bd0e4-0000000.seg", false
                    "4711-9f1c03a7725bd0e4-0.seg", false
                    "-4711-9f1c03a7725bd0e4-000000.seg", false
                    "4711-9f1c03a7725bd0e4-000000.seg.tmp", false
                    "99999999999-9f1c03a7725bd0e4-000000.seg", false
                    "key", false
                ]
            <| fun (fileName, isName) ->
                let mutable name = SegmentName()
                Expect.equal (SegmentName.TryParse(fileName, &name)) isName fileName

            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 300
                }
                "a segment gives the events that were put into it, in the order of their times (S20 to S27)"
                (Prop.forAll (Arb.fromGen pieces)
                 <| fun list ->
                     let _, recorded = pack [ segment header (List.map toBlock list) ]

                     let expected =
                         list
                         |> List.choose (function
                             | Event(time, argument) -> Some(time, argument)
                             | _ -> None)
                         |> List.sortBy fst
                         |> List.map (fun (time, argument) -> time + 1_000_000L, argument)

                     let actual = [ for e in recorded.Events -> e.Time, e.Arguments[0].AsText ]

                     let damaged =
                         list
                         |> List.filter (fun p -> List.contains p [ BadCommit; BadPayload; UnknownName ])

                     Expect.equal actual expected "events"

                     Expect.equal
                         (recorded.Losses |> List.sumBy (fun loss -> loss.Count))
                         (int64 damaged.Length)
                         "losses")

            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 2000
                }
                "a changed segment never throws, and never gives more events than it has room for (S39)"
                (Prop.forAll (
                    Arb.fromGen (
                        Gen.listOf (
                            Gen.zip
                                (Gen.choose (0, 4600))
                                (Gen.elements
                                    [
                                        0uy
                                        1uy
                                        7uy
                                        0x7Fuy
                                        0x80uy
                                        0x93uy
                                        0xC1uy
                                        0xC9uy
                                        0xDDuy
                                        0xDFuy
                                        0xFFuy
                                    ])
                        )
                    )
                 )
                 <| fun changes ->
                     let content = Array.copy small

                     for offset, value in changes do
                         // The first half of the changes goes to the blocks.
                         content[if offset < 2300 then 4096 + offset % 400 else offset] <- value

                     let result, recorded = pack [ fileOf (fileName header) content ]
                     Expect.isLessThanOrEqual recorded.Events.Length 64 "events"
                     Expect.equal result.Totals.Events (int64 recorded.Events.Length) "totals")

            testCase "a segment cut at any byte never throws, and gives a beginning of its events"
            <| fun () ->
                for length in 0..4700 do
                    let _, recorded = pack [ fileOf (fileName header) small[.. length - 1] ]
                    let times = [ for e in recorded.Events -> e.Time ]

                    Expect.contains
                        [ []; [ 1_001_100L ]; [ 1_001_100L; 1_001_200L ] ]
                        times
                        $"cut at {length}"

            testCase "a folder gives its segments alone: no link, no pipe, no other name (S39)"
            <| fun () ->
                let folder = Programs.temporaryFolder ()

                try
                    let real = Path.Combine(folder, fileName header)
                    File.WriteAllBytes(real, small)
                    File.WriteAllText(Path.Combine(folder, "key"), "k")
                    let linked = { header with Pid = 101 }
                    File.CreateSymbolicLink(Path.Combine(folder, fileName linked), real) |> ignore
                    let pipe = { header with Pid = 102 }
                    Programs.output "mkfifo" [ Path.Combine(folder, fileName pipe) ] |> ignore
                    let result, recorded = pack (List.ofSeq (SegmentFile.In folder))
                    Expect.equal (List.length recorded.Events) 2 "events"

                    Expect.equal
                        (List.ofSeq (Seq.map (fun (r: string) -> r.Split(':')[0]) result.Refused))
                        [ fileName pipe ]
                        "refused"
                finally
                    Directory.Delete(folder, true)
        ]

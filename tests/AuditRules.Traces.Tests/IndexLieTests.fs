module AuditRules.Traces.Tests.IndexLieTests

open System
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open AuditRules.Traces.Tests.IndexLab
open Expecto

[<Tests>]
let tests =
    testList
        "index that lies"
        [
            testList
                "T47: lies that are found and told"
                [
                    let all = TraceRange()
                    let late = TraceRange(FromOrdinal = 9L)
                    let timed = TraceRange(FromTime = at 9)
                    let single i f names frames = names, change i f frames

                    for name, range, wanted, lie in
                        [
                            "a wrong count", late, [], single 3 (fun e -> { e with Count = 1u })
                            "a wrong ordinal", late, [], single 4 (fun e -> { e with Ordinal = 9L })
                            "a frame left out", late, [], (fun names frames -> names, List.removeAt 2 frames)
                            "the last frame left out",
                            late,
                            [],
                            (fun names frames -> names, List.removeAt 5 frames)
                            "a frame twice",
                            late,
                            [],
                            (fun names frames -> names, List.insertAt 3 frames[3] frames)
                            "two frames swapped",
                            late,
                            [],
                            (fun names frames ->
                                names, frames |> List.updateAt 3 frames[4] |> List.updateAt 4 frames[3])
                            "an offset within a frame",
                            late,
                            [],
                            single 4 (fun e -> { e with Offset = e.Offset + 1L })
                            "the offset of PROCESS or META",
                            late,
                            [],
                            single 0 (fun e -> { e with Offset = 36L })
                            "an offset behind the file",
                            late,
                            [],
                            single 5 (fun e -> { e with Offset = Int64.MaxValue })
                            "an offset before the file", late, [], single 0 (fun e -> { e with Offset = -1L })
                            "a wrong sequence number",
                            late,
                            [],
                            single 4 (fun e -> { e with Sequence = e.Sequence + 1u })
                            "a first time that is later",
                            timed,
                            [],
                            single 4 (fun e -> { e with First = e.First + 1L })
                            "times that go back", timed, [], single 2 (fun e -> { e with Last = 0L })
                            "a name that the frame has, not told",
                            all,
                            [ "rare" ],
                            single 3 (fun e -> { e with Bits = [| 1uy |] })
                            "a name that the frame does not have",
                            all,
                            [ "rare" ],
                            single 2 (fun e -> { e with Bits = [| 3uy |] })
                            "too few names",
                            all,
                            [ "rare" ],
                            (fun names frames -> List.truncate 1 names, frames)
                            "names that are not sorted",
                            all,
                            [ "rare" ],
                            (fun names frames -> List.rev names, frames)
                            "more bits than names",
                            all,
                            [],
                            (fun names frames ->
                                names, frames |> List.map (fun e -> { e with Bits = [| 3uy; 0uy |] }))
                        ] ->
                        testCase name (fun () ->
                            let bytes = lying lie example
                            let events, indexed, damages = sought bytes range wanted
                            Expect.equal events (streamed example range wanted) "the events are the same"
                            Expect.equal (damages |> List.map _.Code) [ DamageCode.Index ] "it is told"
                            Expect.isFalse indexed "and not used"
                            Expect.isSome (problem bytes) "who reads all finds it too")
                ]

            testCase
                "T4 T47: a forged frame in an argument is not believed where INDEX points to it"
                (fun () ->
                    let frames = framesOf example
                    let first, length = frames[1]
                    let _, header = FrameHeader.TryRead(ReadOnlySpan(example, first, length))

                    let argument =
                        forged header example[first + FrameHeader.Length .. first + length - 1]

                    let bytes =
                        write
                            (options 2 ColumnCodec.None)
                            [
                                yield! twelve[..3]
                                (event "open" 45L [ Value.Bytes argument ])
                                yield! twelve[5..]
                            ]

                    let place = bytes.AsSpan().IndexOf(ReadOnlySpan argument)
                    Expect.isGreaterThan place 0 "the frame stands in the file as it is"

                    let lies =
                        lying
                            (fun names frames ->
                                names, frames |> change 2 (fun e -> { e with Offset = int64 place }))
                            bytes

                    let range = TraceRange(FromOrdinal = 4L, ToOrdinal = 6L)
                    let events, _, damages = sought lies range []
                    Expect.equal events (streamed bytes range []) "the true events"
                    Expect.equal (damages |> List.map _.Code) [ DamageCode.Index ] "it is told")

            testCase
                "T18 T47: a frame that INDEX leaves out is read, and not the one with its ordinals"
                (fun () ->
                    let other =
                        write
                            (options 2 ColumnCodec.Lz4)
                            (List.updateAt 4 (event "open" 40L [ Value.Int 99L ]) twelve)

                    let at, length = framesOf other |> List.item 3
                    let before, _ = framesOf example |> List.item 3

                    let inserted =
                        Array.concat
                            [ example[.. before - 1]; other[at .. at + length - 1]; example[before..] ]

                    let later =
                        [ 4 .. (framesOf inserted).Length - 1 ]
                        |> List.fold
                            (fun bytes frame ->
                                rebuild bytes frame (fun header payload ->
                                    FrameHeader(
                                        header.Type,
                                        0us,
                                        0us,
                                        header.Sequence + 1u,
                                        header.TraceId,
                                        header.EventCount,
                                        header.RawLength,
                                        0u,
                                        0u
                                    ),
                                    payload))
                            inserted

                    let lies =
                        lying
                            (fun names frames ->
                                names,
                                frames
                                |> List.mapi (fun i e ->
                                    if i < 2 then
                                        e
                                    else
                                        { e with
                                            Offset = e.Offset + int64 length
                                            Sequence = e.Sequence + 1u
                                        }))
                            later

                    let place, _ = (framesOf lies)[indexAt lies]
                    let lies = endSaying (int64 place) 12L lies
                    let range = TraceRange(FromOrdinal = 4L, ToOrdinal = 6L)
                    let events, _, damages = sought lies range []
                    Expect.equal events (streamed lies range []) "the events are the same"

                    Expect.contains
                        (events |> List.collect (fun (_, a, _, _, _, _, _, _) -> a))
                        (Value.Int 99L)
                        "those of the frame"

                    Expect.equal (damages |> List.map _.Code) [ DamageCode.Index ] "it is told")

            testList
                "T44 T47: an INDEX that breaks the format is damage"
                [
                    for name, payload in
                        [
                            "empty", ""
                            "no map", "C0"
                            "a huge map", "DFFFFFFFFF"
                            "a huge list of frames", "81A66672616D6573DDFFFFFFFF"
                            "a huge list of names", "81A56E616D6573DDFFFFFFFF"
                            "an entry of 6 items", "81A66672616D65739196000102030405"
                            "a count beyond 32 bits",
                            "81A66672616D65739197CD01000100CF0000000100000000000000C400"
                            "a float in place of an offset",
                            "81A66672616D65739197CB000000000000000001010101010101C400"
                            "bytes behind", "80C0"
                            "no frames", "80"
                        ] ->
                        testCase name (fun () ->
                            let bytes = replaced (indexAt example) (hex payload) example
                            let range = TraceRange(FromOrdinal = 3L)
                            let events, _, damages = sought bytes range []
                            Expect.equal events (streamed example range []) "events"
                            Expect.equal (damages |> List.map _.Code) [ DamageCode.Index ] "told")
                ]

            testTheory
                "T38 T47 T48: END that says a wrong place"
                [ 1L; -1L; 36L; 100L; Int64.MaxValue ]
                (fun offset ->
                    let bytes = endSaying offset 12L example
                    let range = TraceRange(FromOrdinal = 3L)
                    let events, indexed, damages = sought bytes range []
                    Expect.equal events (streamed example range []) "events"

                    Expect.equal
                        (indexed, damages |> List.map _.Code)
                        (false, [ DamageCode.Index ])
                        "told, not used")
        ]

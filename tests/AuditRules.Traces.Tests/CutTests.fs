module AuditRules.Traces.Tests.CutTests

open System
open System.Collections.Immutable
open System.IO
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto

let private three = [ for i in 0L .. 2L -> event "open" i [ Value.Int i ] ]

let private written (meta: TraceMeta) totals =
    use stream = new MemoryStream()

    using (new TraceWriter(stream, meta, options 2 ColumnCodec.Lz4)) (fun writer ->
        for e in three do
            writer.Add e.View

        writer.Complete totals)

    stream.ToArray()

let private cut (bytes: byte[]) range =
    use output = new MemoryStream()
    let result = TraceCut.Run(new MemoryStream(bytes), output, range)
    result, output.ToArray()

let private second = TraceRange(FromOrdinal = 1L, ToOrdinal = 2L)

[<Tests>]
let tests =
    testList
        "cutting traces"
        [
            testCase "C50 C85 T38: lost is what the recorder lost, not what is left out" (fun () ->
                for lost, expected in [ 5L, 5L; 0L, 0L; -4L, 0L; Int64.MaxValue, Int64.MaxValue / 2L ] do
                    let result, made = cut (written meta (TraceTotals(0L, 1, 9L, 3L, lost))) second
                    Expect.equal (result.Events, result.Left, result.Problem) (1L, 2L, null) "cut"

                    let ends =
                        fst (read made)
                        |> List.choose (function
                            | :? EndItem as item -> Some item.Totals
                            | _ -> None)

                    Expect.equal ends [ TraceTotals(1L, 1, 9L, 3L, expected) ] $"END of {lost}")

            testCase "C85 T35: a META without room to say that it was cut is refused" (fun () ->
                let long count =
                    let meta = TraceMeta(Exclude = ImmutableArray.Create(String('a', count)))
                    written meta totals

                let length = snd (framesOf (long 8_000_000)).Head - FrameHeader.Length
                let fits = long (8_000_000 + TraceFormat.MaxRawLength - length)
                Expect.isEmpty (damageOf (fst (read fits))) "it is a trace"

                let refused =
                    Expect.throwsT<TraceFormatException>(fun () -> cut fits second |> ignore)

                refused "no room")
        ]

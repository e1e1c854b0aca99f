module AuditRules.Traces.Tests.PackedMetaTests

open System
open System.Collections.Immutable
open System.IO
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open AuditRules.Traces.Tests.PackingLab
open Expecto

[<Tests>]
let tests =
    testList
        "packing METAs"
        [
            testCase "T61: META says what it was made of, and what all say alike" (fun () ->
                let withMeta number (meta: TraceMeta) =
                    use stream = new MemoryStream()

                    using
                        (new TraceWriter(
                            stream,
                            meta,
                            TraceWriterOptions(TraceId = id number, LeaveOpen = true)
                        ))
                        (fun w -> w.Complete(TraceTotals(0L, 0, -1L, 5L, 0L)))

                    stream.ToArray()

                let texts (items: string list) = ImmutableArray.CreateRange items

                let one =
                    TraceMeta(
                        Recorder = "auditrules-native",
                        Runtime = "CPython",
                        RuntimeVersion = "3.11",
                        Command = texts [ "a" ],
                        Pid = 7,
                        WallClock = 50L,
                        MonotonicClock = 5L,
                        Include = texts [ "x"; "y" ],
                        Exclude = texts [ "e" ],
                        Drop = texts [ "d" ],
                        Redacted = true,
                        Callers = true,
                        RunId = "r",
                        Commit = "c",
                        Boot = boot,
                        Host = "h",
                        User = "ada",
                        Directory = "/a"
                    )

                let two =
                    TraceMeta(
                        Recorder = "auditrules-python",
                        Runtime = "CPython",
                        RuntimeVersion = "3.12",
                        Command = texts [ "b" ],
                        Pid = 7,
                        Include = texts [ "y"; "z" ],
                        Exclude = texts [ "f" ],
                        Drop = texts [ "d" ],
                        Redacted = false,
                        Callers = true,
                        RunId = "s",
                        Commit = "c",
                        Boot = boot,
                        Host = "h",
                        User = "bob"
                    )

                let made, _, _ = pack [ withMeta 1 one; withMeta 2 two ]
                let meta = metaOf (fst (read made))

                Expect.equal
                    (meta.Recorder, meta.Runtime, meta.RuntimeVersion)
                    ("auditrules-native, auditrules-python", "CPython", "3.11, 3.12")
                    "texts"

                Expect.equal (meta.Host, meta.User, meta.Directory) ("h", "ada, bob", "/a") "who and where"

                Expect.equal
                    (List.ofSeq meta.Command, meta.Pid, meta.RunId, meta.Commit, meta.Boot)
                    ([], 7, "", "c", boot)
                    "what differs is left out"

                Expect.equal (meta.WallClock, meta.MonotonicClock) (50L, 5L) "the first one's clock"

                Expect.equal
                    (List.ofSeq meta.Include, List.ofSeq meta.Exclude, List.ofSeq meta.Drop)
                    ([ "y" ], [ "e"; "f" ], [ "d" ])
                    "filters that hold for all"

                Expect.equal (meta.Redacted, meta.Callers) (false, true) "both or none"
                Expect.equal meta.Derived "pack" "derived"

                Expect.sequenceEqual
                    meta.Sources
                    [ "00000000000000000000000000000001"; "00000000000000000000000000000002" ]
                    "sources"

                let unseen = TraceMeta(Recorder = "auditrules-native", Runtime = "", Boot = boot)

                let made, _, _ = pack [ withMeta 1 one; withMeta 2 unseen ]
                Expect.equal (metaOf (fst (read made))).Runtime "" "one of them saw nothing")

            testCase "C59: traces whose times cannot be compared, or that are one, are refused" (fun () ->
                let withBoot number boot =
                    use stream = new MemoryStream()

                    using
                        (new TraceWriter(
                            stream,
                            TraceMeta(Boot = boot),
                            TraceWriterOptions(TraceId = id number, LeaveOpen = true)
                        ))
                        (fun w -> w.Complete totals)

                    stream.ToArray()

                let problem traces =
                    match TracePacker.Check(look traces) with
                    | null -> None
                    | p -> Some(p.Source, p.Other, p.Kind)

                Expect.equal (problem [ withBoot 1 "a"; withBoot 2 "a" ]) None "one boot"

                Expect.equal
                    (problem [ withBoot 1 "a"; withBoot 2 "a"; withBoot 3 "b" ])
                    (Some(2, 0, PackProblemKind.OtherBoot))
                    "another boot"

                Expect.equal
                    (problem [ withBoot 1 "a"; withBoot 2 "" ])
                    (Some(1, 0, PackProblemKind.BootNotKnown))
                    "not known"

                Expect.equal (problem [ withBoot 1 "" ]) None "one alone"

                Expect.equal
                    (problem [ withBoot 1 "a"; withBoot 2 "a"; withBoot 1 "a" ])
                    (Some(2, 0, PackProblemKind.SameTrace))
                    "twice"

                let far number =
                    trace number 0L 2 (addAll [ at 1L Int32.MaxValue "a" ]) true

                Expect.equal (problem [ far 1 ]) None "any ordinal"
                Expect.equal (problem [ far 1; far 2 ]) (Some(1, 0, PackProblemKind.TooManyProcesses)) "both")

            testCase "C59: traces whose METAs do not fit one are refused" (fun () ->
                let large number =
                    use stream = new MemoryStream()
                    let exclude = ImmutableArray.Create(String(char (96 + number), 4_500_000))

                    using
                        (new TraceWriter(
                            stream,
                            TraceMeta(Boot = boot, Exclude = exclude),
                            TraceWriterOptions(TraceId = id number, LeaveOpen = true)
                        ))
                        (fun w -> w.Complete totals)

                    stream.ToArray()

                let kind traces =
                    match TracePacker.Check(look traces) with
                    | null -> None
                    | p -> Some p.Kind

                Expect.equal (kind [ large 1 ]) None "one"
                Expect.equal (kind [ large 1; large 2 ]) (Some PackProblemKind.MetaTooLarge) "two")
        ]

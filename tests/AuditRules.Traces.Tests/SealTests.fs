/// Section 9: CHECKPOINTs, keys, and how a trace is sealed.
module AuditRules.Traces.Tests.SealTests

open System
open System.Collections.Immutable
open System.IO
open System.Security.Cryptography
open System.Text
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open AuditRules.Traces.Tests.SealLab
open Expecto

[<Tests>]
let tests =
    testList
        "seal"
        [
            testCase
                "T50 T51: a CHECKPOINT says origin, number of leaves and root of all before it"
                (fun () ->
                    let leaves = leavesOf small
                    let root = rootText (List.truncate 7 leaves)

                    let body = $"auditrules.trace/0123456789abcdef0123456789abcdef\n7\n{root}\n"
                    Expect.equal leaves.Length 8 "preamble and 7 frames"

                    Expect.equal
                        (Convert.ToHexString(payloadAt 6 small))
                        ("81A4626F6479D961" + Convert.ToHexString(Encoding.ASCII.GetBytes body))
                        "payload")

            testCase "T52: a CHECKPOINT stands behind END and behind every 64 DATA frames" (fun () ->
                let bytes = write (sealedOptions 1) (events 130)

                let types =
                    [
                        for at, length in framesOf bytes do
                            match FrameHeader.TryRead(ReadOnlySpan(bytes, at, length)) with
                            | true, header -> int header.Type
                            | _ -> failtest "no frame"
                    ]

                let expected =
                    1 :: List.replicate 64 2
                    @ [ 0x81 ]
                    @ List.replicate 64 2
                    @ [ 0x81; 2; 2; 0x80; 5; 0x81 ]

                Expect.equal types expected "types"
                Expect.equal (verify bytes).Verdict TraceVerdict.Whole "all of them hold")

            testCase "T52: a trace whose writer died is sealed up to its last CHECKPOINT" (fun () ->
                let bytes = write (sealedOptions 1) (events 70) |> upTo 68
                let found = verify bytes
                Expect.equal (codesOf found) [ "NotClosed" ] "only that"
                Expect.equal found.Verdict TraceVerdict.Damaged "verdict"
                Expect.equal (found.Sealed, (headOf found).Leaves) (false, 66L) "head"
                // A byte in what the head covers.
                let broken = withPayload 3 [| 0x80uy |] bytes
                Expect.contains (codesOf (verify broken)) "Checkpoint" "seen"
                // With the CHECKPOINT as its last frame it is no more closed.
                let found = verify (write (sealedOptions 1) (events 70) |> upTo 66)
                Expect.equal (found.Sealed, found.Verdict) (false, TraceVerdict.Damaged) "not sealed")

            testCase "T56: damage alone is no tampering, wherever the CHECKPOINTs are" (fun () ->
                let bytes = write (sealedOptions 1) (events 70)

                for frame in [ 3; frameCount bytes - 1 ] do
                    let at, _ = List.item frame (framesOf bytes)
                    let broken = Array.copy bytes
                    broken[at + FrameHeader.Length + 3] <- broken[at + FrameHeader.Length + 3] ^^^ 1uy
                    let found = verify broken
                    Expect.equal (codesOf found) [ "Payload" ] $"frame {frame}"
                    Expect.equal (found.Verdict, found.Sealed) (TraceVerdict.Damaged, false) $"frame {frame}")

            testCase "T11: frames of types from 0x80 may stand behind END, others are damage" (fun () ->
                let items, closed = read signed
                Expect.isEmpty (damageOf items) "damage"
                Expect.isTrue closed "closed"
                let end' = frameAt 5 small

                let again =
                    rebuild (Array.append small end') 7 (fun h p ->
                        FrameHeader(h.Type, 0us, 0us, 7u, h.TraceId, 0u, h.RawLength, 0u, 0u), p)

                let items, _ = read again

                Expect.equal
                    [ for d in damageOf items -> d.Code, d.Offset ]
                    [ DamageCode.AfterEnd, int64 small.Length ]
                    "an END behind END"

                // Nobody damages a trace to a whole frame behind the CHECKPOINT that seals it.
                Expect.equal (codesOf (verify again)) [ "AfterEnd"; "Unsealed" ] "the verifier says more"
                Expect.equal (verify again).Verdict TraceVerdict.Tampered "verdict")

            testCase "T49 to T55: what the writer writes is whole, sealed and has its head" (fun () ->
                let found = verify small
                Expect.isEmpty found.Problems "problems"
                Expect.equal found.Verdict TraceVerdict.Whole "verdict"

                Expect.equal
                    (found.Closed, found.Sealed, found.Frames, found.Events)
                    (true, true, 7L, 12L)
                    "facts"

                let root = MerkleTests.reference (List.truncate 7 (leavesOf small))
                Expect.equal (string found.Head) $"7:{Convert.ToHexStringLower root}" "head")

            testCase "T50: an older trace without CHECKPOINTs is whole and not sealed" (fun () ->
                let found = verify (write (options 4 ColumnCodec.Lz4) (events 12))
                Expect.equal (found.Verdict, found.Sealed, found.Head) (TraceVerdict.Whole, false, null) "")

            testCase "T54: sealing appends one frame and changes no byte before it" (fun () ->
                Expect.sequenceEqual signed[.. small.Length - 1] small "what was there"
                Expect.equal (frameCount signed) 8 "one more"
                let found = verifyWith (expectKey key) signed
                Expect.isEmpty found.Problems "problems"

                Expect.equal
                    (List.ofSeq found.Signatures)
                    [ TraceSignature("ci", Nullable true) ]
                    "signatures"

                Expect.equal (headOf found).Leaves 8L "the new head covers the old CHECKPOINT")

            testCase "T54: a trace can be sealed by several keys" (fun () ->
                let twice = sealWith other "release" signed
                let both = TraceExpectations(Keys = ImmutableArray.Create(key, other))
                let found = verifyWith both twice
                Expect.isEmpty found.Problems "problems"
                let names = [ for s in found.Signatures -> s.Name, s.IsValid ]
                Expect.equal names [ "ci", Nullable true; "release", Nullable true ] "signatures"
                Expect.equal (codesOf (verifyWith both signed)) [ "NotSigned" ] "each of them is expected")

            testCase "T54: a trace that is damaged, tampered with or not closed is not sealed" (fun () ->
                let flipped = Array.copy small
                flipped[200] <- flipped[200] ^^^ 1uy

                for bytes in [ flipped; upTo 5 small; withPayload 6 (bodyPayload "x\n1\ny\n") small ] do
                    use stream = new MemoryStream()
                    stream.Write(ReadOnlySpan bytes)
                    stream.Position <- 0L
                    let result = TraceSealer.Seal(stream, key, "ci")
                    Expect.isNull result.Head "not sealed"
                    Expect.notEqual result.Found.Verdict TraceVerdict.Whole "why"
                    Expect.sequenceEqual (stream.ToArray()) bytes "as it was")

            testCase "T54: a CHECKPOINT that cannot be written whole is taken away again" (fun () ->
                use stream = new FullDisk(small.Length + 100)
                stream.Write(ReadOnlySpan small)
                stream.Position <- 0L

                Expect.throwsT<IOException>
                    (fun () -> TraceSealer.Seal(stream, key, "ci") |> ignore)
                    "the disk is full"

                Expect.sequenceEqual (stream.ToArray()) small "as it was")
        ]

/// Section 9: what a verifier says of a trace that is not as it was written (T56).
module AuditRules.Traces.Tests.TamperTests

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
        "seal: tampering"
        [
            testTheory
                "T56: a CHECKPOINT that is not true of the bytes before it is tampering"
                [
                    "another origin",
                    (fun (root: string) -> $"auditrules.trace/00000000000000000000000000000000\n7\n{root}\n")
                    "another number",
                    (fun root -> $"auditrules.trace/0123456789abcdef0123456789abcdef\n5\n{root}\n")
                    "a leading zero",
                    (fun root -> $"auditrules.trace/0123456789abcdef0123456789abcdef\n07\n{root}\n")
                    "another root",
                    (fun root -> $"auditrules.trace/0123456789abcdef0123456789abcdef\n7\n{rootText []}\n")
                    "a root of 31 bytes",
                    (fun _ ->
                        $"auditrules.trace/0123456789abcdef0123456789abcdef\n7\n{Convert.ToBase64String(Array.zeroCreate 31)}\n")
                    "a space in the root",
                    (fun root ->
                        let spaced = root.Insert(4, " ")
                        $"auditrules.trace/0123456789abcdef0123456789abcdef\n7\n{spaced}\n")
                    "no LF at the end",
                    (fun root -> $"auditrules.trace/0123456789abcdef0123456789abcdef\n7\n{root}")
                    "two lines", (fun _ -> "auditrules.trace/0123456789abcdef0123456789abcdef\n7\n")
                    "nothing", (fun _ -> "")
                ]
                (fun (_, body) ->
                    let root = rootText (List.truncate 7 (leavesOf small))
                    let found = verify (withPayload 6 (bodyPayload (body root)) small)
                    Expect.equal (codesOf found) [ "Checkpoint" ] "code"
                    Expect.equal found.Verdict TraceVerdict.Tampered "verdict"
                    Expect.equal (found.Sealed, found.Head) (false, null) "not sealed")

            testCase "T51: further lines of the body are ignored" (fun () ->
                let root = rootText (List.truncate 7 (leavesOf small))
                let body = $"auditrules.trace/0123456789abcdef0123456789abcdef\n7\n{root}\nmore\n"
                let found = verify (withPayload 6 (bodyPayload body) small)
                Expect.equal (found.Verdict, found.Sealed) (TraceVerdict.Whole, true) "")

            testCase "T50: a CHECKPOINT of more than 64 signatures breaks the format" (fun () ->
                let body = payloadAt 6 small

                let payload count =
                    Array.concat
                        [
                            [| 0x82uy |]
                            body[1..]
                            hex "AA7369676E617475726573"
                            hex "DC"
                            [| 0uy; byte count |]
                            Array.create count 0xA0uy
                        ]

                Expect.equal (verify (withPayload 6 (payload 64) small)).Verdict TraceVerdict.Whole "64"
                Expect.equal (codesOf (verify (withPayload 6 (payload 65) small))) [ "Malformed" ] "65")

            testCase "T56: a frame behind the last CHECKPOINT of a closed trace is tampering" (fun () ->
                // The last CHECKPOINT is gone, and there is an earlier one.
                let bytes = write (sealedOptions 1) (events 70)
                let found = verify (upTo (frameCount bytes - 1) bytes)
                Expect.equal (codesOf found) [ "Unsealed" ] "code"
                Expect.equal found.Verdict TraceVerdict.Tampered "verdict")

            testCase
                "T56: nothing but CHECKPOINTs may follow the first one behind END, for no signature is of the rest"
                (fun () ->
                    let added = checkpointed (append 0x82uy "new"B signed)
                    let found = verifyWith (expectKey key) added

                    Expect.equal
                        (codesOf found)
                        [ "Unsealed"; "NoSeal"; "NotSigned" ]
                        "a new CHECKPOINT is no help"

                    Expect.equal (codesOf (verify added)) [ "Unsealed" ] "without the key"
                    Expect.equal found.Sealed false "not sealed"
                    let at, _ = List.item 8 (framesOf added)
                    Expect.equal found.Problems[0].Offset (int64 at) "where")

            testCase "T56: a frame between END and the CHECKPOINT behind it is sealed as any other" (fun () ->
                let bytes = upTo 6 small |> append 0x82uy "new"B |> sealWith key "ci"
                let found = verifyWith (expectKey key) bytes
                Expect.equal (found.Verdict, found.Sealed) (TraceVerdict.Whole, true) "")

            testCase
                "T56: of very many problems and signatures the first are listed, and the verdict is of all"
                (fun () ->
                    let many payload =
                        Array.init 1200 (fun _ -> payload)
                        |> Array.fold (fun b p -> append 0x81uy p b) small

                    let broken = many [| 0xC1uy |]
                    let found = verify broken

                    Expect.equal
                        (found.Problems.Length, found.FurtherProblems)
                        (1000, 200L)
                        "listed, and not"

                    Expect.equal found.Verdict TraceVerdict.Damaged "malformed"
                    // The first that is tampering comes behind them.
                    let found = verify (append 0x81uy [| 0x80uy |] broken)

                    Expect.equal
                        (found.Problems.Length, found.FurtherProblems)
                        (1001, 200L)
                        "and the first tampering"

                    Expect.equal found.Verdict TraceVerdict.Tampered "empty"

                    let signatures =
                        Array.append
                            (hex "82A4626F6479A0AA7369676E617475726573DC0040")
                            (Array.create 64 0xA0uy)

                    let found =
                        verify (
                            List.fold (fun b p -> append 0x81uy p b) small (List.replicate 20 signatures)
                        )

                    Expect.equal found.Signatures.Length 1000 "of 1,280")

            testCase "T56: a signature by the expected key that does not verify is tampering" (fun () ->
                let text = Encoding.UTF8.GetString(payloadAt 7 signed)
                let line = text[text.IndexOf "\u2014 ci " ..]
                let at = signed.AsSpan().IndexOf(ReadOnlySpan(Encoding.UTF8.GetBytes line)) + 40
                let index = frameCount signed - 1
                let start, _ = List.item index (framesOf signed)

                let forged =
                    rebuild signed index (fun h p ->
                        let changed = Array.copy p
                        let place = at - start - FrameHeader.Length
                        changed[place] <- if changed[place] = byte 'A' then byte 'B' else byte 'A'
                        h, changed)

                let found = verifyWith (expectKey key) forged
                Expect.equal (codesOf found) [ "Signature"; "NotSigned" ] "codes"
                Expect.equal [ for s in found.Signatures -> s.IsValid ] [ Nullable false ] "signatures"
                // Nobody who does not know the key can tell.
                Expect.equal (verify forged).Verdict TraceVerdict.Whole "without the key")

            testCase
                "T56: the signatures of other keys are ignored, and are none of the expected key"
                (fun () ->
                    let found = verifyWith (expectKey other) signed
                    Expect.equal (codesOf found) [ "NotSigned" ] "code"

                    Expect.equal
                        [ for s in found.Signatures -> s.Name, s.IsValid ]
                        [ "ci", Nullable() ]
                        "signatures")

            testCase "T56: a signature over another trace's CHECKPOINT does not count" (fun () ->
                let elsewhere = write (sealedOptions 4) (events 11) |> sealWith key "ci"
                let mixed = Array.append small (frameAt (frameCount elsewhere - 1) elsewhere)
                let found = verifyWith (expectKey key) mixed
                Expect.equal (codesOf found) [ "Checkpoint"; "NoSeal"; "NotSigned" ] "codes"
                Expect.equal [ for s in found.Signatures -> s.IsValid ] [ Nullable false ] "not valid here")

            testCase
                "T56: a signature counts only on a CHECKPOINT that holds and stands behind END"
                (fun () ->
                    let elsewhere = write (sealedOptions 4) (events 11) |> sealWith key "ci"

                    let mixed =
                        checkpointed (Array.append small (frameAt (frameCount elsewhere - 1) elsewhere))

                    Expect.equal
                        (codesOf (verifyWith (expectKey key) mixed))
                        [ "Checkpoint"; "NotSigned" ]
                        "on one that does not hold"

                    // One before END says nothing of what came behind it.
                    let part = upTo 2 small
                    let unsigned = (checkpointed part)[part.Length + FrameHeader.Length ..]
                    let body = Encoding.UTF8.GetString unsigned[8..]
                    let line = Encoding.UTF8.GetBytes(string (key.Sign("ci", body)))

                    let payload =
                        Array.concat
                            [
                                [| 0x82uy |]
                                unsigned[1..]
                                hex "AA7369676E61747572657391D9"
                                [| byte line.Length |]
                                line
                            ]

                    let early =
                        part
                        |> append 0x81uy payload
                        |> append 5uy (hex "81A66576656E747304")
                        |> checkpointed

                    let found = verifyWith (expectKey key) early
                    Expect.equal (codesOf found) [ "NotSigned" ] "on one before END"

                    Expect.equal
                        [ for s in found.Signatures -> s.IsValid ]
                        [ Nullable true ]
                        "though it is valid")

            testCase "T56: where a seal is expected and none is there, it is missing" (fun () ->
                let bare = upTo 6 small
                Expect.equal (verify bare).Verdict TraceVerdict.Whole "nothing is expected"
                let head = (verify small).Head
                let codes expected = codesOf (verifyWith expected bare)
                Expect.equal (codes (TraceExpectations(Seal = true))) [ "NoSeal" ] "a seal"
                Expect.equal (codes (expectKey key)) [ "NoSeal"; "NotSigned" ] "a key"
                Expect.equal (codes (expectHead head)) [ "NoSeal" ] "a head: its bytes are there")

            testCase "T55 T56: the head of the recording holds when CHECKPOINTs are added" (fun () ->
                let head = (verify small).Head
                Expect.isEmpty (verifyWith (expectHead head) small).Problems "itself"
                Expect.isEmpty (verifyWith (expectHead head) signed).Problems "sealed"
                let later = (verify signed).Head
                Expect.isEmpty (verifyWith (expectHead later) signed).Problems "the sealed one's"
                // It is of all that stands before the signature, not of the signature.
                Expect.isEmpty (verifyWith (expectHead later) small).Problems "without the signature")

            testCase "T56: a head of fewer leaves does not hold where more than CHECKPOINTs follow" (fun () ->
                let part = MerkleTests.reference (List.truncate 4 (leavesOf small))
                let head = TraceHead(4L, Convert.ToHexStringLower part)
                Expect.equal (codesOf (verifyWith (expectHead head) small)) [ "Head" ] "")

            testCase "T56: a head without END does not hold, for END follows" (fun () ->
                let part = MerkleTests.reference (List.truncate 6 (leavesOf small))
                let head = TraceHead(6L, Convert.ToHexStringLower part)
                Expect.equal (codesOf (verifyWith (expectHead head) small)) [ "Head" ] "")

            testCase "C81 T56: damage behind the seal breaks it, and the expected head" (fun () ->
                for bytes, code in
                    [
                        Array.append small [| 0uy |], "AfterEnd"
                        append 0x81uy [| 0xC1uy |] small, "Malformed"
                    ] do
                    let found = verify bytes
                    Expect.equal (codesOf found) [ code ] "code"
                    Expect.equal (found.Verdict, found.Sealed) (TraceVerdict.Damaged, false) code

                let head = expectHead (verify small).Head
                let found = verifyWith head (Array.append small [| 0uy |])
                Expect.equal (codesOf found) [ "AfterEnd"; "NoSeal"; "Head" ] "the head")

            testCase "T56: another root, or more leaves than there are, is another trace" (fun () ->
                let head = headOf (verify small)
                let root = TraceHead(head.Leaves, String('0', 64))
                Expect.equal (codesOf (verifyWith (expectHead root) small)) [ "Head" ] "root"
                let more = TraceHead(99L, head.Root)
                Expect.equal (codesOf (verifyWith (expectHead more) small)) [ "Head" ] "leaves")

            testCase
                "T56: every flipped bit of a sealed trace is found, and makes another head where one is expected"
                (fun () ->
                    let expected = expectHead (verify signed).Head

                    for at in 0 .. signed.Length - 1 do
                        let bytes = Array.copy signed
                        bytes[at] <- bytes[at] ^^^ (1uy <<< (at % 8))

                        // The frame behind the head is vouched for by nothing but its checksums.
                        let covered = at < signed.Length - (frameAt 7 signed).Length

                        try
                            Expect.notEqual (verify bytes).Verdict TraceVerdict.Whole $"byte {at}"

                            if covered then
                                let found = verifyWith expected bytes
                                Expect.contains (codesOf found) "Head" $"byte {at}, head expected"

                                Expect.isTrue
                                    (found.Verdict >= TraceVerdict.NotAsExpected)
                                    $"byte {at}: {found.Verdict}"
                        with :? TraceFormatException ->
                            Expect.isLessThan at 20 "only the preamble can make the whole unreadable")

            testTheory
                "T55: a head has one form"
                [
                    "", false
                    "6", false
                    "6:", false
                    "0:" + String('a', 64), false
                    "06:" + String('a', 64), false
                    "-1:" + String('a', 64), false
                    "6:" + String('A', 64), false
                    "6:" + String('a', 63), false
                    "6:" + String('a', 65), false
                    "6:" + String('g', 64), false
                    " 6:" + String('a', 64), false
                    ":" + String('a', 64), false
                    "99999999999999999999:" + String('a', 64), false
                    "6:" + String('a', 64), true
                ]
                (fun (text, isHead) ->
                    match TraceHead.Parse text with
                    | null -> Expect.isFalse isHead text
                    | head -> Expect.equal (isHead, string head) (true, text) "as it was")

            testTheory
                "T53: a key's name"
                [
                    "", false
                    "a b", false
                    "a+b", false
                    "a\u00a0b", false
                    "a\tb", false
                    "ci.example/1", true
                ]
                (fun (name, isName) -> Expect.equal (SealKey.IsName name) isName "")

            testCase "T53: a key that spells out its curve is refused, whatever the curve" (fun () ->
                let refused =
                    Expect.throwsT<SealKeyException>(fun () -> SealKey.Read explicitKey |> ignore)

                refused "no crash")

            testCase "T53: a signature line is an em dash, a name, and key id and DER in base64" (fun () ->
                let line = key.Sign("ci", "body\n")
                let text = string line
                Expect.stringStarts text "\u2014 ci " "start"
                let bytes = Convert.FromBase64String(text.Substring 5)
                let info = (SealKey.Read(key.PublicPem())).PublicPem()
                use ecdsa = ECDsa.Create()
                ecdsa.ImportFromPem info
                let id = SHA256.HashData(ecdsa.ExportSubjectPublicKeyInfo())[..3]
                Expect.equal bytes[..3] id "key id"

                Expect.isTrue
                    (ecdsa.VerifyData(
                        "body\n"B,
                        bytes[4..],
                        HashAlgorithmName.SHA256,
                        DSASignatureFormat.Rfc3279DerSequence
                    ))
                    "signature")
        ]

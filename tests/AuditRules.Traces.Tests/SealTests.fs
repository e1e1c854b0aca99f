/// Section 9: CHECKPOINTs, signatures, and what a verifier says.
module AuditRules.Traces.Tests.SealTests

open System
open System.Collections.Immutable
open System.IO
open System.Security.Cryptography
open System.Text
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto

/// A disk of that many bytes.
type private FullDisk(size: int) =
    inherit MemoryStream()

    override stream.Write(buffer: ReadOnlySpan<byte>) =
        let room = size - int stream.Position
        base.Write(buffer.Slice(0, min room buffer.Length))

        if buffer.Length > room then
            raise (IOException "No space left on device")

let private sealedOptions frameEvents =
    TraceWriterOptions(
        FrameEvents = frameEvents,
        TraceId =
            Nullable(UInt128.Parse("0123456789abcdef0123456789abcdef", Globalization.NumberStyles.HexNumber)),
        LeaveOpen = true
    )

let private events count =
    [
        for i in 0 .. count - 1 ->
            event "open" (int64 i * 1000L) [ Value.Str $"/etc/{i}"; Value.Int(int64 i) ]
    ]

/// Preamble, META, 3 DATA, INDEX, END, CHECKPOINT.
let private small = write (sealedOptions 4) (events 12)

let private verifyWith (expected: TraceExpectations) (bytes: byte[]) =
    TraceVerifier.Verify(new MemoryStream(bytes), expected)

let private verify bytes = verifyWith (TraceExpectations()) bytes

let private expectHead head = TraceExpectations(Head = head)

let private expectKey (key: SealKey) =
    TraceExpectations(Keys = ImmutableArray.Create key)

let private codesOf (found: TraceVerification) = [ for p in found.Problems -> p.Code ]

let private headOf (found: TraceVerification) =
    match found.Head with
    | null -> failtest "there is no head"
    | head -> head

let private key = SealKey.Create()
let private other = SealKey.Create()

let private sealWith key name (bytes: byte[]) =
    use stream = new MemoryStream()
    stream.Write bytes
    stream.Position <- 0L
    let result = TraceSealer.Seal(stream, key, name)
    Expect.isNotNull result.Head "it was sealed"
    stream.ToArray()

let private signed = sealWith key "ci" small

/// The leaves as the file has them.
let private leavesOf (bytes: byte[]) =
    bytes[..35]
    :: [ for at, length in framesOf bytes -> bytes[at .. at + length - 1] ]

let private frameCount bytes = (framesOf bytes).Length

let private upTo frame (bytes: byte[]) =
    let at, _ = List.item frame (framesOf bytes)
    bytes[.. at - 1]

let private frameAt index (bytes: byte[]) =
    let at, length = List.item index (framesOf bytes)
    bytes[at .. at + length - 1]

let private payloadAt index bytes =
    (frameAt index bytes)[FrameHeader.Length ..]

let private withPayload index (payload: byte[]) bytes =
    rebuild bytes index (fun h _ ->
        FrameHeader(h.Type, 0us, 0us, h.Sequence, h.TraceId, 0u, uint32 payload.Length, 0u, 0u), payload)

/// The trace with one more frame behind it.
let private append (kind: byte) (payload: byte[]) (bytes: byte[]) =
    let sequence = uint32 (frameCount bytes)
    let head = Array.zeroCreate FrameHeader.Length
    let length = uint32 payload.Length
    let id = (sealedOptions 4).TraceId.Value
    let kind: FrameType = LanguagePrimitives.EnumOfValue kind

    FrameHeader(kind, 0us, 0us, sequence, id, 0u, length, length, Crc32C.Compute(ReadOnlySpan payload))
        .Write(Span head)

    Array.concat [ bytes; head; payload ]

/// A CHECKPOINT's payload with that body.
let private bodyPayload (body: string) =
    let text = Encoding.UTF8.GetBytes body
    Array.concat [ [| 0x81uy |]; hex "A4626F6479"; [| 0xd9uy; byte text.Length |]; text ]

let private rootText leaves =
    Convert.ToBase64String(MerkleTests.reference leaves)

/// The trace with a CHECKPOINT, true and not signed, behind it.
let private checkpointed bytes =
    let leaves = leavesOf bytes

    let body =
        $"auditrules.trace/0123456789abcdef0123456789abcdef\n{leaves.Length}\n{rootText leaves}\n"

    append 0x81uy (bodyPayload body) bytes

/// A key on P-256 whose curve is spelt out, as `openssl ecparam -param_enc explicit` makes it.
let private explicitKey =
    """-----BEGIN PUBLIC KEY-----
MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABFRAdrSJBlq4BQIhOM8Fp4Xc
DWKx+bYolEGahKoEeaW1LaFWg5CCYk9iw5KEbOqs8U0B84l3+KsIyp21ShYuNrU=
-----END PUBLIC KEY-----
"""

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
                "T56: every flipped bit of a sealed trace is found, and is tampering where the head is expected"
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
                                Expect.equal
                                    (verifyWith expected bytes).Verdict
                                    TraceVerdict.Tampered
                                    $"byte {at}, head expected"
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

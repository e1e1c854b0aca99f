/// Sealed traces for tests: made, changed, and what a verifier says of them.
module AuditRules.Traces.Tests.SealLab

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
type FullDisk(size: int) =
    inherit MemoryStream()

    override stream.Write(buffer: ReadOnlySpan<byte>) =
        let room = size - int stream.Position
        base.Write(buffer.Slice(0, min room buffer.Length))

        if buffer.Length > room then
            raise (IOException "No space left on device")

let sealedOptions frameEvents =
    TraceWriterOptions(
        FrameEvents = frameEvents,
        TraceId =
            Nullable(UInt128.Parse("0123456789abcdef0123456789abcdef", Globalization.NumberStyles.HexNumber)),
        LeaveOpen = true
    )

let events count =
    [
        for i in 0 .. count - 1 ->
            event "open" (int64 i * 1000L) [ Value.Str $"/etc/{i}"; Value.Int(int64 i) ]
    ]

/// Preamble, META, 3 DATA, INDEX, END, CHECKPOINT.
let small = write (sealedOptions 4) (events 12)

let verifyWith (expected: TraceExpectations) (bytes: byte[]) =
    TraceVerifier.Verify(new MemoryStream(bytes), expected)

let verify bytes = verifyWith (TraceExpectations()) bytes

let expectHead head = TraceExpectations(Head = head)

let expectKey (key: SealKey) =
    TraceExpectations(Keys = ImmutableArray.Create key)

let codesOf (found: TraceVerification) = [ for p in found.Problems -> p.Code ]

let headOf (found: TraceVerification) =
    match found.Head with
    | null -> failtest "there is no head"
    | head -> head

let key = SealKey.Create()
let other = SealKey.Create()

let sealWith key name (bytes: byte[]) =
    use stream = new MemoryStream()
    stream.Write bytes
    stream.Position <- 0L
    let result = TraceSealer.Seal(stream, key, name)
    Expect.isNotNull result.Head "it was sealed"
    stream.ToArray()

let signed = sealWith key "ci" small

/// The leaves as the file has them.
let leavesOf (bytes: byte[]) =
    bytes[..35]
    :: [ for at, length in framesOf bytes -> bytes[at .. at + length - 1] ]

let frameCount bytes = (framesOf bytes).Length

let upTo frame (bytes: byte[]) =
    let at, _ = List.item frame (framesOf bytes)
    bytes[.. at - 1]

let frameAt index (bytes: byte[]) =
    let at, length = List.item index (framesOf bytes)
    bytes[at .. at + length - 1]

let payloadAt index bytes =
    (frameAt index bytes)[FrameHeader.Length ..]

let withPayload index (payload: byte[]) bytes =
    rebuild bytes index (fun h _ ->
        FrameHeader(h.Type, 0us, 0us, h.Sequence, h.TraceId, 0u, uint32 payload.Length, 0u, 0u), payload)

/// The trace with one more frame behind it.
let append (kind: byte) (payload: byte[]) (bytes: byte[]) =
    let sequence = uint32 (frameCount bytes)
    let head = Array.zeroCreate FrameHeader.Length
    let length = uint32 payload.Length
    let id = (sealedOptions 4).TraceId.Value
    let kind: FrameType = LanguagePrimitives.EnumOfValue kind

    FrameHeader(kind, 0us, 0us, sequence, id, 0u, length, length, Crc32C.Compute(ReadOnlySpan payload))
        .Write(Span head)

    Array.concat [ bytes; head; payload ]

/// A CHECKPOINT's payload with that body.
let bodyPayload (body: string) =
    let text = Encoding.UTF8.GetBytes body
    Array.concat [ [| 0x81uy |]; hex "A4626F6479"; [| 0xd9uy; byte text.Length |]; text ]

let rootText leaves =
    Convert.ToBase64String(MerkleTests.reference leaves)

/// The trace with a CHECKPOINT, true and not signed, behind it.
let checkpointed bytes =
    let leaves = leavesOf bytes

    let body =
        $"auditrules.trace/0123456789abcdef0123456789abcdef\n{leaves.Length}\n{rootText leaves}\n"

    append 0x81uy (bodyPayload body) bytes

/// A key on P-256 whose curve is spelt out, as `openssl ecparam -param_enc explicit` makes it.
let explicitKey =
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

/// Segments that are packed while their process lives (docs/spec/segment.md, S50).
module AuditRules.Recording.Tests.FillerTests

open System
open System.IO
open Expecto
open AuditRules.Recording.Tests.HookLab

/// Offsets, and commit words, of the blocks up to a length of 0 or the end.
let private blocks (segment: byte[]) =
    let rec walk at =
        if segment.Length - at < 16 then
            [], at
        else
            match BitConverter.ToInt32(segment, at) with
            | 0 -> [], at
            | length ->
                let rest, last = walk (at + length)
                (at, BitConverter.ToUInt32(segment, at + 4)) :: rest, last

    walk 4096

let private isFull (segment: byte[]) = segment[128] = 1uy

let private segmentsOf folder =
    Directory.GetFiles(folder, "*.seg") |> Array.sort |> Array.map File.ReadAllBytes

let private interrupted =
    """
import mmap, struct, sys
sys.path.insert(0, sys.argv[1])
from auditrules_hook.segment import Segment
memory = mmap.mmap(-1, 16384)
segment = Segment(memory, 16384, 0)
segment._reserve(64)
segment.write(bytearray(b"\x92\x00\xcf" + bytes(8)), 3)
print(struct.unpack_from("<II", memory, 4096), memory[4104:4111], struct.unpack_from("<II", memory, 4160), segment.tail)
"""

[<Tests>]
let tests =
    testList
        "fillers"
        [
            for hook in [ Native; Fallback ] do
                onEveryPython
                    $"S50: {hook}: a full segment has no room left, and all of its blocks are whole"
                    (fun python ->
                        inFolder (fun folder ->
                            let code = "import sys\nfor i in range(4000): sys.audit('t', i, 'x' * (i % 97))"
                            let recording = recordIn folder hook [] [ python.Path; "-c"; code ]
                            Expect.isEmpty recording.Damage "damage"
                            Expect.hasLength (named "t" recording) 4000 "events"
                            let full, others = segmentsOf folder |> Array.partition isFull
                            Expect.isGreaterThanOrEqual full.Length 1 "full segments"
                            Expect.hasLength others 1 "the last one is not full"

                            for segment in full do
                                let found, last = blocks segment
                                Expect.isLessThan (segment.Length - last) 16 "room"
                                Expect.all found (fun (_, commit) -> commit >>> 16 = 0xA5D1u) "commit words"))

            onEveryPython "S50: the Python hook fills a block that was cut short" (fun python ->
                let code, output, error = run python.Path [ "-c"; interrupted; fallbackFolder ] []
                Expect.equal code 0 error

                Expect.equal
                    (output.Trim())
                    @"(64, 2781937664) b'\x92\x00\xc6\x00\x00\x001' (24, 2781937669) 4184"
                    "both blocks")
        ]

/// The files themselves: their sizes, their blocks, and what a reader makes of a real folder.
module AuditRules.Recording.Tests.HookSegments

open System
open System.IO
open Expecto
open AuditRules.Recording.Packing
open AuditRules.Recording.Segments
open AuditRules.Recording.Tests.HookLab
open AuditRules.Traces

let private segmentsOf folder =
    Directory.GetFiles(folder, "*.seg") |> Array.sort |> List.ofArray

let private pack folder =
    use trace = new MemoryStream()
    let options = PackOptions(Writing = TraceWriterOptions(LeaveOpen = true))
    Packer.Pack(SegmentFile.In folder, trace, options) |> ignore
    let bytes = trace.ToArray()
    bytes, Programs.read bytes None

let private contains (part: byte[]) (whole: byte[]) =
    whole.AsSpan().IndexOf(ReadOnlySpan part) >= 0

[<Tests>]
let tests =
    testList
        "hook segments"
        [
            onEveryPython
                "S8: segments are allocated, the first of 256 KiB, each further one twice as large"
                (fun python ->
                    inFolder (fun folder ->
                        let code = "import sys\nfor i in range(450): sys.audit('t', i, 'x' * 4000)"
                        let recording = recordIn folder Native [] [ python.Path; "-c"; code ]
                        Expect.hasLength (named "t" recording) 450 "events"

                        for file, size in List.zip (segmentsOf folder) [ 256; 512; 1024; 2048 ] do
                            let _, blocks, _ = run "stat" [ "-c"; "%s %b"; file ] []
                            let numbers = blocks.Trim().Split ' ' |> Array.map int64
                            Expect.equal numbers[0] (int64 size * 1024L) "size"
                            Expect.isGreaterThanOrEqual (numbers[1] * 512L) numbers[0] "no hole"))

            onEveryPython
                "S18: blocks follow each other without a gap, at multiples of 8, and say their padding"
                (fun python ->
                    inFolder (fun folder ->
                        let code = "import sys\nfor i in range(64): sys.audit('t', 'x' * i)"
                        recordIn folder Native [] [ python.Path; "-c"; code ] |> ignore
                        let bytes = File.ReadAllBytes (segmentsOf folder).Head
                        let mutable at = 4096
                        let paddings = ResizeArray()

                        while BitConverter.ToInt32(bytes, at) <> 0 do
                            let length = BitConverter.ToInt32(bytes, at)
                            let commit = BitConverter.ToUInt32(bytes, at + 4)
                            Expect.equal (length % 8, length >= 16) (0, true) $"length at {at}"
                            Expect.equal (commit &&& ~~~7u) 0xA5D10000u $"commit word at {at}"
                            let padding = int (commit &&& 7u)
                            let zeros = bytes[at + length - padding .. at + length - 1]
                            Expect.all zeros ((=) 0uy) "padding"
                            paddings.Add padding
                            at <- at + length

                        Expect.isGreaterThan paddings.Count 64 "one each, and those of the start"
                        Expect.equal (Set.ofSeq paddings) (set [ 0..7 ]) "every padding"
                        Expect.all bytes[at..] ((=) 0uy) "nothing behind the end"))

            onEveryPython "S25: an id of a code has one content in all segments of an image" (fun python ->
                // The reader of segments in tests calls it damage when it has two.
                let code =
                    """
import resource, sys, threading
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
def work(k):
    for i in range(150):
        exec(compile("import sys\ndef f(): sys.audit('t', 'x' * 2000)\nf()", "file%d-%d" % (k, i % 40), "exec"))
threads = [threading.Thread(target=work, args=(k,)) for k in range(3)]
for t in threads: t.start()
for t in threads: t.join()
"""

                let recording = script Native [] python code
                Expect.isGreaterThan recording.Images.Head.Segments 4 "segments"

                let files =
                    set [ for event in named "t" recording -> event.Caller |> Option.map fst ]

                Expect.hasLength (List.ofSeq files) 120 "callers")

            onEveryPython
                "S7, S38: the key is in no trace; a process that ended by itself, by _exit, abort or a kill has lost nothing"
                (fun python ->
                    inFolder (fun folder ->
                        let code =
                            """
import os, signal, sys
endings = [lambda: os._exit(3), os.abort, lambda: os.kill(os.getpid(), signal.SIGKILL)]
for k, end in enumerate(endings):
    if os.fork() == 0:
        sys.audit("t", str(k))
        end()
    os.wait()
sys.audit("t", "last")
"""

                        let recording = recordIn folder Native [] [ python.Path; "-c"; code ]

                        Expect.equal
                            [ for image in recording.Images -> image.Closed ]
                            [ true; false; false; false ]
                            "state 2 in the first alone"

                        let bytes, recorded = pack folder
                        let texts = Programs.firstArguments "t" recorded
                        Expect.equal (List.sort texts) [ "0"; "1"; "2"; "last" ] "events"
                        Expect.isEmpty recorded.Losses "losses"
                        let key = File.ReadAllBytes(Path.Combine(folder, "key"))
                        Expect.isFalse (contains key bytes) "the key"))
        ]

/// The files of recordings/conformance: what this reader, an independent one and their maker's model say of them.
module AuditRules.Traces.Tests.ConformanceTests

open System
open System.IO
open AuditRules.Events.Json
open AuditRules.Traces
open AuditRules.Traces.Tests.ConformanceLab
open Expecto

let private expectNone (wrong: string list) =
    if not wrong.IsEmpty then
        failtestf "%d files:\n%s" wrong.Length (String.Join("\n", List.truncate 25 wrong))

[<Tests>]
let tests =
    testList
        "conformance"
        [
            testCase "the files are what make.py makes" (fun () ->
                let code, output, error = python [ Path.Combine(folder, "make.py"); "--check" ]

                Expect.equal (code, error) (0, "") output)

            testCase "there are 200 valid traces, most below 2,000 bytes" (fun () ->
                let sizes = filesIn "valid" |> List.map (fun file -> FileInfo(file).Length)
                Expect.isGreaterThanOrEqual sizes.Length 200 "valid traces"

                Expect.isGreaterThan
                    (sizes |> List.filter (fun size -> size < 2000L)).Length
                    (sizes.Length / 2)
                    "small")

            testCase
                "T3 T8 T9 T16 T19 T21 T34 T39 this reader reads every valid trace as its twin says"
                (fun () -> wrongOfValid readHere |> expectNone)

            testCase "the Python reader reads every valid trace as its twin says" (fun () ->
                wrongOfValid (fun file -> readThere.Value[file]) |> expectNone)

            testCase
                "T45 T46 T47 T48 a reader that seeks gives of every valid trace the events of its twin"
                (fun () ->
                    expectNone
                        [
                            for file in filesIn "valid" do
                                use seeking =
                                    TraceFile.Open(File.OpenRead file, TraceReaderOptions(Validate = true))

                                let events =
                                    [
                                        for e in seeking.Events(TraceRange()) ->
                                            meaning (toJson (fun writer -> EventJson.Write(writer, e)))
                                    ]

                                let expected = twin file |> List.filter isEvent |> List.map meaning

                                match firstDifference expected events with
                                | Some difference -> $"{nameOf file}: {difference}"
                                | None -> ()

                                for damage in seeking.Damages do
                                    $"{nameOf file}: {damage.Code}: {damage.Message}"
                        ])

            testCase "there are 100 damaged traces" (fun () ->
                Expect.isGreaterThanOrEqual (filesIn "damaged").Length 100 "damaged traces")

            testCase "T2 T41 T42 T43 T44 this reader says of every damaged trace what is expected" (fun () ->
                wrongOfDamaged readHere |> expectNone)

            testCase "the Python reader says of every damaged trace what is expected" (fun () ->
                wrongOfDamaged (fun file -> readThere.Value[file]) |> expectNone)

            testCase
                "T43 T44 both readers say the same of traces changed under checksums that hold"
                (fun () ->
                    let nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

                    for seed in 1 .. (if nightly then 50 else 1) do
                        expectNone (wrongOfChanged seed 500))

            testList
                "every valid trace is MessagePack from its first byte to its last"
                [
                    // A Python of one's own may stand before Debian's, for which Debian has the package.
                    for package, programs, script in
                        [
                            "the package msgpack of Python",
                            [ "python3"; "/usr/bin/python3" ],
                            "walk_msgpack.py"
                            "the package @msgpack/msgpack of Node", [ "node" ], "walk_msgpack.cjs"
                        ] ->
                        testCase package (fun () ->
                            let files = filesIn "valid"

                            let answers =
                                programs |> Seq.map (fun program -> run program (tool script :: files))

                            match answers |> Seq.tryFind (fun (code, _, _) -> code <> 69) with
                            | None -> skiptest $"{programs.Head} does not find {package}"
                            | Some(code, output, error) ->

                                Expect.equal (code, error) (0, "") output

                                // The preamble is two objects, every frame one.
                                let objects file =
                                    string (2 + (Bytes.framesOf (File.ReadAllBytes file)).Length)

                                Expect.equal
                                    (output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                                     |> List.ofArray)
                                    (List.map objects files)
                                    "objects")
                ]
        ]

/// The files of recordings/conformance: what this reader, an independent one and their maker's model say of them.
module AuditRules.Traces.Tests.ConformanceTests

open System
open System.Buffers
open System.Diagnostics
open System.IO
open System.Text
open System.Text.Json
open AuditRules.Events
open AuditRules.Events.Json
open AuditRules.Traces
open Expecto

let private root =
    let rec climb (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith "AuditRules.sln stands in no folder above the test program"
        | folder when File.Exists(Path.Combine(folder.FullName, "AuditRules.sln")) -> folder.FullName
        | folder -> climb folder.Parent

    climb (DirectoryInfo AppContext.BaseDirectory)

let private folder = Path.Combine(root, "recordings", "conformance")

let private filesIn kind =
    Directory.GetFiles(Path.Combine(folder, kind), "*.atrace")
    |> Array.sort
    |> List.ofArray

let private twin (file: string) =
    File.ReadAllLines(string (Path.ChangeExtension(file, ".jsonl"))) |> List.ofArray

let private nameOf (file: string) =
    Path.GetFileNameWithoutExtension file |> string

// JSON is compared by what it says: an integer by its digits, a float by its bits, text without its escapes.
let rec private canonical (element: JsonElement) : string =
    match element.ValueKind with
    | JsonValueKind.Object ->
        let members =
            element.EnumerateObject()
            |> Seq.map (fun m -> JsonSerializer.Serialize m.Name + ":" + canonical m.Value)

        "{" + String.Join(",", members) + "}"
    | JsonValueKind.Array -> "[" + String.Join(",", element.EnumerateArray() |> Seq.map canonical) + "]"
    | JsonValueKind.String -> JsonSerializer.Serialize(element.GetString())
    | JsonValueKind.Number ->
        let text = element.GetRawText()

        if text.IndexOfAny [| '.'; 'e'; 'E' |] < 0 then
            text
        else
            "float " + BitConverter.DoubleToInt64Bits(element.GetDouble()).ToString "x16"
    | _ -> element.GetRawText()

let private parse (line: string) =
    JsonDocument.Parse(line, JsonDocumentOptions(MaxDepth = 300)).RootElement

let private meaning line = canonical (parse line)

let private toJson (write: Utf8JsonWriter -> unit) =
    let buffer = ArrayBufferWriter<byte>()
    using (new Utf8JsonWriter(buffer, EventJson.WriterOptions)) write
    Encoding.UTF8.GetString buffer.WrittenSpan

/// What a reader says of a file: JSON lines, damages, and why it cannot be read.
type Answer =
    {
        Lines: string list
        Damages: (string * int64) list
        Error: (string * int64) option
    }

let private nothing =
    {
        Lines = []
        Damages = []
        Error = None
    }

let private linesOf (item: TraceItem) =
    match item with
    | :? MetaItem as item -> [ toJson (fun writer -> EventJson.Write(writer, item.Meta)) ]
    | :? ProcessItem as item -> [ toJson (fun writer -> EventJson.Write(writer, item.Record)) ]
    | :? LossItem as item -> [ toJson (fun writer -> EventJson.Write(writer, item.Record)) ]
    | :? EndItem as item -> [ toJson (fun writer -> EventJson.Write(writer, item.Totals)) ]
    | :? EventsItem as item ->
        let frame = Bytes.frameOf item

        [
            for row in 0 .. frame.Count - 1 ->
                toJson (fun writer -> EventJson.Write(writer, EventView(frame, row)))
        ]
    | _ -> []

let private readHere (file: string) =
    let lines = ResizeArray<string>()
    let damages = ResizeArray<string * int64>()

    let error =
        try
            use reader =
                new TraceReader(File.OpenRead file, TraceReaderOptions(Validate = true))

            for item in reader.ReadToEnd() do
                match item with
                | :? DamageItem as damage -> damages.Add(string damage.Code, damage.Offset)
                | item -> lines.AddRange(linesOf item)

            None
        with :? TraceFormatException as e ->
            Some(string e.Code, e.Offset)

    {
        Lines = lines |> Seq.map meaning |> List.ofSeq
        Damages = List.ofSeq damages
        Error = error
    }

let private run (program: string) (arguments: string list) =
    let start =
        ProcessStartInfo(
            program,
            arguments,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8
        )

    try
        use child = new Process(StartInfo = start)
        child.Start() |> ignore
        let error = child.StandardError.ReadToEndAsync()
        let output = child.StandardOutput.ReadToEnd()
        child.WaitForExit()
        child.ExitCode, output, error.Result
    with :? ComponentModel.Win32Exception ->
        skiptest $"there is no {program} on the path"

let private python arguments = run "python3" ("-B" :: arguments)

let private tool name =
    Path.Combine(root, "tests", "tools", name)

// One run of Python for all files.
let private readAllThere files =
    (let code, output, error = python (tool "read_trace.py" :: files)

     if error <> "" || not (List.contains code [ 0; 3; 65 ]) then
         failtestf "read_trace.py ends with %d: %s" code error

     let answers = Collections.Generic.Dictionary<string, Answer>()
     let mutable file = ""

     for line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries) do
         let json = parse line

         let has (name: string) = fst (json.TryGetProperty name)

         let text (name: string) =
             string ((json.GetProperty name).GetString())

         let offset () = (json.GetProperty "offset").GetInt64()

         if has "trace" then
             file <- text "trace"
             answers[file] <- nothing
         elif has "damage" then
             answers[file] <-
                 { answers[file] with
                     Damages = (text "damage", offset ()) :: answers[file].Damages
                 }
         elif has "error" then
             answers[file] <-
                 { answers[file] with
                     Error = Some(text "error", offset ())
                 }
         else
             answers[file] <-
                 { answers[file] with
                     Lines = canonical json :: answers[file].Lines
                 }

     dict
         [
             for pair in answers ->
                 pair.Key,
                 { pair.Value with
                     Lines = List.rev pair.Value.Lines
                     Damages = List.rev pair.Value.Damages
                 }
         ])

let private readThere = lazy readAllThere (filesIn "valid" @ filesIn "damaged")

let private firstDifference (expected: string list) (actual: string list) =
    let at (lines: string list) i =
        if i < lines.Length then lines[i] else "nothing"

    seq { 0 .. max expected.Length actual.Length - 1 }
    |> Seq.tryFind (fun i -> at expected i <> at actual i)
    |> Option.map (fun i -> $"line {i + 1}: expected {at expected i}, found {at actual i}")

/// Traces changed at random under checksums that hold, which no file is kept of.
let private wrongOfChanged seed count =
    let folder = Directory.CreateTempSubdirectory "auditrules-traces-"

    try
        let code, output, error =
            python [ tool "change_traces.py"; string seed; string count; folder.FullName ]

        Expect.equal (code, output, error) (0, "", "") "change_traces.py"
        let files = Directory.GetFiles folder.FullName |> Array.sort |> List.ofArray
        Expect.equal files.Length count "files"
        let there = readAllThere files
        let here = files |> List.map readHere

        let wrong =
            [
                for file, here in List.zip files here do
                    if here.Error <> there[file].Error then
                        $"seed {seed}, {nameOf file}: {here.Error}, the Python reader {there[file].Error}"
                    elif here.Damages <> there[file].Damages then
                        $"seed {seed}, {nameOf file}: {here.Damages}, the Python reader {there[file].Damages}"
                    else
                        match firstDifference there[file].Lines here.Lines with
                        | Some difference -> $"seed {seed}, {nameOf file}: {difference}"
                        | None -> ()
            ]

        // Else nothing would be compared.
        let of' code =
            here
            |> List.filter (fun answer -> answer.Damages |> List.exists (fun (one, _) -> one = code))
            |> List.length

        Expect.isGreaterThan (of' "Malformed") (count / 4) "malformed traces"

        Expect.isGreaterThan
            (here |> List.filter (fun answer -> answer.Damages.IsEmpty)).Length
            (count / 50)
            "traces whose change breaks nothing"

        wrong
    finally
        folder.Delete true

let private wrongOfValid read =
    [
        for file in filesIn "valid" do
            let answer: Answer = read file

            match
                answer.Error, answer.Damages, firstDifference (twin file |> List.map meaning) answer.Lines
            with
            | None, [], None -> ()
            | None, [], Some difference -> $"{nameOf file}: {difference}"
            | error, damages, _ -> $"{nameOf file}: {error} {damages}"
    ]

type private Expected = { Answer: Answer; Closed: bool }

let private offsetOf (json: JsonElement) = (json.GetProperty "offset").GetInt64()

let private codeOf (json: JsonElement) =
    string ((json.GetProperty "code").GetString())

let private isEvent (line: string) = line.StartsWith "{\"seq\""

let private ordinalOf line =
    ((parse line).GetProperty "seq").GetInt64()

let private expectation (file: string) =
    let json =
        parse (File.ReadAllText(string (Path.ChangeExtension(file, ".expected.json"))))

    match json.TryGetProperty "error" with
    | true, error ->
        {
            Answer =
                { nothing with
                    Error = Some(codeOf error, offsetOf error)
                }
            Closed = false
        }
    | _ ->
        let ordinals =
            [
                for ordinal in (json.GetProperty "events").EnumerateArray() -> ordinal.GetInt64()
            ]

        let lines =
            match json.TryGetProperty "of" with
            | true, whole ->
                twin (Path.Combine(folder, "valid", $"{whole.GetString()}.atrace"))
                |> List.filter (fun line -> isEvent line && List.contains (ordinalOf line) ordinals)
            | _ ->
                [
                    for line in (json.GetProperty "lines").EnumerateArray() -> string (line.GetString())
                ]

        {
            Answer =
                {
                    Lines = List.map meaning lines
                    Damages =
                        [
                            for one in (json.GetProperty "damages").EnumerateArray() ->
                                codeOf one, offsetOf one
                        ]
                    Error = None
                }
            Closed = (json.GetProperty "closed").GetBoolean()
        }

// What was read before a trace was refused is not compared.
let private wrongOfDamaged read =
    [
        for file in filesIn "damaged" do
            let expected = expectation file
            let answer: Answer = read file
            let events = answer.Lines |> List.filter isEvent
            let closed = answer.Lines |> List.exists _.StartsWith("{\"record\":\"end\"")

            if answer.Error <> expected.Answer.Error then
                $"{nameOf file}: expected {expected.Answer.Error}, found {answer.Error} and {answer.Damages}"
            elif answer.Error.IsNone then
                if answer.Damages <> expected.Answer.Damages then
                    $"{nameOf file}: expected {expected.Answer.Damages}, found {answer.Damages}"

                match firstDifference expected.Answer.Lines events with
                | Some difference -> $"{nameOf file}: events: {difference}"
                | None -> ()

                if closed <> expected.Closed then
                    $"{nameOf file}: closed is {closed}"
    ]

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

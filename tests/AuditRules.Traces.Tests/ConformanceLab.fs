/// The files of recordings/conformance, and what each reader and their maker's model say of one.
module AuditRules.Traces.Tests.ConformanceLab

open System
open System.Buffers
open System.IO
open System.Text
open System.Text.Json
open AuditRules.Events
open AuditRules.Events.Json
open AuditRules.Traces
open Expecto
open AuditRules.Tests.Root
open AuditRules.Tests

let folder = Path.Combine(root, "recordings", "conformance")

let filesIn kind =
    Directory.GetFiles(Path.Combine(folder, kind), "*.atrace")
    |> Array.sort
    |> List.ofArray

let twin (file: string) =
    File.ReadAllLines(string (Path.ChangeExtension(file, ".jsonl"))) |> List.ofArray

let nameOf (file: string) =
    Path.GetFileNameWithoutExtension file |> string

// JSON is compared by what it says: an integer by its digits, a float by its bits, text without its escapes.
let rec canonical (element: JsonElement) : string =
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

let parse (line: string) =
    JsonDocument.Parse(line, JsonDocumentOptions(MaxDepth = 300)).RootElement

let meaning line = canonical (parse line)

let toJson (write: Utf8JsonWriter -> unit) =
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

let nothing =
    {
        Lines = []
        Damages = []
        Error = None
    }

let linesOf (item: TraceItem) =
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

let readHere (file: string) =
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

let run (program: string) (arguments: string list) =
    try
        Processes.run program arguments
    with :? ComponentModel.Win32Exception ->
        skiptest $"there is no {program} on the path"

let python arguments = run "python3" ("-B" :: arguments)

let tool name =
    Path.Combine(root, "tests", "tools", name)

// One run of Python for all files.
let readAllThere files =
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

let readThere = lazy readAllThere (filesIn "valid" @ filesIn "damaged")

let firstDifference (expected: string list) (actual: string list) =
    let at (lines: string list) i =
        if i < lines.Length then lines[i] else "nothing"

    seq { 0 .. max expected.Length actual.Length - 1 }
    |> Seq.tryFind (fun i -> at expected i <> at actual i)
    |> Option.map (fun i -> $"line {i + 1}: expected {at expected i}, found {at actual i}")

/// Traces changed at random under checksums that hold, which no file is kept of.
let wrongOfChanged seed count =
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

let wrongOfValid read =
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

type Expected = { Answer: Answer; Closed: bool }

let offsetOf (json: JsonElement) = (json.GetProperty "offset").GetInt64()

let codeOf (json: JsonElement) =
    string ((json.GetProperty "code").GetString())

let isEvent (line: string) = line.StartsWith "{\"seq\""

let ordinalOf line =
    ((parse line).GetProperty "seq").GetInt64()

let expectation (file: string) =
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
let wrongOfDamaged read =
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

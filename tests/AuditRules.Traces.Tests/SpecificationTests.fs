/// docs/spec/trace.md against its table for machines, against the code, and against the names of tests.
module AuditRules.Traces.Tests.SpecificationTests

open System
open System.Globalization
open System.IO
open System.Reflection
open System.Text.Json
open System.Text.RegularExpressions
open AuditRules.Events
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open AuditRules.Tests.Root

let private document =
    File.ReadAllText(Path.Combine(root, "docs", "spec", "trace.md"))

let private table =
    JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "docs", "spec", "trace.json"))).RootElement

/// The rules: number and text, up to the next one.
let private rules =
    [
        for rule in
            Regex.Matches(
                document,
                @"^\*\*T(\d+)\*\*(.*?)(?=^\*\*T\d+\*\*|^## |\z)",
                RegexOptions.Multiline ||| RegexOptions.Singleline
            ) -> int rule.Groups[1].Value, rule.Groups[2].Value
    ]

let private rule number =
    rules |> List.find (fun (n, _) -> n = number) |> snd

/// The rows of a rule's table, without its head; cells without the marks of code.
let private rows number =
    [
        for line in (rule number).Split '\n' do
            if line.StartsWith '|' then
                [ for cell in line.Trim('|').Split '|' -> cell.Replace("`", "").Trim() ]
    ]
    |> List.skip 2

let private code number =
    [ for word in Regex.Matches(rule number, "`([^`]+)`") -> word.Groups[1].Value ]

let private at (name: string) = table.GetProperty name

let private texts (element: JsonElement) =
    [ for item in element.EnumerateArray() -> string (item.GetString()) ]

let private text (name: string) (element: JsonElement) =
    string ((element.GetProperty name).GetString())

let private number (name: string) (element: JsonElement) = (element.GetProperty name).GetInt32()

let private pairs (element: JsonElement) =
    [
        for entry in element.EnumerateObject() -> int entry.Name, string (entry.Value.GetString())
    ]

let private keys (element: JsonElement) =
    [ for entry in element.EnumerateObject() -> entry.Name ]

/// The names and numbers of an enum.
let private cases<'T when 'T: struct and 'T :> Enum and 'T: (new: unit -> 'T)> () =
    [
        for value in Enum.GetValues<'T>() ->
            Convert.ToInt32(value, CultureInfo.InvariantCulture), string value
    ]

let private constants (owner: Type) =
    [
        for field in owner.GetFields(BindingFlags.Static ||| BindingFlags.Public ||| BindingFlags.NonPublic) do
            if field.IsLiteral then
                field.Name, Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)
    ]
    |> Map.ofList

let private lower =
    List.map (fun (number, name: string) -> number, name.ToLowerInvariant())

/// Keys with their defaults, as a rule's table has them.
let private keysOfTable number =
    rows number
    |> List.collect (fun row -> [ for key in row[0].Split ',' -> key.Trim() ])

let private limit name = (at "limits" |> number name)

let private dump =
    let block = document[document.IndexOf "```text" ..]

    [
        for line in
            Regex.Matches(block, @"^([0-9A-F]{3})  ((?:[0-9A-F]{2} ?)+)(?:  .*)?$", RegexOptions.Multiline) ->
            Convert.ToInt32(line.Groups[1].Value, 16), hex line.Groups[2].Value
    ]

/// Rules that are specified and not built. The list must shrink: a rule that a test cites may not stand here.
let private pending: Set<int> = Set.empty

/// The rules that the names of tests cite: text that begins with the number of a rule.
let private cited =
    set
        [
            for file in
                Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.fs", SearchOption.AllDirectories) do
                for name in Regex.Matches(File.ReadAllText file, "\"([A-Z]\\d+\\b[^\"\n]*)\"") do
                    for word in Regex.Matches(name.Groups[1].Value, @"\bT(\d+)\b") -> int word.Groups[1].Value
        ]

[<Tests>]
let tests =
    testList
        "specification"
        [
            testCase "every rule of trace.md with a MUST is cited by the name of a test" (fun () ->
                let binding =
                    set
                        [
                            for number, text in rules do
                                if Regex.IsMatch(text, @"\bMUST\b") then
                                    number
                        ]

                Expect.isGreaterThan binding.Count 40 "rules"
                Expect.isEmpty (binding - cited - pending) "rules that no test cites"
                Expect.isEmpty (Set.intersect pending cited) "strike these from the list of pending rules")

            testCase "the rules of trace.md are numbered without gaps" (fun () ->
                let numbers = rules |> List.map fst |> List.sort
                Expect.equal numbers [ 1 .. numbers.Length ] "")

            testList
                "trace.json is what trace.md says"
                [
                    testCase "of the preamble and the header" (fun () ->
                        let bytes =
                            [
                                for item in (at "preamble").EnumerateArray() do
                                    match item.TryGetProperty "bytes" with
                                    | true, bytes ->
                                        [ string (number "offset" item); string (bytes.GetString()) ]
                                    | _ -> ()
                            ]

                        let fixedRows =
                            rows 1
                            |> List.filter (fun row -> Regex.IsMatch(row[1], "^[0-9A-F]{2} [0-9A-F]{2}"))

                        Expect.equal bytes (fixedRows |> List.map (List.truncate 2)) "preamble"

                        let header =
                            [
                                for item in (at "header").EnumerateArray() ->
                                    number "offset" item, text "encoding" item
                            ]

                        let written =
                            [
                                for row in rows 6 ->
                                    int row[0], Regex.Match(row[1], "^[0-9A-F]{2}( [0-9A-F]{2})*\\b").Value
                            ]

                        Expect.equal header written "header")

                    testCase "of frames, columns, codecs and kinds" (fun () ->
                        let frames =
                            [
                                for word in Regex.Matches(rule 8, @"\b(0x[0-9A-F]+|\d+) ([A-Z]{3,})\b") ->
                                    (if word.Groups[1].Value.StartsWith "0x" then
                                         Convert.ToInt32(word.Groups[1].Value, 16)
                                     else
                                         int word.Groups[1].Value),
                                    word.Groups[2].Value
                            ]

                        Expect.equal (pairs (at "frames")) frames "frames"
                        Expect.equal ((at "data").GetArrayLength()) (rows 19).Length "items of DATA"

                        let columns =
                            rows 22 |> List.map (fun row -> int (Regex.Match(row[0], @"\d+").Value))

                        Expect.equal (pairs (at "columns") |> List.map fst) columns "columns"

                        let codecs =
                            [
                                for word in Regex.Matches(rule 23, @"(\d) (?=none|an LZ4|raw)") ->
                                    int word.Groups[1].Value
                            ]

                        Expect.equal (pairs (at "codecs") |> List.map fst) codecs "codecs"

                        let kinds =
                            [
                                for row in rows 39 do
                                    for kind in row[0].Split ',' do
                                        int kind,
                                        Regex
                                            .Match(
                                                row[2],
                                                @"^(nil|bool|int|float 64|str|bin|array|map|ext \d)"
                                            )
                                            .Value
                            ]

                        let listed =
                            [
                                for item in (at "kinds").EnumerateArray() ->
                                    number "kind" item, text "messagePack" item
                            ]

                        Expect.equal listed kinds "kinds")

                    testCase "of keys" (fun () ->
                        Expect.equal (keys (at "meta") |> List.sort) (keysOfTable 35 |> List.sort) "META"

                        Expect.equal
                            (keys (at "process") |> List.sort)
                            (keysOfTable 36 |> List.sort)
                            "PROCESS"

                        for name, number, ending in [ "loss", 37, "A writer"; "end", 38, "A reader" ] do
                            let sentence = (rule number).Split(ending)[0]

                            Expect.equal
                                (keys (at name))
                                [ for word in Regex.Matches(sentence, "`([^`]+)`") -> word.Groups[1].Value ]
                                name

                        Expect.equal (texts (at "index")) (code 45) "INDEX"
                        Expect.equal (texts (at "checkpoint")) (code 50) "CHECKPOINT"

                        for name, number in [ "process", 36; "loss", 37; "end", 38 ] do
                            for entry in (at name).EnumerateObject() do
                                let wanted = entry.Value.GetProperty "default"

                                if wanted.ValueKind = JsonValueKind.Number && wanted.GetInt32() = -1 then
                                    Expect.stringContains (rule number) "-1" $"the default of {entry.Name}")

                    testCase "of limits" (fun () ->
                        let spelled name =
                            (limit name).ToString("N0", CultureInfo.InvariantCulture)

                        for number, words in
                            [
                                12, string (limit "rawLength" / 1048576) + " MiB"
                                13, "1 to " + spelled "events"
                                27, spelled "shapes" + " shapes"
                                29, spelled "leb128Bytes" + " bytes"
                                26, spelled "dictionaryEntries" + " entries"
                                34, spelled "records" + " maps"
                                39, spelled "bigintBytes" + " bytes"
                                40, "deeper than " + spelled "depth"
                                48, spelled "endSearch"
                            ] do
                            Expect.stringContains (rule number) words $"T{number}")

                    testCase "of damage and errors" (fun () ->
                        let first (row: string list) = row[0]
                        Expect.equal (texts (at "damage") |> set) (rows 41 |> List.map first |> set) "damage"

                        Expect.equal
                            (texts (at "errors"))
                            (rows 2 |> List.map first |> List.distinct)
                            "errors")
                ]

            testList
                "trace.json is what the code does"
                [
                    testCase "of numbers" (fun () ->
                        let frames = set (pairs (at "frames") |> lower)
                        Expect.isEmpty (set (cases<FrameType>() |> lower) - frames) "frames"
                        Expect.equal (pairs (at "codecs") |> lower) (cases<ColumnCodec>() |> lower) "codecs"

                        Expect.equal
                            [
                                for kind in (at "kinds").EnumerateArray() ->
                                    number "kind" kind, text "name" kind
                            ]
                            (cases<ValueKind>() |> lower)
                            "kinds"

                        let extensions = constants typeof<ValueExtension>

                        for kind in (at "kinds").EnumerateArray() do
                            let coded = text "messagePack" kind

                            if coded.StartsWith "ext " then
                                let name, _ =
                                    extensions |> Map.toSeq |> Seq.find (fun (_, n) -> n = int64 coded[4..])

                                Expect.equal (name.ToLowerInvariant()) (text "name" kind) "extension"

                        let columns = constants typeof<ColumnId>
                        let ids = pairs (at "columns") |> List.map (fst >> int64) |> set
                        Expect.equal (set (columns.Remove("FirstIgnorable").Values)) ids "columns"
                        Expect.equal columns["FirstIgnorable"] 128L "the first column that may be ignored")

                    testCase "of damage, errors and changes" (fun () ->
                        Expect.equal (texts (at "damage")) (cases<DamageCode>() |> List.map snd) "damage"

                        Expect.equal
                            (texts (at "errors"))
                            (cases<TraceFormatError>() |> List.map snd)
                            "errors"

                        Expect.equal
                            (texts (at "changes") |> List.map (fun change -> change.Replace("-", "")))
                            (cases<ProcessChange>() |> lower |> List.map snd)
                            "changes")

                    testCase "of limits" (fun () ->
                        Expect.equal (limit "rawLength") TraceFormat.MaxRawLength "raw length"
                        Expect.equal (limit "events") TraceFormat.MaxFrameEvents "events"
                        Expect.equal (limit "shapes") TraceFormat.MaxShapes "shapes"

                        Expect.equal
                            (limit "dictionaryEntries")
                            TraceFormat.MaxDictionaryEntries
                            "dictionary"

                        Expect.equal (limit "records") TraceFormat.MaxFrameRecords "records"
                        Expect.equal (limit "depth") TraceFormat.MaxDepth "depth"
                        Expect.equal (limit "bigintBytes") ValueCodec.MaxIntegerBytes "integers"

                        Expect.equal
                            (at "version" |> fun version -> number "major" version, number "minor" version)
                            (int TraceFormat.MajorVersion, int TraceFormat.MinorVersion)
                            "version"

                        let packed = at "packed"

                        Expect.equal
                            (number "table" packed, number "planes" packed)
                            (PackedColumn.TableForm, PackedColumn.PlanesForm)
                            "forms")

                    testCase "of the preamble and the header" (fun () ->
                        let trace = write (options 10 ColumnCodec.None) []
                        let header = trace[Preamble.Length .. Preamble.Length + FrameHeader.Length - 1]

                        for item in (at "preamble").EnumerateArray() do
                            match item.TryGetProperty "bytes" with
                            | true, bytes ->
                                let bytes = hex (string (bytes.GetString()))
                                let offset = number "offset" item

                                Expect.equal
                                    trace[offset .. offset + bytes.Length - 1]
                                    bytes
                                    $"preamble, {offset}"
                            | _ -> ()

                        for item in (at "header").EnumerateArray() do
                            let bytes = hex (text "encoding" item)
                            let offset = number "offset" item

                            Expect.equal
                                header[offset .. offset + bytes.Length - 1]
                                bytes
                                $"header, {offset}")
                ]

            testCase
                "the dump in trace.md is a trace, byte by byte, of which both readers say what stands beside it"
                (fun () ->
                    let bytes = dump |> List.collect (snd >> List.ofArray) |> Array.ofList

                    Expect.equal
                        (dump |> List.map fst)
                        (dump
                         |> List.scan (fun at (_, b) -> at + b.Length) 0
                         |> List.truncate dump.Length)
                        "offsets"

                    let file =
                        Path.Combine(root, "recordings", "conformance", "valid", "three-events.atrace")

                    Expect.equal bytes (File.ReadAllBytes file) "the same bytes as the conformance file"
                    let items, closed = read bytes
                    Expect.isEmpty (damageOf items) "damage"
                    Expect.equal (eventsOf items).Length 3 "events"
                    Expect.isTrue closed "closed")
        ]

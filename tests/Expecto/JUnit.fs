module internal Expecto.JUnit

open System
open System.Globalization
open System.IO
open System.Text
open System.Xml

// XML has no way to write most control characters: show their code instead.
let private printable (text: string) =
    let result = StringBuilder()

    for rune in text.EnumerateRunes() do
        if rune.IsBmp && not (XmlConvert.IsXmlChar(char rune.Value)) then
            result.Append($"\\u{rune.Value:X4}") |> ignore
        else
            result.Append(rune.ToString()) |> ignore

    result.ToString()

let private seconds (time: TimeSpan) =
    time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture)

/// Writes the results of one assembly as JUnit XML, tests in order of name.
let write (file: string) (assembly: string) (results: TestOutcome list) =
    let count condition =
        results
        |> List.filter (fun result -> condition result.outcome)
        |> List.length
        |> string

    match Path.GetDirectoryName(Path.GetFullPath file) with
    | null -> ()
    | folder -> Directory.CreateDirectory folder |> ignore

    use xml =
        XmlWriter.Create(file, XmlWriterSettings(Indent = true, Encoding = UTF8Encoding false))

    let problem (kind: string) (message: string) (body: string) =
        xml.WriteStartElement kind
        xml.WriteAttributeString("message", printable message)

        if body <> "" then
            xml.WriteString(printable body)

        xml.WriteEndElement()

    xml.WriteStartElement "testsuites"
    xml.WriteStartElement "testsuite"
    xml.WriteAttributeString("name", assembly)
    xml.WriteAttributeString("tests", string results.Length)
    xml.WriteAttributeString("failures", count _.IsFailed)
    xml.WriteAttributeString("errors", count _.IsErrored)
    xml.WriteAttributeString("skipped", count _.IsSkipped)

    for result in results |> List.sortBy _.test.Name do
        let path = result.test.path
        xml.WriteStartElement "testcase"
        let lists = String.Join(".", List.take (max 0 (path.Length - 1)) path)
        xml.WriteAttributeString("classname", printable lists)
        xml.WriteAttributeString("name", printable (List.tryLast path |> Option.defaultValue ""))
        xml.WriteAttributeString("time", seconds result.duration)

        match result.outcome with
        | Passed -> ()
        | Skipped reason -> problem "skipped" reason ""
        | Failed(message, stack) -> problem "failure" message stack
        | Errored(message, stack) -> problem "error" message stack

        xml.WriteEndElement()

    xml.WriteEndElement()
    xml.WriteEndElement()

/// What an editor shows of the rule language, by the files that `init` refers to.
module AuditRules.Cli.Tests.TooltipTests

open System
open System.Collections.Generic
open System.IO
open System.Text.RegularExpressions
open System.Xml.Linq
open FSharp.Compiler.CodeAnalysis
open FSharp.Compiler.EditorServices
open FSharp.Compiler.Symbols
open FSharp.Compiler.Text
open FSharp.Compiler.Tokenization
open Expecto
open AuditRules.Cli.Tests.Cli

let private script =
    """#load "auditrules.fsx"
open AuditRules

let shown =
    rule ("T1", "for tooltips", High) {
        for o in Py.Open.matching (path = under "/etc") do
        where (o.IsWrite && o.Path <> "")
        followedBy c in Py.SocketConnect.matching (host = notLike loopback) on (o.Process = c.Process)
        within (seconds 5)
        message $"{c.Host}:{c.Port}"
        shouldFire [ Py.Open.make (path = "/etc/x", mode = "w") ]
    }
"""

/// The checked script, in a folder after `init`.
let private checkedScript =
    lazy
        (use folder = new Folder()
         let ran = run folder [ "init" ]
         Expect.equal ran.Code 0 ran.Error
         let file = folder.File "rules/shown.fsx"
         let text = SourceText.ofString script
         let checker = FSharpChecker.Create()

         let options, _ =
             checker.GetProjectOptionsFromScript(file, text, assumeDotNetFramework = false)
             |> Async.RunSynchronously

         match
             checker.ParseAndCheckFileInProject(file, 0, text, options)
             |> Async.RunSynchronously
         with
         | _, FSharpCheckFileAnswer.Succeeded found ->
             Expect.equal [ for problem in found.Diagnostics -> problem.Message ] [] "the script is right"
             found
         | _ -> failtest "the check was aborted")

let private read =
    let files = Dictionary<string, XDocument>()

    fun (file: string) ->
        lock files (fun () ->
            match files.TryGetValue file with
            | true, known -> known
            | _ ->
                let made = XDocument.Load file
                files[file] <- made
                made)

/// The documentation of a symbol of a library: it lies in the file beside it, by the symbol's id.
let private documented (library: string) (id: string) =
    let file = string (Path.ChangeExtension(library, ".xml"))
    Expect.isTrue (File.Exists file) $"{file} lies beside the library"

    let found =
        (read file).Descendants(XName.Get "member")
        |> Seq.filter (fun entry ->
            match entry.Attribute(XName.Get "name") with
            | null -> false
            | name -> name.Value = id)
        |> Seq.map string
        |> Seq.toList

    String.Join("\n", found)

/// What an editor shows over the last letter of that word, the first one behind that beginning: signature, documentation,
/// and the parameter's name where it is one.
let private tooltip (beginning: string) (word: string) =
    let found = checkedScript.Value
    let place = script.IndexOf(beginning, StringComparison.Ordinal) + beginning.Length
    Expect.isTrue (script.Substring(place).StartsWith word) $"{word} stands behind {beginning}"
    let before = script.Substring(0, place)
    let line = before.Split('\n').Length
    let column = place - before.LastIndexOf '\n' - 1 + word.Length
    let text = script.Split('\n')[line - 1]

    let names =
        match QuickParse.GetCompleteIdentifierIsland true text (column - 1) with
        | Some(island, _, _) -> List.ofArray (island.Split '.')
        | None -> failtest $"no identifier at {line},{column}"

    let (ToolTipText elements) =
        found.GetToolTip(line, column, text, names, FSharpTokenTag.Identifier)

    [
        for element in elements do
            match element with
            | ToolTipElement.Group shown ->
                for one in shown do
                    string one.MainDescription
                    string one.ParamName

                    match one.XmlDoc with
                    | FSharpXmlDoc.FromXmlFile(library, id) -> documented library id
                    | FSharpXmlDoc.FromXmlText xml -> String.Join("\n", xml.UnprocessedLines)
                    | FSharpXmlDoc.None -> ()
            | _ -> ()
    ]
    |> String.concat "\n"
    // Tags and line breaks are the editor's affair.
    |> fun shown -> Regex.Replace(Regex.Replace(shown, "</?c>", "`"), @"\s+", " ")

let private shows beginning word (expected: string list) =
    testCase $"R103: {word}" (fun () ->
        let shown = tooltip beginning word

        for part in expected do
            Expect.stringContains shown part word)

[<Tests>]
let tests =
    testList
        "tooltips"
        [
            shows
                "for o in Py."
                "Open"
                [
                    "`open`: open(), io.open_code() or os.open() opens a file."
                    "Arguments: path (file up to 3.12), mode, flags."
                    "Documented since Python 3.8"
                    "https://docs.python.org/3/library/functions.html"
                ]
            shows "for o in Py.Open." "matching" [ "?path: "; "`open` events whose fields match" ]
            shows "Py.Open.matching (" "path" [ "path"; "Argument 0, `path`"; "does not match (R3)" ]
            shows "(path = " "under" [ "folder: string"; "That folder, or anything below it"; "(R70)" ]
            shows "host = notLike " "loopback" [ "127.0.0.0/8" ]
            shows "<> \"\")\n        " "followedBy" [ "The next step (R5 to R12)"; "left side of `on`" ]
            shows
                "c.Process)\n        "
                "within"
                [ "The longest time since the step before, inclusive (R11)" ]
            shows "(seconds 5)\n        " "message" [ "for the reader of a finding (R37)" ]
            shows "within (" "seconds" [ "count: int"; "A time span of so many seconds" ]
            shows "where (o." "IsWrite" [ "bool"; "opened to be written" ]
            shows "&& o." "Path" [ "Argument 0, `path`"; "Empty when it is absent or no text" ]
            shows "message $\"{c." "Host" [ "string"; "host" ]
            shows "shouldFire [ Py.Open." "make" [ "Such an event, for examples (R28)" ]
            shows "let shown =\n    " "rule" [ "Begins a rule"; "`T1041`" ]
        ]

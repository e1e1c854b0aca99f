/// The compiler's diagnostics as ours: one for each cause, with the line, and a hint for the usual mistakes.
module internal AuditRules.Scripting.CompilerDiagnostics

open System
open System.Text.RegularExpressions
open AuditRules.Events
open AuditRules.Events.Diagnostics
open FSharp.Compiler.Diagnostics

let private maybe =
    Regex(@"\s*Maybe you want one of the following:\s*", RegexOptions.CultureInvariant)

let private blanks = Regex(@"\s+", RegexOptions.CultureInvariant)

let private argument =
    Regex(@"has no argument or settable return property '([^']+)'", RegexOptions.CultureInvariant)

let private optional = Regex(@"\?([a-z]\w*)\s*:", RegexOptions.CultureInvariant)

let private nearest (wrong: string) (names: string seq) =
    NearestName.Find(wrong, names) |> Option.ofObj

/// The compiler's message without its layout, and its suggestions.
let private split (message: string) =
    match maybe.Split(message, 2) with
    | [| text; suggestions |] ->
        blanks.Replace(text.Trim(), " "), List.ofArray (blanks.Split(suggestions.Trim()))
    | _ -> blanks.Replace(message.Trim(), " "), []

let private clauses =
    [
        "where"
        "followedBy"
        "within"
        "unless"
        "atLeast"
        "atLeastDistinct"
        "message"
        "shouldFire"
        "shouldNotFire"
    ]

let private hint (number: int) (message: string) (suggestions: string list) (source: string) =
    let word = source.Trim().Split(' ', '(')[0]

    match number with
    | 39 when
        message.Contains "'rule' is not defined"
        || message.Contains "'Py' is not defined"
        ->
        "Begin the file with: open AuditRules"
    | 599 when source.Contains "Py." -> "The names of events begin with a capital: Py.Open, Py.SocketConnect."
    | 39 when not suggestions.IsEmpty ->
        let shown = suggestions |> List.truncate 3
        "Maybe you want " + String.Join(" or ", shown) + "."
    | 39 ->
        match clauses |> nearest word with
        | Some clause when clause <> word -> $"Maybe you want {clause}."
        | _ when message.Contains "'o'" || message.Contains "'c'" ->
            "In `on (a = b)` the steps before stand on the left, the new one on the right."
        | _ -> ""
    | 495 ->
        let wrong = argument.Match message

        let names = [ for m in optional.Matches message -> m.Groups[1].Value ]

        match
            (if wrong.Success then
                 nearest wrong.Groups[1].Value names
             else
                 None)
        with
        | Some name -> $"Maybe you want {name}."
        | None when names.IsEmpty -> ""
        | None -> "The fields are " + String.Join(", ", names) + "."
    | 3099
    | 3095 -> $"Put the argument of {word} in parentheses."
    | 43 when message.Contains "'=='" -> "F# compares with = and <>."
    | 10 when message.Contains "'and'" -> "F# writes && for and, || for or."
    | 193 when message.Contains "Yielded<" -> "A rule begins with: for e in Py.Event do"
    | 1
    | 193 when source.Contains " on " -> "Both sides of a key must have the same type."
    | 1 when message.Contains "'int64'" -> "Whole numbers of events have 64 bits: write 443L."
    | 1 when message.Contains "TimeSpan" -> "Write a time as (seconds 5) or (minutes 1)."
    | 1 when message.Contains "TextPattern" ->
        "This field is a text: write \"...\", or a pattern as glob \"...\"."
    | 1 when message.Contains "NumberPattern" ->
        "This field is a number: write 443, or a pattern as oneOf [ 80; 443 ]."
    | 604 ->
        "The braces of this rule do not close: look inside it for a missing parenthesis, and at the columns of its clauses."
    | 10
    | 583
    | 58
    | 3118 -> "Look for a missing parenthesis or bracket on this line or the one before."
    | _ -> ""

/// Echoes of an error elsewhere: an expression whose type is not known because of it, a file whose module is not seen.
let private echoes = set [ 72; 222; 3033 ]

/// The top-level declaration that a line belongs to, by the line on which it begins.
let private declaration (lines: string array) line =
    let begins (text: string) =
        text <> ""
        && not (Char.IsWhiteSpace text[0])
        && text[0] <> ')'
        && text[0] <> '}'

    let rec back i =
        if i <= 0 || (i < lines.Length && begins lines[i]) then
            i
        else
            back (i - 1)

    back (line - 1)

/// Ours for the compiler's, the first of each cause: one error for each top-level declaration.
let ofCompiler (files: RuleFile list) (found: FSharpDiagnostic array) : Diagnostic list =
    let fileOf (d: FSharpDiagnostic) =
        let name = d.FileName.Replace('\\', '/')

        files
        |> List.tryFind (fun f -> f.Shown = name || f.FullPath = name || name.EndsWith("/" + f.Shown))

    let convert (d: FSharpDiagnostic) =
        let file = fileOf d
        let shown = file |> Option.map _.Shown |> Option.defaultValue ""

        let source =
            file
            |> Option.bind (fun f -> Array.tryItem (d.StartLine - 1) f.Lines)
            |> Option.defaultValue ""

        let text, suggestions = split d.Message

        let severity =
            if d.Severity = FSharpDiagnosticSeverity.Error then
                DiagnosticSeverity.Error
            else
                DiagnosticSeverity.Warning

        // The signature in the message is long, and the hint says what matters of it.
        let text =
            match text.IndexOf " The required signature is" with
            | -1 -> text
            | i -> text.Substring(0, i)

        Diagnostic(
            $"FS%04d{d.ErrorNumber}",
            severity,
            text,
            TextSpan(shown, d.StartLine, d.StartColumn + 1, d.EndLine, d.EndColumn + 1),
            source,
            hint d.ErrorNumber d.Message suggestions source
        )

    let errors, others =
        found
        |> Array.filter (fun d ->
            d.Severity = FSharpDiagnosticSeverity.Error
            || d.Severity = FSharpDiagnosticSeverity.Warning)
        |> Array.partition (fun d -> d.Severity = FSharpDiagnosticSeverity.Error)

    let causes = errors |> Array.filter (fun d -> not (echoes.Contains d.ErrorNumber))

    let primary =
        (if causes.Length > 0 then causes else errors)
        |> Array.sortBy (fun d -> d.FileName, d.StartLine, d.StartColumn)
        |> Array.distinctBy (fun d ->
            d.FileName,
            match fileOf d with
            | Some file -> declaration file.Lines d.StartLine
            | None -> d.StartLine)

    // With an error, warnings are mostly its echoes.
    (if primary.Length > 0 then primary else others)
    |> Array.map convert
    |> List.ofArray

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

let private undefined =
    Regex(@"'([^']+)' is not defined", RegexOptions.CultureInvariant)

/// Whether that name stands for an event of some rule in the file.
let private isStep (code: string) (name: string) =
    name <> ""
    && Regex.IsMatch(
        code,
        @"\b(?:for|followedBy)\s+" + Regex.Escape name + @"\s+in\b",
        RegexOptions.NonBacktracking
    )

/// A pattern of two without parentheses: F# takes `path = a` for a comparison.
let private unbracketed =
    Regex(@"^(\w+)\s*=.*?(\|\|\||&&&)", RegexOptions.CultureInvariant)

/// `place` is the line from the error on, `code` the file without comments and texts.
let private hint
    (number: int)
    (message: string)
    (suggestions: string list)
    (source: string)
    (place: string)
    (code: string)
    =
    let word = source.Trim().Split(' ', '(')[0]

    match number with
    | 39 when
        message.Contains "'rule' is not defined"
        || message.Contains "'Py' is not defined"
        ->
        "Begin the file with: open AuditRules"
    | 599 when source.Contains "Py." -> "The names of events begin with a capital: Py.Open, Py.SocketConnect."
    | 39 when source.Contains "on " && isStep code (undefined.Match(message).Groups[1].Value) ->
        "In `on (a = b)` the steps before stand on the left, the new one on the right."
    | 39 when not suggestions.IsEmpty ->
        let shown = suggestions |> List.truncate 3
        "Maybe you want " + String.Join(" or ", shown) + "."
    | 39 ->
        match clauses |> nearest word with
        | Some clause when clause <> word -> $"Maybe you want {clause}."
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
    | 3125 -> "`on` takes one =. For several keys write on (struct (a, b) = struct (c, d))."
    | 3099
    | 3095 -> $"Put the argument of {word} in parentheses."
    | 1
    | 43 when message.Contains "'string' does not support the operator '|||'" ->
        "A text alone is no pattern there: write equals \"/tmp\" ||| ..."
    | 1
    | 43 when message.Contains "'string' does not support the operator '&&&'" ->
        "A text alone is no pattern there: write contains \"tmp\" &&& ..."
    | 1
    | 43
    | 691 when unbracketed.IsMatch place && (number = 691 || message.Contains "'bool'") ->
        let found = unbracketed.Match place
        $"Put the pattern in parentheses: {found.Groups[1].Value} = (... {found.Groups[2].Value} ...)"
    | 43 when message.Contains "'=='" -> "F# compares with = and <>."
    | 10 when message.Contains "'and'" -> "F# writes && for and, || for or."
    | 193 when message.Contains "Yielded<" -> "A rule begins with: for e in Py.Event do"
    | 1
    | 193 when source.Contains " on " -> "Both sides of a key must have the same type."
    | 1 when message.Contains "expected to have type 'int64'" && message.Contains "'string'" ->
        "This is a number: compare it with 443L."
    | 1
    | 193 when message.Contains "'int64'" -> "Whole numbers of events have 64 bits: write 443L."
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
    let fileOf (d: FSharpDiagnostic) = RuleFile.find files d.FileName

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
            hint
                d.ErrorNumber
                (blanks.Replace(d.Message, " "))
                suggestions
                source
                (source.Substring(min source.Length d.StartColumn))
                (file |> Option.map _.Code |> Option.defaultValue "")
        )

    let errors, others =
        found
        |> Array.filter (fun d ->
            d.Severity = FSharpDiagnosticSeverity.Error
            || d.Severity = FSharpDiagnosticSeverity.Warning)
        |> Array.partition (fun d -> d.Severity = FSharpDiagnosticSeverity.Error)

    let causes = errors |> Array.filter (fun d -> not (echoes.Contains d.ErrorNumber))

    let place (d: FSharpDiagnostic) = d.FileName, d.StartLine, d.StartColumn

    // That no overload fits (41) is an echo of a name that is not defined (39), though it stands before it.
    let primary =
        (if causes.Length > 0 then causes else errors)
        |> Array.groupBy (fun d ->
            d.FileName,
            match fileOf d with
            | Some file -> declaration file.Lines d.StartLine
            | None -> d.StartLine)
        |> Array.map (fun (_, same) ->
            let isUndefined = same |> Array.exists (fun d -> d.ErrorNumber = 39)
            same |> Array.minBy (fun d -> isUndefined && d.ErrorNumber = 41, place d))
        |> Array.sortBy place

    // With an error, warnings are mostly its echoes.
    (if primary.Length > 0 then primary else others)
    |> Array.map convert
    |> List.ofArray

/// All that is told of a compilation. Without an assembly there is always an error.
let ofOutcome files found hasAssembly (thrown: exn option) =
    let told = ofCompiler files found

    if
        hasAssembly
        || told |> List.exists (fun d -> d.Severity = DiagnosticSeverity.Error)
    then
        told
    else
        let why =
            match thrown with
            | Some e -> $"{e.GetType().Name}: {e.Message}"
            | None -> "it made no assembly and said nothing"

        let shown = files |> List.tryHead |> Option.map _.Shown |> Option.defaultValue ""

        Problem.error
            Problem.CompilerFailed
            $"the compiler failed: {why}"
            shown
            0
            0
            ""
            "Look for room on the disk and for access to the temporary folder."
        :: told

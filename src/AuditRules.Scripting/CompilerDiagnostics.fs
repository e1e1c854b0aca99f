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
        "thenBy"
        "together"
        "runs"
        "within"
        "maxspan"
        "unless"
        "until"
        "notPrecededBy"
        "notFollowedBy"
        "atLeast"
        "atLeastDistinct"
        "sumAtLeast"
        "fold"
        "suppress"
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
        @"\b(?:for|followedBy|thenBy|together)\s+" + Regex.Escape name + @"\s+in\b",
        RegexOptions.NonBacktracking
    )

/// A pattern of two without parentheses: F# takes `path = a` for a comparison.
let private unbracketed =
    Regex(@"^(\w+)\s*=.*?(\|\|\||&&&)", RegexOptions.CultureInvariant)

let private quotedNumber = Regex("^\"(-?\d+)\"", RegexOptions.CultureInvariant)
let private bareNumber = Regex(@"^(-?\d+(?:\.\d+)?)", RegexOptions.CultureInvariant)

/// A number where the field is a number, without the quotation marks that the author wrote.
let private aNumber (place: string) otherwise =
    match quotedNumber.Match place with
    | found when found.Success -> $"This is a number: write {found.Groups[1].Value}."
    | _ -> otherwise

let private aText (place: string) otherwise =
    match bareNumber.Match place with
    | found when found.Success -> $"This is a text: write \"{found.Groups[1].Value}\"."
    | _ -> otherwise

/// A `for` without its `do`.
let private openFor =
    Regex(@"^\s*for\s+\w+\s+in\b(?!.*\bdo\s*$)", RegexOptions.CultureInvariant)

/// What the compiler says where it loses its way: a text without its end may be why.
let private isSyntax number =
    List.contains number [ 10; 58; 514; 515; 516; 583; 584; 599; 604; 3118; 3156 ]

/// Where the compiler stumbled.
type private Spot =
    {
        /// The line.
        Source: string
        /// The line from the error on.
        Place: string
        /// The last line of code before it that is not empty.
        Before: string
        /// The file without comments and texts.
        Code: string
        /// The line on which a text begins that goes on over the end of its line; 0 for none.
        Wrapped: int
    }

let private spot (file: RuleFile option) line column =
    let source =
        file
        |> Option.bind (fun f -> Array.tryItem (line - 1) f.Lines)
        |> Option.defaultValue ""

    let code = file |> Option.map _.Code |> Option.defaultValue ""

    {
        Source = source
        Place = source.Substring(min source.Length column)
        Before =
            code.Split '\n'
            |> Array.truncate (line - 1)
            |> Array.tryFindBack (fun text -> text.Trim() <> "")
            |> Option.defaultValue ""
        Code = code
        Wrapped = file |> Option.bind (fun f -> List.tryHead f.Wrapped) |> Option.defaultValue 0
    }

let private noField =
    Regex(@"The type '(\w+)' does not define.* member named '(\w+)'", RegexOptions.CultureInvariant)

/// Of a field that an event of Python does not have: the one that is meant, or those that there are.
let private fields (message: string) (suggestions: string list) =
    let found = noField.Match message

    match Catalogue.FindType found.Groups[1].Value with
    | null -> None
    | entry ->
        let own = [ for field in entry.Fields -> field.PropertyName ]

        match nearest found.Groups[2].Value (own @ suggestions) with
        | Some name -> Some $"Maybe you want {name}."
        | None when own.IsEmpty -> Some $"{entry.Name} has no arguments."
        | None -> Some($"The fields of {entry.Name} are " + String.Join(", ", own) + ".")

let private hint (number: int) (message: string) (suggestions: string list) (spot: Spot) =
    let source, place, code = spot.Source, spot.Place, spot.Code
    let word = source.Trim().Split(' ', '(')[0]

    match number with
    | 1161 -> "Use spaces: F# takes no tabs before code."
    | _ when spot.Wrapped > 0 && isSyntax number ->
        $"A text that begins on line {spot.Wrapped} does not end there: look for a missing quotation mark."
    | 10 when openFor.IsMatch spot.Before -> "Write do at the end of the line before: for e in Py.Event do"
    | 3097 when word = "together" -> "together needs a key: together c in Py.Event on (o.Process = c.Process)"
    | 3097 -> "followedBy needs a key: followedBy c in Py.Event on (o.Process = c.Process)"
    | 39 when
        message.Contains "'rule' is not defined"
        || message.Contains "'Py' is not defined"
        ->
        "Begin the file with: open AuditRules"
    | 599 when source.Contains "Py." -> "The names of events begin with a capital: Py.Open, Py.SocketConnect."
    | 39 when source.Contains "on " && isStep code (undefined.Match(message).Groups[1].Value) ->
        "In `on (a = b)` the steps before stand on the left, the new one on the right."
    | 39 when (fields message suggestions).IsSome -> fields message suggestions |> Option.defaultValue ""
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
    | 193 when message.Contains "elements of a list" -> "The items of a list are all texts or all numbers."
    | 1
    | 193 when message.Contains "with the type 'Detection.Patterns.NumberPattern'" ->
        aNumber place "This field is a number: write 443, or a pattern as oneOf [ 80; 443 ]."
    | 1
    | 193 when message.Contains "with the type 'Detection.Patterns.TextPattern'" ->
        aText place "This field is a text: write \"...\", or a pattern as glob \"...\"."
    | 1
    | 193 when source.Contains " on " && not (place.Contains " on ") ->
        "Both sides of a key must have the same type."
    | 1 when message.Contains "expected to have type 'int64'" && message.Contains "'string'" ->
        let otherwise = "This is a number: compare it with 443L."

        if source.Contains ".make" then
            aNumber place otherwise
        else
            otherwise
    | 1 when message.Contains "expected to have type 'string'" -> aText place "This is a text: write \"...\"."
    | 1 when message.Contains "does not match the type 'string'" ->
        "A number is no text: put it into one as $\"{n}\", or write string n."
    | 1
    | 193 when message.Contains "'int64'" -> "Whole numbers of events have 64 bits: write 443L."
    | 1 when message.Contains "TimeSpan" -> "Write a time as (seconds 5) or (minutes 1)."
    | 604 ->
        "The braces of this rule do not close: look inside it for a missing parenthesis, and at the columns of its clauses."
    | 10
    | 583
    | 58
    | 3118 -> "Look for a missing parenthesis or bracket on this line or the one before."
    | _ -> ""

let private ownName =
    Regex(@"^Value restriction.*?'(\w+)'", RegexOptions.CultureInvariant)

let private throwing =
    Regex(@"\b(?:failwithf?|raise|invalidArg|invalidOp|nullArg)\b", RegexOptions.CultureInvariant)

/// A value that is of any type: of one that always throws the compiler says no more than that.
let private ofNoType (text: string) (spot: Spot) =
    match ownName.Match text with
    | found when found.Success ->
        let name = found.Groups[1].Value

        if throwing.IsMatch spot.Source then
            Some(
                Problem.Throws,
                $"the file throws when it is loaded: the value {name} always does",
                "A value at the top of a rule file must not fail."
            )
        else
            Some(
                "FS0030",
                $"The value {name} has no definite type",
                $"Write its type: let {name}: TextPattern = ..."
            )
    | _ -> None

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

        let spot = spot file d.StartLine d.StartColumn
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

        let id, text, hint =
            match (if d.ErrorNumber = 30 then ofNoType text spot else None) with
            | Some told -> told
            | None ->
                $"FS%04d{d.ErrorNumber}",
                text,
                hint d.ErrorNumber (blanks.Replace(d.Message, " ")) suggestions spot

        Diagnostic(
            id,
            severity,
            text,
            TextSpan(shown, d.StartLine, d.StartColumn + 1, d.EndLine, d.EndColumn + 1),
            spot.Source,
            hint
        )

    let errors, others =
        found
        |> Array.filter (fun d ->
            d.Severity = FSharpDiagnosticSeverity.Error
            || d.Severity = FSharpDiagnosticSeverity.Warning)
        |> Array.partition (fun d -> d.Severity = FSharpDiagnosticSeverity.Error)

    // Behind a tab the compiler loses its way.
    let tabbed =
        set
            [
                for d in errors do
                    if d.ErrorNumber = 1161 then
                        d.FileName
            ]

    let causes =
        errors
        |> Array.filter (fun d ->
            not (echoes.Contains d.ErrorNumber)
            && (d.ErrorNumber = 1161 || not (tabbed.Contains d.FileName)))

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

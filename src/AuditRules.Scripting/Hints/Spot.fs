namespace AuditRules.Scripting

open System
open System.Text.RegularExpressions
open FSharp.Compiler.Diagnostics

/// Where the compiler stumbled, what it said, and the code around it.
type internal Spot =
    {
        /// The number of the compiler's error.
        Number: int
        /// What it said, in one line.
        Message: string
        Suggestions: string list
        /// From 1.
        Line: int
        /// From 0.
        Column: int
        /// The line.
        Source: string
        /// What the error stands under; up to the end of the line where it goes on.
        Text: string
        /// The line from the error on.
        Place: string
        /// The last line of code before it that is not empty.
        Before: string
        /// The lines of the file without comments and texts.
        Code: string array
        /// The lines of the top-level value that it stands in, of those.
        Own: (int * string) list
        /// The clause whose line it stands on, or which stands last above it; empty outside of a rule.
        Clause: string
        /// The line on which a text begins that goes on over the end of its line; 0 for none.
        Wrapped: int
        /// The full paths of the files that its file loads.
        Loads: string list
        /// All that are compiled.
        Files: RuleFile list
    }

module internal Spot =
    let private blanks = Regex(@"\s+", RegexOptions.CultureInvariant)

    let private maybe =
        Regex(@"\s*Maybe you want one of the following:\s*", RegexOptions.CultureInvariant)

    let oneLine (text: string) = blanks.Replace(text.Trim(), " ")

    /// The compiler's message without its layout, and its suggestions.
    let split (message: string) =
        match maybe.Split(message, 2) with
        | [| text; suggestions |] -> oneLine text, List.ofArray (blanks.Split(suggestions.Trim()))
        | _ -> oneLine message, []

    /// The first word of a line of code.
    let firstWord (line: string) =
        let line = line.AsSpan().TrimStart()
        let mutable length = 0

        while length < line.Length && SourceWords.isWord line[length] do
            length <- length + 1

        line.Slice(0, length).ToString()

    /// How far a line is indented.
    let indent (line: string) = line.Length - line.TrimStart().Length

    /// The line on which the top-level value of a line begins, from 0.
    let declaration (lines: string array) line =
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

    let private clauseAt (lines: string array) first line =
        seq { min line lines.Length - 1 .. -1 .. first }
        |> Seq.tryPick (fun i ->
            match firstWord lines[i] with
            | "for" -> Some "for"
            | "let" -> Some ""
            | word -> ClauseShapes.find word |> Option.map _.Name)
        |> Option.defaultValue ""

    let make (files: RuleFile list) (file: RuleFile option) (d: FSharpDiagnostic) =
        let lines = file |> Option.map _.Lines |> Option.defaultValue [||]

        let code =
            file |> Option.map (fun f -> f.Code.Split '\n') |> Option.defaultValue [||]

        let line, column = d.StartLine, d.StartColumn
        let source = Array.tryItem (line - 1) lines |> Option.defaultValue ""
        let place = source.Substring(min source.Length column)
        let _, suggestions = split d.Message
        let first = declaration lines line

        let next =
            seq { first + 1 .. code.Length - 1 }
            |> Seq.tryFind (fun i -> declaration lines (i + 1) = i)
            |> Option.defaultValue code.Length

        {
            Number = d.ErrorNumber
            Message = oneLine d.Message
            Suggestions = suggestions
            Line = line
            Column = column
            Source = source
            Text =
                if d.EndLine = line then
                    place.Substring(0, max 0 (min place.Length (d.EndColumn - column)))
                else
                    place.TrimEnd()
            Place = place
            Before =
                code
                |> Array.truncate (line - 1)
                |> Array.tryFindBack (fun text -> text.Trim() <> "")
                |> Option.defaultValue ""
            Code = code
            Own =
                [
                    for i in first .. min next code.Length - 1 do
                        i + 1, code[i]
                ]
            Clause = clauseAt code first line
            Wrapped = file |> Option.bind (fun f -> List.tryHead f.Wrapped) |> Option.defaultValue 0
            Loads =
                [
                    for f in Option.toList file do
                        for load in f.Loads do
                            load.Path
                ]
            Files = files
        }

    /// The code of the line up to the error.
    let ahead (spot: Spot) =
        match Array.tryItem (spot.Line - 1) spot.Code with
        | Some line -> line.Substring(0, min line.Length spot.Column)
        | None -> ""

    /// The code of the line from the error on.
    let rest (spot: Spot) =
        match Array.tryItem (spot.Line - 1) spot.Code with
        | Some line -> line.Substring(min line.Length spot.Column)
        | None -> ""

    let private inKey = Regex(@"\bon\s*\(", RegexOptions.CultureInvariant)

    /// Whether the error stands in the parentheses behind `on`.
    let isKey (spot: Spot) = inKey.IsMatch(ahead spot)

    /// The line on which an event of the rule gets that name; 0 for none.
    let stepLine (spot: Spot) (name: string) =
        spot.Own
        |> List.tryFind (fun (_, line) ->
            Regex.IsMatch(
                line,
                @"^\s*(?:for|followedBy|thenBy|together)\s+" + Regex.Escape name + @"\s+in\b",
                RegexOptions.NonBacktracking
            ))
        |> Option.map fst
        |> Option.defaultValue 0

    /// Whether that name stands for an event of the rule.
    let isStep spot name = stepLine spot name > 0

    let private qualified =
        Regex(
            @"\b(?:System|Events|Detection|Python|Plans|Patterns|Quotations)\.",
            RegexOptions.CultureInvariant
        )

    let private mismatches =
        [
            Regex(
                @"expected to have type '(?<e>.+)' but here has type '(?<a>.+)'",
                RegexOptions.CultureInvariant
            )
            Regex(
                @"expected to have type '(?<e>.+)' but is a (?<a>tuple) of type",
                RegexOptions.CultureInvariant
            )
            Regex(
                @"The type '(?<a>.+)' is not compatible with (?:the )?type '(?<e>.+)'",
                RegexOptions.CultureInvariant
            )
            Regex(@"The type '(?<a>.+)' does not match the type '(?<e>.+)'", RegexOptions.CultureInvariant)
        ]

    /// Two types that do not fit, by their short names: the one that belongs there, and the one that stands there.
    let (|Mismatch|_|) (spot: Spot) =
        mismatches
        |> List.tryPick (fun form ->
            match form.Match spot.Message with
            | found when found.Success ->
                let short (group: string) =
                    qualified.Replace(found.Groups[group].Value, "")

                Some(short "e", short "a")
            | _ -> None)

    let private undefined =
        Regex(@"'([^']+)' is not defined", RegexOptions.CultureInvariant)

    /// A name that is not defined.
    let (|Undefined|_|) (spot: Spot) =
        match undefined.Match spot.Message with
        | found when spot.Number = 39 && found.Success -> Some found.Groups[1].Value
        | _ -> None

    let private noMember =
        Regex(
            @"The type '([\w.]+)[^']*' does not define.* member named '([^']+)'",
            RegexOptions.CultureInvariant
        )

    /// A type, and a member that it does not have.
    let (|NoMember|_|) (spot: Spot) =
        match noMember.Match spot.Message with
        | found when spot.Number = 39 && found.Success -> Some(found.Groups[1].Value, found.Groups[2].Value)
        | _ -> None

    let private noFunction =
        Regex(@"not a function and cannot be applied\. It has type '([^']+)", RegexOptions.CultureInvariant)

    /// The type of what is no function, but has an argument.
    let (|NoFunction|_|) (spot: Spot) =
        match noFunction.Match spot.Message with
        | found when spot.Number = 3 && found.Success -> Some(qualified.Replace(found.Groups[1].Value, ""))
        | _ -> None

    let private unexpected =
        Regex(@"Unexpected (?:keyword|symbol|token|character) '([^']+)'", RegexOptions.CultureInvariant)

    /// What the compiler did not expect there.
    let (|Unexpected|_|) (spot: Spot) =
        match unexpected.Match spot.Message with
        | found when found.Success -> Some found.Groups[1].Value
        | _ -> None

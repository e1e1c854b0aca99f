/// Hints for what the compiler does not read: characters, words and brackets.
module internal AuditRules.Scripting.TokenHints

open System
open System.Text.RegularExpressions
open AuditRules.Events
open AuditRules.Scripting.Spot

/// What the compiler says where it does not read on.
let isSyntax number =
    List.contains
        number
        [
            10
            58
            514
            515
            516
            583
            584
            598
            599
            604
            1161
            3100
            3106
            3118
            3123
            3156
            3524
        ]

/// Where it says no more than that something before does not end.
let isEnd (number: int) (message: string) =
    List.contains number [ 58; 604; 3106; 3118; 3123; 3524 ]
    || number = 10 && message.StartsWith("Incomplete", StringComparison.Ordinal)

/// A text in single quotation marks, which hold one character.
let private single = Regex(@"'([^'""]{2,})'", RegexOptions.CultureInvariant)

let private quoted (spot: Spot) =
    match Array.tryItem (spot.Line - 1) spot.Code with
    | Some line ->
        match single.Match line with
        | found when found.Success && found.Index + found.Length > spot.Column - 2 ->
            Some $"A text stands in double quotation marks: \"{found.Groups[1].Value}\"."
        | _ -> None
    | None -> None

let private character (spot: Spot) =
    let c = if spot.Place = "" then ' ' else spot.Place[0]

    if "“”„‟«»".Contains c then
        Some "A text stands in straight quotation marks: \"...\"."
    elif "‘’‚".Contains c then
        Some "Write straight quotation marks: \"...\" for a text."
    else
        Some $"Take the character U+{int c:X4} out, or write a blank in its place."

/// The name that a keyword was to be, or that has a dash.
let private naming =
    Regex(@"\b(let|for|followedBy|thenBy|together)\s+$", RegexOptions.CultureInvariant)

let private dashed = Regex(@"\blet\s+(\w+(?:-\w+)+)", RegexOptions.CultureInvariant)

let private isCondition (line: string) =
    match ClauseShapes.find (firstWord line) with
    | Some clause -> clause.Kind <> ClauseShapes.Step
    | None -> false

let private keyword (word: string) (spot: Spot) =
    let before, behind = ahead spot, rest spot

    if word = "for" && naming.IsMatch before then
        ClauseShapes.find (firstWord before) |> Option.map ClauseShapes.writeIt
    elif naming.IsMatch before && not (behind.StartsWith $"{word}.") then
        Some $"{word} is a word of F#: take another name."
    elif word = "and" || word = "or" then
        if before.Contains ".matching" then
            Some
                "Patterns join with ||| for either and &&& for both, in parentheses: path = (a ||| b). A comma stands between fields."
        else
            Some "F# writes && for and, || for or."
    elif word = "|" || word = "&" then
        Some "Patterns join with ||| and &&&, conditions with || and &&."
    elif word = "in" && before.Contains '(' && isCondition before then
        Some "F# has no in for texts: write o.Path.Contains \"x\"."
    elif word = "do" && (ClauseShapes.find (firstWord before)).IsNone then
        Some ClauseShapes.begins
    elif
        word = "for"
        && spot.Before.Contains "rule"
        && not (spot.Before.TrimEnd().EndsWith '{')
    then
        Some "The clauses of a rule stand in braces: write { at the end of the line before."
    else
        None

/// A `for` without its `do`.
let private openFor =
    Regex(@"^\s*for\s+\w+\s+in\b(?!.*\bdo\s*$)", RegexOptions.CultureInvariant)

/// Whether a round or square bracket of a value is open behind the line, or was never opened.
let private brackets (spot: Spot) =
    let opened = Collections.Generic.Stack<char>()
    let mutable extra = false

    for number, line in spot.Own do
        if number <= spot.Line then
            for c in line do
                match c with
                | '('
                | '[' -> opened.Push c
                | ')'
                | ']' when opened.Count = 0 || opened.Pop() <> (if c = ')' then '(' else '[') -> extra <- true
                | _ -> ()

    opened.Count > 0 || extra

let private ofBrackets (spot: Spot) =
    if
        spot.Number = 583
        || spot.Number = 598
        || spot.Message.Contains "symbol ')'"
        || brackets spot
    then
        Some "Look for a missing parenthesis or bracket on this line or the one before."
    else
        None

/// A text or a path without quotation marks.
let private unquoted =
    Regex(
        @"^(?:glob|under|startsWith|endsWith|contains|regex|equals|=)?\s*(\*?/[\w.*/-]*)",
        RegexOptions.CultureInvariant
    )

/// Of words that F# has others for, those that a line begins with.
let private words =
    Map
        [
            for word in [ "def"; "var"; "const"; "val"; "auto" ] do
                word, "F# gives a name with let: let secret = glob \"*/.ssh/*\""
        ]

/// The same for single values.
let private values =
    Map
        [
            "True", "F# writes true."
            "False", "F# writes false."
            "lambda", "F# writes fun x -> ..., and where takes the condition alone."
        ]

let hint (spot: Spot) =
    match spot with
    | { Number = 1161 } -> Some "Use spaces: F# takes no tabs before code."
    | _ when spot.Wrapped > 0 && isSyntax spot.Number ->
        Some
            $"A text that begins on line {spot.Wrapped} does not end there: look for a missing quotation mark."
    | { Number = 10 } when openFor.IsMatch spot.Before && firstWord spot.Source <> "for" ->
        Some "Write do at the end of the line before: for e in Py.Event do"
    | Undefined word when words.ContainsKey word && (ahead spot).Trim() = "" -> Some words[word]
    | Undefined word when values.ContainsKey word -> Some values[word]
    | Mismatch(_, kind) when kind.EndsWith " option" && spot.Text = "None" ->
        Some "F# writes null for a text that is not there."
    | { Number = 10 } when spot.Message.StartsWith "Unexpected character" -> character spot
    | _ when isSyntax spot.Number && (quoted spot).IsSome -> quoted spot
    | { Number = (10 | 3156) } when unquoted.IsMatch(rest spot) ->
        Some "A text stands in quotation marks: \"/etc/passwd\"."
    | { Number = 516 } -> Some "A comment that begins with (* ends with *)."
    | { Number = 10 } when dashed.IsMatch spot.Source ->
        let name = (dashed.Match spot.Source).Groups[1].Value
        Some $"A name has letters, digits and _: {name.Replace('-', '_')}."
    | { Number = 10 } when
        spot.Message.EndsWith "Expected '=' or other token."
        && spot.Column = 0
        && firstWord spot.Before = "let"
        ->
        Some "The let before has no = behind its name."
    | Unexpected word when (keyword word spot).IsSome -> keyword word spot
    | { Number = 10 } when firstWord spot.Source = "rule" && not (spot.Before.TrimEnd().EndsWith '=') ->
        Some "A rule is a value with a name: write let name = before it."
    | { Number = 599 } when (ahead spot).Length > 0 && Char.IsDigit((ahead spot)[spot.Column - 1]) ->
        Some "An address is a text: write it in quotation marks, as \"127.0.0.1\"."
    | { Number = 3100 } when spot.Place.StartsWith ',' -> Some "Take the comma out, or write what follows it."
    | { Number = 3373 } ->
        Some
            "Within the braces of such a text no quotation mark may stand: give the value a name with let, or write \"\"\" around the text."
    | { Number = 3383 } ->
        Some
            "A value stands in one pair of braces: {o.Path}. A brace that stands for itself is written twice."
    | { Number = 597 } when (ClauseShapes.find spot.Clause).IsSome ->
        ClauseShapes.find spot.Clause |> Option.map ClauseShapes.writeIt
    | { Number = 43 } when spot.Message.Contains "'=='" || spot.Message.Contains "'!='" ->
        Some "F# compares with = and <>."
    | { Number = 43 } when spot.Message.Contains "'=~'" ->
        Some "Ask with regex in matching, or here with Contains, StartsWith or EndsWith."
    | Mismatch(expected, "bool") when expected.StartsWith "bool ref" ->
        Some "F# writes not for !: not o.IsWrite."
    | { Number = 1 } when spot.Message.Contains "printf-style format" ->
        Some "Take the % and the letter behind it out: a value in braces needs none."
    | { Number = 604 } ->
        Some
            "The braces of this rule do not close: look inside it for a missing parenthesis, and at the columns of its clauses."
    | { Number = number } when isSyntax number -> ofBrackets spot
    | _ -> None

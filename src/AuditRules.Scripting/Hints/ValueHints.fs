/// Hints for single values: texts, numbers, times, conditions, and what stands in the parentheses of `rule`.
module internal AuditRules.Scripting.ValueHints

open System
open System.Globalization
open System.Text.RegularExpressions
open AuditRules.Events
open AuditRules.Scripting.Spot

let private header =
    "rule takes an id, a title and a severity: rule (\"MY0001\", \"what it finds\", High)"

let private severities = [ "Info"; "Low"; "Medium"; "High"; "Critical" ]
let private maturities = [ "Stable"; "Test"; "Experimental" ]

/// One of a few words, which was written as a text.
let private word (names: string list) (text: string) =
    match NearestName.Find(text.Trim '"', names) with
    | null -> "Write one of these, without quotation marks: " + String.Join(", ", names) + "."
    | name -> $"Write {name}, without quotation marks."

let private isMessage (spot: Spot) = spot.Clause = "message"

let private literal = Regex(@"^-?\d+(L?)$", RegexOptions.CultureInvariant)

let private compared =
    Regex(@"\d\s*(?:=|<>|<|>|<=|>=)\s*$", RegexOptions.CultureInvariant)

let private isComparison =
    Regex(@"(?:=|<>|<|>|<=|>=)\s*$", RegexOptions.CultureInvariant)

let private wide = "Whole numbers of events have 64 bits: write 443L."

/// A number of 32 bits beside one of 64.
let private bits (spot: Spot) expected =
    match literal.Match spot.Text with
    | found when found.Success && found.Groups[1].Value = "" ->
        Some $"That number has 64 bits: write {spot.Text}L."
    | found when found.Success && expected = "int" ->
        Some $"That number has 32 bits: write {spot.Text.TrimEnd 'L'}."
    | _ when compared.IsMatch(ahead spot) -> Some wide
    | _ -> Some "One number has 32 bits and the other 64: int64 makes it as wide, as in int64 o.Process."

let private unit =
    Regex(@"\b(milliseconds|seconds|minutes|hours)\s*\(?$", RegexOptions.CultureInvariant)

let private amount =
    Regex(@"^(\d+)\s+(milliseconds|seconds|minutes|hours)\b", RegexOptions.CultureInvariant)

/// A time that is no whole number of its unit, in the next smaller one.
let private fraction (spot: Spot) =
    let found = unit.Match(ahead spot)

    let smaller, factor =
        match found.Groups[1].Value with
        | "seconds" -> "milliseconds", 1000m
        | "minutes" -> "seconds", 60m
        | "hours" -> "minutes", 60m
        | _ -> "", 0m

    match Decimal.TryParse(spot.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) with
    | true, value when smaller <> "" && value * factor = Decimal.Floor(value * factor) ->
        let count = Decimal.ToInt64(value * factor)
        Some $"{found.Groups[1].Value} takes a whole number: write {smaller} {count}."
    | _ -> Some "A whole number belongs there."

let private interpolated (spot: Spot) =
    let text = spot.Text

    if
        Regex.IsMatch(text, @"^[\w.]+$", RegexOptions.CultureInvariant)
        && not (Char.IsDigit text[0])
    then
        Some($"A number is no text: put it into one as $\"{{{text}}}\".")
    else
        Some "A number is no text: put it into one as $\"{n}\", or write string n."

let private isNumber kind =
    List.contains kind [ "int"; "int64"; "float"; "int16"; "byte" ]

/// The clauses whose arguments have an order that authors miss.
let private ordered (spot: Spot) =
    ClauseShapes.find spot.Clause
    |> Option.filter (fun clause -> clause.Kind = ClauseShapes.Threshold)
    |> Option.map ClauseShapes.writeIt

let hint (spot: Spot) =
    let text = spot.Text

    match spot with
    | { Number = (497 | 501 | 505) } when spot.Message.Contains "'rule'" -> Some header
    | NoFunction "RuleBuilder" -> Some "The clauses of a rule stand in braces: rule (...) { ... }"
    | NoFunction "string" when spot.Source.Contains "rule (" -> Some $"A comma is missing. {header}"
    | Undefined("Severity" | "Maturity" | "Overlap") -> Some "Write the word behind the dot alone."
    | Mismatch("Severity", "string") -> Some(word severities text)
    | Mismatch("Maturity", "string") -> Some(word maturities text)
    | Mismatch("Overlap", "string") -> Some(word [ "Latest"; "All" ] text)
    | Mismatch("string", "Severity") -> Some header
    | Mismatch("string list", "string") -> Some $"This is a list: write [ {text} ]."
    | Mismatch("string", "tuple") when (ahead spot).TrimEnd().EndsWith '[' ->
        Some "A semicolon stands between the items of a list: [ \"a\"; \"b\" ]."
    | Mismatch("TimeSpan", _) -> Some "Write a time as (seconds 5) or (minutes 1)."
    | Mismatch("int", "float") when unit.IsMatch(ahead spot) -> fraction spot
    | NoFunction "int" when amount.IsMatch spot.Place ->
        let found = amount.Match spot.Place
        Some $"Write {found.Groups[2].Value} {found.Groups[1].Value}."
    | Undefined("day" | "days") -> Some "Write hours: a day is hours 24."
    | { Number = (1 | 193) } when isKey spot -> Some "Both sides of a key must have the same type."
    | Mismatch("int", "TimeSpan") -> ordered spot
    | Mismatch("string", "char") -> Some($"A text stands in double quotation marks: \"{text.Trim '\''}\".")
    | Mismatch("string", kind) when isNumber kind ->
        if isMessage spot || not (Regex.IsMatch(text, @"^-?\d")) then
            interpolated spot
        elif spot.Message.Contains "does not match" then
            Some "A number is no text: put it into one as $\"{n}\", or write string n."
        else
            Some(PatternHints.aText spot.Place "")
    | Mismatch(("int" | "int64"), "string") ->
        let isLiteral = text.StartsWith '"'

        if not isLiteral then
            Some $"{text} is a text, and a number belongs there."
        elif (ahead spot).Contains ".make" then
            Some(
                PatternHints.aNumber spot.Place "This is a number: write it without quotation marks, as 443."
            )
        elif isComparison.IsMatch(ahead spot) then
            Some "This is a number: compare it with 443L."
        else
            Some(PatternHints.aNumber spot.Place "A number belongs there: write it without quotation marks.")
    | Mismatch("int64", "int") -> bits spot "int64"
    | Mismatch("int", "int64") -> bits spot "int"
    | Mismatch("int", "float") -> Some "A whole number belongs there."
    | Mismatch("bool", "string") when (ahead spot).EndsWith "not " ->
        if Regex.IsMatch((rest spot).Substring(min text.Length (rest spot).Length), @"^\s*(=|<>|<|>)") then
            Some "not takes the next word alone: put what it denies in parentheses, or write <> for =."
        else
            Some "not takes a condition, as not (o.Path = \"/tmp/x\")."
    | Mismatch("bool", "string") ->
        Some "A condition compares: o.Path = \"/tmp/x\", or o.Path.Contains \"x\"."
    | Mismatch("bool", list) when list.EndsWith " list" ->
        Some "Put the condition in parentheses, not in brackets."
    | { Number = 37 } -> Some "Give each value a name of its own."
    | { Number = 201 } -> Some "Take the namespace out: a rule file needs none."
    | { Number = 20 } when spot.Message.Contains "type 'Rule'" ->
        Some "A rule that has no name is not used: write let name = before it."
    | _ -> None

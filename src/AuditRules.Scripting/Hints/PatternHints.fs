/// Hints for patterns: what a field in `matching` may be asked.
module internal AuditRules.Scripting.PatternHints

open System.Text.RegularExpressions
open AuditRules.Scripting.Spot

let private isPattern (kind: string) =
    kind.StartsWith "TextPattern" || kind.StartsWith "NumberPattern"

/// A pattern of two without parentheses: F# takes `path = a` for a comparison.
let private unbracketed =
    Regex(@"^(\w+)\s*=.*?(\|\|\||&&&)", RegexOptions.CultureInvariant)

let private fieldName = Regex(@"(\w+)\s*=\s*\(?$", RegexOptions.CultureInvariant)

/// The word that the error's argument belongs to.
let private lastWord =
    Regex(@"\b(glob|under|startsWith|endsWith|contains|regex|equals)\s*\(?$", RegexOptions.CultureInvariant)

let private quotedNumber = Regex("^\"(-?\d+)\"", RegexOptions.CultureInvariant)
let private bareNumber = Regex(@"^(-?\d+(?:\.\d+)?)", RegexOptions.CultureInvariant)

/// A number where the field is a number, without the quotation marks that the author wrote.
let aNumber (place: string) otherwise =
    match quotedNumber.Match place with
    | found when found.Success -> $"This is a number: write {found.Groups[1].Value}."
    | _ -> otherwise

let aText (place: string) otherwise =
    match bareNumber.Match place with
    | found when found.Success -> $"This is a text: write \"{found.Groups[1].Value}\"."
    | _ -> otherwise

/// A condition in place of a pattern.
let private condition (spot: Spot) =
    let code = rest spot
    let code = code.Substring(0, min code.Length spot.Text.Length)

    let field =
        match fieldName.Match(ahead spot) with
        | found when found.Success -> found.Groups[1].Value + " = "
        | _ -> ""

    if code.Contains "||" && not (code.Contains "|||") then
        Some $"Patterns join with |||: {field}(a ||| b)"
    elif code.Contains "&&" && not (code.Contains "&&&") then
        Some $"Patterns join with &&&: {field}(a &&& b)"
    elif code.StartsWith "not " then
        Some $"Of a pattern the opposite is notLike: {field}notLike{spot.Text.Substring 3}"
    else
        match Regex.Match(spot.Text, @"^(\w+)\s*<>\s*(.*)$", RegexOptions.CultureInvariant) with
        | found when found.Success ->
            Some
                $"Of a pattern the opposite is notLike: {found.Groups[1].Value} = notLike {found.Groups[2].Value}"
        | _ -> None

/// A list in place of a pattern.
let private ofList (spot: Spot) =
    if spot.Text.Contains '=' then
        "The fields of matching stand in parentheses: matching (path = ...)"
    else
        "One of several is oneOf: oneOf [ \"/a\"; \"/b\" ], oneOf [ 80; 443 ]."

/// An overload that takes nothing like this.
let private overloaded (spot: Spot) =
    let code = rest spot

    if Regex.IsMatch(code, @"^(?:oneOf|network|anyLike)\s*\[[^|\]]*,") then
        Some "A semicolon stands between the items of a list: [ a; b ]."
    elif code.StartsWith "oneOf" && Regex.IsMatch(code, @"^oneOf\s*(?:\[\||\()") then
        Some
            "oneOf takes a list: write oneOf [ ... ]; List.ofSeq makes a list of an array, a set or a sequence."
    elif code.StartsWith "oneOf" then
        Some "oneOf takes a list: oneOf [ \"/a\"; \"/b\" ]"
    elif code.StartsWith "network" then
        Some "network takes a text, or a list of texts: network \"10.0.0.0/8\""
    elif code.StartsWith "matching" || code.Contains ".matching" then
        Some "The pattern does not fit the field: a text takes a text, a number a number."
    else
        None

let private inMatching =
    "A pattern stands in matching, and where takes a condition: Py.Open.matching (path = glob \"*/.ssh/*\")"

let private isExample (spot: Spot) = (ahead spot).Contains ".make"

let hint (spot: Spot) =
    let text = spot.Text

    match spot with
    | { Number = 1 }
    | { Number = 43 } when spot.Message.Contains "'string' does not support the operator '|||'" ->
        Some "A text alone is no pattern there: write equals \"/tmp\" ||| ..."
    | { Number = 1 }
    | { Number = 43 } when spot.Message.Contains "'string' does not support the operator '&&&'" ->
        Some "A text alone is no pattern there: write contains \"tmp\" &&& ..."
    | { Number = 1 }
    | { Number = 43 }
    | { Number = 691 } when
        unbracketed.IsMatch spot.Place
        && (spot.Number = 691 || spot.Message.Contains "'bool'")
        ->
        let found = unbracketed.Match spot.Place
        Some $"Put the pattern in parentheses: {found.Groups[1].Value} = (... {found.Groups[2].Value} ...)"
    | { Number = 41 } -> overloaded spot
    | { Number = 364 } -> Some "Write each field once: two patterns join with &&& or |||, in parentheses."
    | { Number = (1 | 193) } when spot.Message.Contains "elements of a list" ->
        Some "The items of a list are all texts or all numbers."
    | Mismatch(expected, "bool") when isPattern expected && (condition spot).IsSome -> condition spot
    | Mismatch(expected, actual) when isPattern expected && actual.EndsWith " list" -> Some(ofList spot)
    | Mismatch(expected, ("int" | "int64" | "float")) when expected.StartsWith "TextPattern" ->
        Some(aText spot.Place "This field is a text: write \"...\", or a pattern as glob \"...\".")
    | Mismatch(expected, _) when expected.StartsWith "NumberPattern" ->
        Some(aNumber spot.Place "This field is a number: write 443, or a pattern as oneOf [ 80; 443 ].")
    | Mismatch(expected, _) when expected.StartsWith "TextPattern" ->
        Some "This field is a text: write \"...\", or a pattern as glob \"...\"."
    | Mismatch(_, actual) when isPattern actual && isExample spot ->
        Some "An example has one value in each field, no pattern: path = \"/etc/shadow\""
    | Mismatch(_, actual) when isPattern actual -> Some inMatching
    | Mismatch("int64 * int64", _) -> Some "between takes two numbers: between (1, 1023)"
    | NoFunction kind when isPattern kind && text.StartsWith "between" ->
        Some "between takes two numbers: between (1, 1023)"
    | NoFunction kind when isPattern kind && (spot.Clause = "where" || spot.Clause = "suppress") ->
        Some inMatching
    | Mismatch("string", "tuple") when lastWord.IsMatch(ahead spot) ->
        let word = (lastWord.Match(ahead spot)).Groups[1].Value
        Some $"{word} takes one text: join two as ({word} \"/a\" ||| {word} \"/b\")."
    | Mismatch("string", list) when list.EndsWith " list" && lastWord.IsMatch(ahead spot) ->
        let word = (lastWord.Match(ahead spot)).Groups[1].Value
        Some $"{word} takes one text: of several write anyLike [ {word} \"/a\"; {word} \"/b\" ]."
    | _ -> None

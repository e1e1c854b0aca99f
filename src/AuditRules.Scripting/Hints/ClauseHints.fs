/// Hints for clauses that are misspelt or do not have the arguments that they take.
module internal AuditRules.Scripting.ClauseHints

open System
open System.Text.RegularExpressions
open AuditRules.Scripting.ClauseShapes
open AuditRules.Scripting.Spot

/// Behind `f` or another letter no text takes values.
let private prefixed = Regex(@"\b[fF]\$?""", RegexOptions.CultureInvariant)

/// The words of a line before its `in`.
let private before (line: string) =
    match Regex.Match(line, @"^([\w\s]*?)\bin\b", RegexOptions.CultureInvariant) with
    | found when found.Success ->
        List.ofArray (found.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
    | _ -> []

let private maybe (clause: ClauseShape) =
    $"Maybe you want {clause.Name}: {clause.Shape}"

/// A clause with an `in` that the compiler did not expect: a misspelt one, or one that takes none.
let private withIn (spot: Spot) =
    let line = ahead spot + "in"
    let words = before line

    match words |> List.tryHead |> Option.bind find with
    | Some clause when clause.Kind <> Step -> Some $"{clause.Name} gives its event no name. {writeIt clause}"
    | Some clause -> Some(writeIt clause)
    | None ->
        match nearestStep words with
        | Some clause -> Some(maybe clause)
        | None ->
            words
            |> List.tryHead
            |> Option.bind nearest
            |> Option.map (fun clause ->
                if clause.Kind = Ending then
                    maybe clause
                else
                    $"Maybe you want {clause.Name}.")

let private listed = String.Join(", ", names)

let private own (spot: Spot) = find spot.Clause

/// Whether the error stands where a clause begins.
let private isFirst (spot: Spot) =
    (ahead spot).Trim() = ""
    && spot.Own
       |> List.exists (fun (number, line) ->
           let word = firstWord line

           number < spot.Line
           && indent line = spot.Column
           && (word = "for" || (find word).IsSome))

/// A rule of a `for` alone.
let private isBare (spot: Spot) =
    spot.Own |> List.exists (fun (_, line) -> firstWord line = "for")
    && not (spot.Own |> List.exists (fun (_, line) -> (find (firstWord line)).IsSome))

let private hasFor (spot: Spot) =
    spot.Own
    |> List.exists (fun (number, line) -> number < spot.Line && firstWord line = "for")

let private hasFold (spot: Spot) =
    spot.Own
    |> List.exists (fun (number, line) -> number < spot.Line && firstWord line = "fold")

let private key (clause: ClauseShape) (spot: Spot) =
    if Regex.IsMatch(spot.Source, @"\bon\s+[^(\s]", RegexOptions.CultureInvariant) then
        $"Put the key in parentheses: {clause.Shape}"
    else
        $"{clause.Name} needs a key: {clause.Shape}"

let private oneKey =
    "`on` takes one =. For several keys write on (struct (a, b) = struct (c, d))."

let private wrongSide =
    "In `on (a = b)` the steps before stand on the left, the new one on the right."

let hint (spot: Spot) =
    match spot, own spot with
    | { Number = 3099 }, _ when prefixed.IsMatch spot.Source ->
        Some "A text with values in it begins with $ in F#: $\"{o.Path} was read\"."
    | { Number = 3095 }, Some clause when clause.Kind = Plain ->
        Some $"Put the argument of {clause.Name} in parentheses. {writeIt clause}"
    | { Number = 3099 }, Some({ Kind = Ending } as clause) when
        spot.Source.Contains ".matching" && not (spot.Source.Contains "(Py.")
        ->
        Some $"Put the source in parentheses: {clause.Name} (Py.OsRemove.matching (...)) _.Path o.Path"
    | ({ Number = 3095 } | { Number = 3099 }), Some clause -> Some(writeIt clause)
    | ({ Number = 3097 } | { Number = 3098 }), Some _ when not (hasFor spot) -> Some begins
    | { Number = 3097 }, Some clause -> Some(key clause spot)
    | { Number = 3098 }, Some clause -> Some(writeIt clause)
    | { Number = 3125 }, _ when spot.Text.StartsWith '(' ->
        Some "One pair of parentheses is enough: on (o.Process = c.Process)."
    | { Number = 3125 }, _ when not (spot.Text.Contains '=') ->
        Some "`on` compares the steps before with the new one: on (o.Process = c.Process)."
    | { Number = 3125 }, _ -> Some oneKey
    | Unexpected "in", _ when not ((ahead spot).Contains '(') -> withIn spot
    | { Number = 41 }, Some clause when isFirst spot -> Some(writeIt clause)
    | { Number = 708 }, _ when spot.Text.StartsWith "if" ->
        Some "A rule asks with where in place of if: where (o.IsWrite)"
    | ({ Number = (10 | 58 | 3524) }), _ when firstWord spot.Before = "if" ->
        Some "A rule asks with where in place of if: where (o.IsWrite)"
    | { Number = 708 }, _ when spot.Text.Contains '{' -> Some begins
    | { Number = (58 | 708) }, _ when isBare spot ->
        Some "A rule has a clause behind its for, as message $\"{o.Path} was read\"."
    | { Number = 193 }, _ when spot.Message.Contains "Yielded<" && firstWord spot.Source = "for" ->
        Some $"A rule has one for. The next step is a clause: {nextStep}"
    | { Number = 193 }, _ when spot.Message.Contains "Yielded<" -> Some begins
    | Mismatch(expected, "unit"), Some clause when expected.StartsWith "Folded" ->
        Some $"fold names its state behind into. {writeIt clause}"
    | Undefined name, _ when isStep spot name && hasFold spot ->
        Some "Behind fold the names before are gone: s.Last is what was bound, for s the name behind into."
    | Undefined name, _ when isKey spot && isStep spot name -> Some wrongSide
    | Undefined name, _ when stepLine spot name > spot.Line ->
        Some
            $"{name} is named on line {stepLine spot name}: a clause takes the events that are named before it."
    | Undefined name, Some({ Kind = (Ending | Threshold) } as clause) when isStep spot name ->
        Some(writeIt clause)
    | Undefined name, _ when isFirst spot && hasFor spot ->
        match nearest name with
        | Some clause -> Some $"Maybe you want {clause.Name}."
        | None -> Some $"There is no such clause. The clauses are {listed}."
    | Mismatch(_, actual), Some clause when
        actual.Contains "->"
        && spot.Text.StartsWith "(fun"
        && clause.Kind <> Step
        && clause.Name <> "fold"
        && not ((ahead spot).Contains ".where")
        ->
        Some $"Write it without fun: {clause.Shape}"
    | NoFunction kind, Some { Name = "thenBy" } when
        kind.Contains "EventSource" && (rest spot).Contains " on "
        ->
        Some $"thenBy takes no key, followedBy does: {nextStep}"
    | Mismatch _, Some clause when
        clause.Kind = Ending
        && not (spot.Message.Contains "EventSource" || spot.Message.Contains "Pattern")
        ->
        Some "Both keys must have the same type."
    | { Number = 740 }, Some clause -> Some(writeIt clause)
    | { Number = 40 }, _ when spot.Source.Contains "findingsOf" ->
        Some "A rule cannot be built on its own findings."
    | { Clause = "for" }, _ when
        spot.Message.Contains "pattern discriminator"
        || spot.Message.Contains "is a tuple"
        ->
        Some "An event has one name: for o in Py.Open do"
    | Mismatch("string", "bool"), Some({ Name = "suppress" } as clause) -> Some(writeIt clause)
    | _ -> None

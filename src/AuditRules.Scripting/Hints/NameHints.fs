/// Hints for names that are not defined and that nothing else explains.
module internal AuditRules.Scripting.NameHints

open System
open System.Text.RegularExpressions
open AuditRules.Events
open AuditRules.Scripting.Spot

let private nearest (wrong: string) (names: string seq) =
    NearestName.Find(wrong, names) |> Option.ofObj

let private argument =
    Regex(@"'(\w+)' has no argument or settable return property '([^']+)'", RegexOptions.CultureInvariant)

let private optional =
    Regex(@"(\[<[^\]]*>\]\s*)?\?([a-z]\w*)\s*:", RegexOptions.CultureInvariant)

/// Of an argument in parentheses: the one that is meant, or those that there are. What the compiler fills in is not told.
let private arguments (spot: Spot) =
    let wrong = argument.Match spot.Message

    let names =
        [
            for found in optional.Matches spot.Message do
                if not found.Groups[1].Success then
                    found.Groups[2].Value
        ]

    let what =
        if wrong.Groups[1].Value = "rule" then
            "arguments"
        else
            "fields"

    match nearest wrong.Groups[2].Value names with
    | Some name -> Some $"Maybe you want {name}."
    | None when names.IsEmpty -> None
    | None -> Some($"The {what} are " + String.Join(", ", names) + ".")

/// Of a field that an event of Python does not have: the one that is meant, or those that there are.
let private fields (spot: Spot) (kind: string) (name: string) =
    match Catalogue.FindType kind with
    | null -> None
    | entry ->
        let own = [ for field in entry.Fields -> field.PropertyName ]

        match nearest name (own @ spot.Suggestions) with
        | Some name -> Some $"Maybe you want {name}."
        | None when own.IsEmpty -> Some $"{entry.Name} has no arguments."
        | None -> Some($"The fields of {entry.Name} are " + String.Join(", ", own) + ".")

let private defines (name: string) (line: string) =
    Regex.IsMatch(line, @"^let\s+(?:\w+\s+)*?" + Regex.Escape name + @"\b", RegexOptions.CultureInvariant)

/// A value of the file itself, further down.
let private below (spot: Spot) name =
    seq { spot.Line .. spot.Code.Length - 1 }
    |> Seq.tryFind (fun i -> defines name spot.Code[i])
    |> Option.map (fun i -> $"{name} stands on line {i + 1}: put it above what uses it.")

/// A value of a file that is compiled before, most likely one that this one loads.
let private elsewhere (spot: Spot) name =
    List.zip spot.Files (RuleFile.moduleNames spot.Files)
    |> List.filter (fun (file, _) -> spot.Loads |> List.contains file.FullPath)
    |> List.tryFind (fun (file, _) -> file.Code.Split '\n' |> Array.exists (defines name))
    |> Option.map (fun (_, own) -> $"It is in a file that is loaded: write open {own}, or {own}.{name}.")

/// The name that is meant, of those that begin alike: another first letter is mostly another word.
let private meant (name: string) (names: string list) =
    let begins (other: string) =
        Char.ToLowerInvariant other[0] = Char.ToLowerInvariant name[0]

    names
    |> List.filter (fun other -> other <> "" && begins other)
    |> nearest name
    |> Option.map (fun name -> $"Maybe you want {name}.")

let hint (spot: Spot) =
    match spot with
    | { Number = 495 } -> arguments spot
    | NoMember(kind, name) when (fields spot kind name).IsSome -> fields spot kind name
    | NoMember(_, name) -> meant name spot.Suggestions
    | Undefined name ->
        elsewhere spot name
        |> Option.orElseWith (fun () -> below spot name)
        |> Option.orElseWith (fun () -> meant name (spot.Suggestions @ List.ofSeq LibraryWords.all.Value))
    | _ -> None

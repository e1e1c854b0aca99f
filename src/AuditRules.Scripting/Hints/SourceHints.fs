/// Hints for where events come from, in steps and in examples: the names of events, `matching`, `make`, `anyOf` and `Custom`.
module internal AuditRules.Scripting.SourceHints

open System
open System.Text.RegularExpressions
open AuditRules.Events
open AuditRules.Scripting.Spot

let private letters (name: string) =
    String.Concat(Seq.filter Char.IsLetterOrDigit name).ToLowerInvariant()

/// The event of that name, however its letters and dots are written.
let private eventOf (name: string) =
    let plain = letters name

    Seq.tryFind
        (fun (entry: CatalogueEntry) ->
            plain <> "" && (letters entry.Name = plain || letters entry.TypeName = plain))
        Catalogue.All

/// The name with dots that the error stands in.
let private dotted (spot: Spot) =
    let isPart c = SourceWords.isWord c || c = '.'
    let ahead, rest = ahead spot, rest spot
    let before = Seq.length (Seq.takeWhile isPart (Seq.rev ahead))

    ahead.Substring(ahead.Length - before)
    + String.Concat(Seq.takeWhile isPart rest)

/// The event that a name with dots means: `socket.connect.matching`, `Py.Socket.Connect`.
let private meant (spot: Spot) =
    let parts =
        List.ofArray ((dotted spot).Split('.', StringSplitOptions.RemoveEmptyEntries))
        |> List.skipWhile (fun part -> letters part = "py")
        |> List.takeWhile (fun part -> part <> "matching" && part <> "make" && part <> "where")

    seq { parts.Length .. -1 .. 1 }
    |> Seq.tryPick (fun count -> eventOf (String.Join(".", List.truncate count parts)))

let private writeEvent (entry: CatalogueEntry) = $"Write Py.{entry.TypeName}."

/// The event whose `matching` or `make` is open at the place, and which of the two.
let private opened =
    Regex(@"\bPy\.(\w+)\.(matching|make)\s*[({\[](?:[^()]|\([^()]*\))*$", RegexOptions.CultureInvariant)

let private (|InFields|_|) (spot: Spot) =
    match opened.Match(ahead spot) with
    | found when found.Success -> Some(found.Groups[1].Value, found.Groups[2].Value)
    | _ -> None

/// Whether the event has a field of that name, as matching writes it.
let private hasField (event: string) (name: string) =
    match Catalogue.FindType event with
    | null -> false
    | entry ->
        entry.Fields
        |> Seq.exists (fun field -> letters field.PropertyName = letters name)

let private badly =
    Regex(@"^(\w+)\s*(==|:|<>|!=|=~|=)", RegexOptions.CultureInvariant)

/// A field that is not given as `name = pattern`.
let private field (spot: Spot) (call: string) =
    let found = badly.Match(rest spot)
    let name = found.Groups[1].Value

    match found.Groups[2].Value with
    | "<>"
    | "!=" -> Some $"Write {name} = notLike ..."
    | "="
    | "" when spot.Source.Contains ';' -> Some $"A comma stands between the fields of {call}."
    | "=" when spot.Source.Contains '{' ->
        Some $"The fields of {call} stand in parentheses: {call} ({name} = ...)"
    | "==" -> Some $"A field has one = in {call}: {name} = ..."
    | ":"
    | "=~" -> Some $"A field has = in {call}: {name} = ..."
    | _ -> None

let private own =
    "docs/events.md lists the events of Python; one that a program raises itself is Custom \"its.name\"."

/// A text where a source stands.
let private ofText (spot: Spot) =
    match eventOf (spot.Text.Trim '"') with
    | Some entry -> writeEvent entry
    | None -> $"An event that is none of Python's is Custom {spot.Text}."

let private example =
    "An example is made of events: shouldFire [ Py.Open.make (path = \"/etc/shadow\") ]"

let private isSource (kind: string) =
    kind.StartsWith "EventSource<" || kind.EndsWith "Events"

let private anyOf =
    "anyOf takes events of different types in parentheses, anyOf (Py.Open, Py.OsRemove), and of one type in brackets, anyOf [ a; b ]."

let private isBeforeDot = Regex(@"(\w+)\.$", RegexOptions.CultureInvariant)

let hint (spot: Spot) =
    let text = spot.Text

    match spot with
    | NoMember("Py", _) when (meant spot).IsSome -> meant spot |> Option.map writeEvent
    | NoMember("Py", name) ->
        match NearestName.Find(name, Catalogue.All |> Seq.map _.TypeName) with
        | null -> Some own
        | near -> Some $"Maybe you want {near}."
    | Undefined _ when
        (dotted spot).Contains '.'
        && (meant spot).IsSome
        && firstWord spot.Source <> "open"
        ->
        meant spot |> Option.map writeEvent
    | Undefined "Net" ->
        Some "There are no typed events of .NET: name them with Custom, as Custom \"app.login\"."
    | { Number = 599 }
    | { Number = 10 } when spot.Source.Contains "Py." || text = "open" ->
        match meant spot with
        | Some entry -> Some(writeEvent entry)
        | None when spot.Number = 599 && (ahead spot).EndsWith "Py" ->
            Some "The names of events begin with a capital: Py.Open, Py.SocketConnect."
        | None -> None
    | Undefined name & InFields(event, call) when hasField event name -> field spot call
    | { Number = 39 } & InFields(event, call) when spot.Message.Contains "record label" -> field spot call
    | Undefined _ when (ahead spot).TrimEnd().EndsWith ".where (" ->
        Some "The where of a source takes a function: .where (fun o -> o.IsWrite)"
    | NoMember("DeclaredEvent", name) ->
        let event = (isBeforeDot.Match(ahead spot)).Groups[1].Value
        Some $"What a program declares stands in Args: {event}.Args.{name}"
    | NoMember("Either", _) ->
        Some
            "Ask which event it is: match e.Case with Choice1Of2 o -> ... | Choice2Of2 r -> ..., or give each event a rule of its own."
    | NoMember("Custom", "matching") ->
        Some
            "matching needs the fields of the event: declare a record, and write Custom<Login> \"app.login\"."
    | { Number = 505 } when text.StartsWith "anyOf" ->
        Some "anyOf takes two to four events of different types."
    | NoFunction kind when text.StartsWith "anyOf" && isSource kind -> Some anyOf
    | Mismatch(a, b) when
        spot.Source.Contains "anyOf"
        && (isSource a || isSource b)
        && not (text.StartsWith '"')
        ->
        Some anyOf
    | NoFunction kind when kind.EndsWith "Events" ->
        let call =
            if spot.Clause = "shouldFire" || spot.Clause = "shouldNotFire" then
                "make"
            else
                "matching"

        Some $"Write {text}.{call} (...)."
    | NoFunction kind when
        isSource kind
        && text.Contains ".matching"
        && text.IndexOf ".matching" <> text.LastIndexOf ".matching"
        ->
        Some "matching stands once: write all fields in it, with commas between them."
    | Mismatch("AuditEvent", kind) when isSource kind || kind = "string" -> Some example
    | Mismatch("AuditEvent", kind) when kind.Contains "->" ->
        Some
            "after and inProcess stand behind an event: Py.Open.make (path = \"/etc/shadow\") |> after (seconds 6)"
    | Mismatch("AuditEvent", kind) when kind.Contains '*' ->
        Some "A semicolon stands between the events of an example: [ a; b ]."
    | Mismatch("AuditEvent list", "AuditEvent") -> Some $"An example is a list: {spot.Clause} [ ... ]"
    | { Number = 2 } when text.EndsWith ".make" -> Some $"make takes what the event has: {text} (...)."
    | { Number = 2 } when text.StartsWith "Custom" ->
        Some "Custom takes the name of the event: Custom \"app.login\"."
    | Mismatch(kind, "string") when kind.StartsWith "Flow<" || kind.StartsWith "EventSource<" ->
        Some(ofText spot)
    | Mismatch(kind, "bool") when kind.StartsWith "Flow<" || kind.StartsWith "EventSource<" ->
        Some "The fields of matching stand in parentheses: Py.Open.matching (path = ...)"
    | Mismatch(kind, list) when kind.StartsWith "Flow<" && list.EndsWith "list" ->
        Some "Of several sources write anyOf [ a; b ]."
    | Mismatch("Rule", "string") when spot.Source.Contains "findingsOf" ->
        Some "findingsOf takes a rule by the name of its value: findingsOf exfiltration"
    | _ -> None

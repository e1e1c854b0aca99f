/// The clauses of a rule as data: their names, and how each is written.
module internal AuditRules.Scripting.ClauseShapes

open System
open AuditRules.Events

/// What a clause is for, as far as it decides what authors are told.
type ClauseKind =
    /// It names an event, with `in`.
    | Step
    /// It names an event that must not come, and has a key on each side.
    | Ending
    /// It counts or adds up matches of one key.
    | Threshold
    /// It takes one value or condition.
    | Plain

type ClauseShape =
    {
        Name: string
        Kind: ClauseKind
        /// The clause as an author writes it, behind a step named o, with c as the name of its own event.
        Shape: string
    }

/// All that a rule may hold behind its `for`.
let all =
    [
        for kind, name, behind in
            [
                Plain, "where", "(o.Path <> \"/tmp/x\")"
                Step, "followedBy", "c in Py.SocketConnect on (o.Process = c.Process)"
                Step, "thenBy", "c in Py.SocketConnect"
                Step, "together", "c in Py.SocketConnect on (o.Process = c.Process)"
                Plain, "runs", "3"
                Plain, "within", "(seconds 5)"
                Plain, "maxspan", "(minutes 1)"
                Ending, "unless", "Py.OsRemove _.Path o.Path"
                Ending, "until", "Py.OsRemove _.Path o.Path"
                Ending, "notPrecededBy", "Py.OsChmod _.Path o.Path"
                Ending, "notFollowedBy", "Py.OsRemove _.Path o.Path"
                Threshold, "atLeast", "5 (seconds 10) o.Process"
                Threshold, "atLeastDistinct", "20 (seconds 10) o.Process o.Path"
                Threshold, "sumAtLeast", "100L (minutes 1) o.Process o.Flags"
                Threshold, "fold", "0L (minutes 1) o.Process (fun sum -> sum + o.Flags) into s"
                Plain, "suppress", "\"our own updater\" (o.Path = \"/opt/state\")"
                Plain, "message", "$\"{o.Path} was read\""
                Plain, "shouldFire", "[ Py.Open.make (path = \"/etc/shadow\") ]"
                Plain, "shouldNotFire", "[ Py.Open.make (path = \"/tmp/x\") ]"
            ] ->
            {
                Name = name
                Kind = kind
                Shape = $"{name} {behind}"
            }
    ]

/// How a rule begins.
let begins = "A rule begins with: for o in Py.Open do"

let names = [ for clause in all -> clause.Name ]

let find name =
    all |> List.tryFind (fun clause -> clause.Name = name)

/// The step of a sequence, as it is written.
let nextStep = "followedBy c in Py.SocketConnect on (o.Process = c.Process)"

let writeIt (clause: ClauseShape) = $"Write it as: {clause.Shape}"

/// The clause that a misspelt one most likely means.
let nearest (wrong: string) =
    NearestName.Find(wrong, names) |> Option.ofObj |> Option.bind find

/// The same among those that name an event. `followed by` is one of them in two words.
let nearestStep (words: string list) =
    let steps =
        [
            for clause in all do
                if clause.Kind = Step then
                    clause.Name
        ]

    List.truncate 2 words
    |> List.scan (+) ""
    |> List.filter (fun wrong -> wrong <> "")
    |> List.tryPick (fun wrong -> NearestName.Find(wrong, steps) |> Option.ofObj)
    |> Option.bind find

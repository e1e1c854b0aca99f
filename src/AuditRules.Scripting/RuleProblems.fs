/// What is said of rules that compile: each by itself, and of one id that two have.
module internal AuditRules.Scripting.RuleProblems

open System
open System.Collections.Generic
open System.Text.RegularExpressions
open AuditRules
open AuditRules.Detection
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events
open AuditRules.Events.Diagnostics

/// The text of a line; empty for one that is not known.
let lineOf (file: RuleFile option) line =
    file
    |> Option.bind (fun f -> Array.tryItem (line - 1) f.Lines)
    |> Option.defaultValue ""

/// A rule with the file that it stands in, as that file is shown: the compiler makes paths absolute in its own way.
type Placed =
    {
        /// As it was made.
        Made: RulePlan
        Problems: string list
        Plan: RulePlan
        File: RuleFile option
        Order: int * int
    }

let private placed (files: RuleFile list) problems (plan: RulePlan) =
    let source = plan.Info.Source

    let file = RuleFile.find files source.File

    let index =
        file
        |> Option.bind (fun file -> files |> List.tryFindIndex (fun f -> f.FullPath = file.FullPath))

    let shown = file |> Option.map _.Shown |> Option.defaultValue source.File

    {
        Made = plan
        Problems = problems
        Plan = plan.WithSource(SourceLocation(shown, source.Line))
        File = file
        Order = defaultArg index -1, source.Line
    }

let inFile files (rule: Rule) =
    placed files (List.ofSeq rule.Problems) rule.Plan

/// The rules that those are built on and that are not among them. What is wrong with their clauses is said of what is built
/// on them.
let basesOf files (rules: Placed list) =
    let known = HashSet(Seq.map _.Made rules, HashIdentity.Reference)

    let rec below (plan: RulePlan) =
        [
            for rule in plan.BuiltOn do
                if known.Add rule then
                    rule
                    yield! below rule
        ]

    rules
    |> List.collect (fun rule -> below rule.Made)
    |> List.map (placed files [])

let at
    (make: string -> string -> string -> int -> int -> string -> string -> Diagnostic)
    (placed: Placed)
    id
    message
    hint
    =
    let source = placed.Plan.Info.Source
    let text = lineOf placed.File source.Line
    let literal = $"\"{placed.Plan.Info.Id}\""

    // Under the id, where it is written as it is.
    match text.IndexOf(literal, StringComparison.Ordinal) with
    | -1 -> make id message source.File source.Line (text.Length - text.TrimStart().Length + 1) text hint
    | i ->
        let told = make id message source.File source.Line (i + 1) text hint

        let place =
            TextSpan(source.File, source.Line, i + 1, source.Line, i + 1 + literal.Length)

        Diagnostic(told.Id, told.Severity, told.Message, place, text, hint)

/// The events that a rule names and Python does not raise, with the nearest name that it does.
let private misspelt (plan: RulePlan) =
    plan.Patterns
    |> Seq.map _.EventName
    |> List.ofSeq
    |> List.distinct
    |> List.filter (fun name -> isNull (Catalogue.Find name))
    |> List.choose (fun name ->
        Catalogue.All
        |> Seq.map _.Name
        |> fun names -> NearestName.Find(name, names)
        |> Option.ofObj
        |> Option.map (fun near -> name, near))

let private goodId =
    Regex(@"^[A-Za-z0-9][A-Za-z0-9_.-]*\z", RegexOptions.NonBacktracking)

// Whether ATT&CK has the technique changes with its versions; its form does not.
let private goodMitre =
    Regex(@"^T[0-9]{4}(\.[0-9]{3})?\z", RegexOptions.NonBacktracking)

/// The steps of a rule that no event can take, each with its name, the event and the condition.
let private impossible (plan: RulePlan) =
    [
        for pattern in plan.Patterns do
            for condition in pattern.Conditions do
                if not (PatternCheck.CanMatch condition.Pattern) then
                    pattern.EventName, condition
    ]
    |> List.distinct

/// Where a field is given a pattern, in the lines of a rule that gives one field of that name a pattern; else under the
/// rule's id.
let private atField (placed: Placed) (field: string) (told: Diagnostic) =
    let isField =
        Regex($@"(?<!\w){Regex.Escape field}\s*=(?!=)", RegexOptions.CultureInvariant)

    let given =
        placed.Plan.Patterns
        |> Seq.collect _.Conditions
        |> Seq.filter (fun condition -> condition.Field = field)
        |> Seq.length

    let linesOf (file: RuleFile) =
        file.Code.Split '\n'
        |> Seq.indexed
        |> Seq.skip (max 0 (told.Place.Line - 1))
        |> Seq.indexed
        |> Seq.takeWhile (fun (i, (_, line)) -> i = 0 || line = "" || Char.IsWhiteSpace line[0])
        |> Seq.map snd
        |> Seq.filter (fun (_, line) -> line.Contains ".matching" && isField.IsMatch line)
        |> List.ofSeq

    let found =
        placed.File
        |> Option.bind (fun file ->
            match linesOf file with
            | [ i, line ] when given = 1 && isField.Count line = 1 ->
                Some(file, i + 1, (isField.Match line).Index)
            | _ -> None)

    match found with
    | Some(file, line, index) ->
        let place = TextSpan(file.Shown, line, index + 1, line, index + 1 + field.Length)

        Diagnostic(told.Id, told.Severity, told.Message, place, lineOf (Some file) line, told.Hint)
    | None -> told

let private needsValue =
    Regex(" needs a (?:time|number|reason)", RegexOptions.CultureInvariant)

/// Of a clause with a value that it does not take, how it is written; other problems say what to do themselves.
let private clauseHint (problem: string) =
    match ClauseShapes.find (Spot.firstWord problem) with
    | Some clause when needsValue.IsMatch problem -> ClauseShapes.writeIt clause
    | _ -> ""

/// What a problem is about: that a clause has a second one is mostly an echo of the first.
let private cause (problem: string) =
    match ClauseShapes.find (Spot.firstWord problem) with
    | Some clause -> clause.Name
    | None -> problem

/// The problems of a rule that compiles.
let check (placed: Placed) =
    let id = placed.Plan.Info.Id

    [
        if not (goodId.IsMatch id) then
            at
                Problem.error
                placed
                Problem.BadId
                $"\"{id}\" cannot be a rule's id"
                "Write letters of A to Z, digits, _, - and ., beginning with a letter or a digit: MY0001."
        for problem in Seq.distinctBy cause placed.Problems do
            at Problem.error placed Problem.Clause $"rule {id}: {problem}" (clauseHint problem)
        for technique in placed.Plan.Info.Mitre do
            if not (goodMitre.IsMatch technique) then
                at
                    Problem.warning
                    placed
                    Problem.BadMitre
                    $"rule {id}: \"{technique}\" is not the id of an ATT&CK technique"
                    "Write T and four digits, with a dot and three more for a sub-technique: T1552.001."
            elif not (AttackTechniques.mayExist technique) then
                at
                    Problem.warning
                    placed
                    Problem.BadMitre
                    $"rule {id}: ATT&CK {AttackTechniques.Version} for Enterprise has no technique {technique}"
                    "Look it up at attack.mitre.org: the number may be mistyped, or have been revoked."
        for name, near in misspelt placed.Plan do
            at
                Problem.warning
                placed
                Problem.NearName
                $"rule {id} looks for {name}, which Python does not raise"
                $"Maybe you want {near}."
        match Coverage.WhyNever placed.Plan with
        | null -> ()
        | why ->
            at
                Problem.warning
                placed
                Problem.NeverRaised
                $"rule {id} can never fire: no Python raises what it looks for"
                $"{why}."
        for name, condition in impossible placed.Plan do
            at
                Problem.warning
                placed
                Problem.Impossible
                $"rule {id} waits for {name} with {condition}, which no event has"
                "Join what may be either with |||; a list for oneOf must not be empty."
            |> atField placed condition.Field
        if placed.Plan.Examples.IsEmpty then
            at
                Problem.warning
                placed
                Problem.NoExamples
                $"rule {id} has no examples"
                "Add shouldFire [ ... ] and shouldNotFire [ ... ]: they are its tests."
    ]

let duplicates (rules: Placed list) =
    rules
    |> List.groupBy _.Plan.Info.Id
    |> List.collect (fun (id, same) ->
        match same with
        | first :: others ->
            [
                for other in others do
                    at
                        Problem.error
                        other
                        Problem.DuplicateId
                        $"rule id {id} is taken by \"{first.Plan.Info.Title}\""
                        $"The other one stands at {first.Plan.Info.Source}."
            ]
        | [] -> [])

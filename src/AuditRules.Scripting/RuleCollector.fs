/// Loads compiled rules and finds the values of type Rule in them.
module internal AuditRules.Scripting.RuleCollector

open System
open System.Collections.Generic
open System.Diagnostics
open System.IO
open System.Reflection
open System.Runtime.CompilerServices
open System.Runtime.Loader
open System.Text.RegularExpressions
open AuditRules
open AuditRules.Detection
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Events
open AuditRules.Events.Diagnostics
open Microsoft.FSharp.Core

/// Rules from one assembly. They can be used until the context is unloaded.
type Collected =
    {
        Context: AssemblyLoadContext
        Rules: RulePlan list
        Diagnostics: Diagnostic list
    }

/// Told when code of a file begins to run, and when it has come back or thrown.
type LoadWatch =
    {
        Begin: RuleFile -> unit
        End: unit -> unit
    }

/// The file that a type belongs to.
let private fileOf (files: RuleFile list) =
    let ofType = RuleFile.ofType files

    fun (t: Type) ->
        // A type inside others is named behind them: Outer+Inner.
        let outermost = (string t.FullName).Split('+')[0]
        ofType outermost |> Option.defaultValue files.Head

let private isModule (t: Type) =
    t.GetCustomAttributes<CompilationMappingAttribute>()
    |> Seq.exists (fun a ->
        a.SourceConstructFlags &&& SourceConstructFlags.KindMask = SourceConstructFlags.Module)

/// The values of a module.
let private values visibility (m: Type) =
    m.GetProperties(visibility ||| BindingFlags.Static ||| BindingFlags.DeclaredOnly)

let rec private innermost (e: exn) =
    match e with
    | :? TargetInvocationException
    | :? TypeInitializationException when not (isNull e.InnerException) ->
        innermost (Unchecked.nonNull e.InnerException)
    | _ -> e

/// Where in a rule file an exception was thrown.
let private place (files: RuleFile list) (e: exn) =
    StackTrace(e, true).GetFrames()
    |> Seq.tryPick (fun frame ->
        frame.GetFileName()
        |> Option.ofObj
        |> Option.bind (RuleFile.find files)
        |> Option.map (fun file -> file, frame.GetFileLineNumber()))

let private lineOf (file: RuleFile option) line =
    file
    |> Option.bind (fun f -> Array.tryItem (line - 1) f.Lines)
    |> Option.defaultValue ""

/// What an exception says; one of the rule's own type may throw from there too.
let private messageOf (e: exn) =
    try
        e.Message
    with _ ->
        "its message cannot be read"

/// A pattern that can be none (R73): under its text where that stands in the line that made it, else in the first line
/// with that text.
let private wrongPattern (files: RuleFile list) (e: exn) =
    match e with
    | :? PatternException as wrong ->
        let made = place files e

        let written (file: RuleFile, line) =
            match (lineOf (Some file) line).IndexOf($"\"{wrong.Text}\"", StringComparison.Ordinal) with
            | -1 -> None
            | i -> Some(file, line, i + 1, wrong.Text.Length + 2)

        let lines =
            files
            |> Seq.collect (fun file -> file.Lines |> Seq.mapi (fun i _ -> file, i + 1))

        let found =
            if wrong.Text = "" then
                None
            else
                Seq.append (Option.toList made) lines |> Seq.tryPick written

        found
        |> Option.orElse (made |> Option.map (fun (file, line) -> file, line, 1, 0))
        |> Option.map (fun (file, line, column, length) ->
            Diagnostic(
                Problem.Throws,
                DiagnosticSeverity.Error,
                wrong.Message,
                TextSpan(file.Shown, line, column, line, column + length),
                lineOf (Some file) line,
                wrong.Hint
            ))
    | _ -> None

let private thrownAt files (m: Type) (e: exn) =

    let file, line =
        match place files e with
        | Some(file, line) -> Some file, line
        | None ->
            files
            |> List.tryFind (fun f -> Path.GetFileNameWithoutExtension f.Shown = m.Name),
            0

    Problem.error
        Problem.Throws
        $"the file throws when it is loaded: {e.GetType().Name}: {messageOf e}"
        (file |> Option.map _.Shown |> Option.defaultValue m.Name)
        line
        1
        (lineOf file line)
        "A value at the top of a rule file must not fail."

let private thrown files (m: Type) (e: exn) =
    let e = innermost e

    match wrongPattern files e with
    | Some told -> told
    | None -> thrownAt files m e

/// A rule with the file that it stands in, as that file is shown: the compiler makes paths absolute in its own way.
type private Placed =
    {
        Rule: Rule
        Plan: RulePlan
        File: RuleFile option
        Order: int * int
    }

let private inFile (files: RuleFile list) (rule: Rule) =
    let source = rule.Plan.Info.Source

    let file = RuleFile.find files source.File

    let index =
        file
        |> Option.bind (fun file -> files |> List.tryFindIndex (fun f -> f.FullPath = file.FullPath))

    let shown = file |> Option.map _.Shown |> Option.defaultValue source.File

    {
        Rule = rule
        Plan = rule.Plan.WithSource(SourceLocation(shown, source.Line))
        File = file
        Order = defaultArg index -1, source.Line
    }

let private at
    (make: string -> string -> string -> int -> int -> string -> string -> Diagnostic)
    (placed: Placed)
    id
    message
    hint
    =
    let source = placed.Plan.Info.Source
    let text = lineOf placed.File source.Line
    let literal = $"\"{placed.Rule.Id}\""

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
let private goodMitre = Regex(@"^T\d{4}(\.\d{3})?\z", RegexOptions.NonBacktracking)

/// The steps of a rule that no event can take, each with its name, the event and the condition.
let private impossible (plan: RulePlan) =
    [
        for pattern in plan.Patterns do
            for condition in pattern.Conditions do
                if not (PatternCheck.CanMatch condition.Pattern) then
                    pattern.EventName, condition
    ]
    |> List.distinct

/// Where a field is given a pattern, in the lines of a rule; else under the rule's id.
let private atField (placed: Placed) (field: string) (told: Diagnostic) =
    let isField =
        Regex($@"(?<!\w){Regex.Escape field}\s*=(?!=)", RegexOptions.CultureInvariant)

    let found =
        placed.File
        |> Option.bind (fun file ->
            file.Code.Split '\n'
            |> Seq.indexed
            |> Seq.skip (max 0 (told.Place.Line - 1))
            |> Seq.tryFind (fun (_, line) -> line.Contains "Py." && isField.IsMatch line)
            |> Option.map (fun (i, line) -> file, i + 1, (isField.Match line).Index))

    match found with
    | Some(file, line, index) ->
        let place = TextSpan(file.Shown, line, index + 1, line, index + 1 + field.Length)

        Diagnostic(told.Id, told.Severity, told.Message, place, lineOf (Some file) line, told.Hint)
    | None -> told

/// The problems of a rule that compiles.
let private check (placed: Placed) =
    [
        if not (goodId.IsMatch placed.Rule.Id) then
            at
                Problem.error
                placed
                Problem.BadId
                $"\"{placed.Rule.Id}\" cannot be a rule's id"
                "Write letters of A to Z, digits, _, - and ., beginning with a letter or a digit: MY0001."
        for problem in placed.Rule.Problems do
            at Problem.error placed Problem.Clause $"rule {placed.Rule.Id}: {problem}" ""
        for id in placed.Plan.Info.Mitre do
            if not (goodMitre.IsMatch id) then
                at
                    Problem.warning
                    placed
                    Problem.BadMitre
                    $"rule {placed.Rule.Id}: \"{id}\" is not the id of an ATT&CK technique"
                    "Write T and four digits, with a dot and three more for a sub-technique: T1552.001."
        for name, near in misspelt placed.Plan do
            at
                Problem.warning
                placed
                Problem.NearName
                $"rule {placed.Rule.Id} looks for {name}, which Python does not raise"
                $"Maybe you want {near}."
        match Coverage.WhyNever placed.Plan with
        | null -> ()
        | why ->
            at
                Problem.warning
                placed
                Problem.NeverRaised
                $"rule {placed.Rule.Id} can never fire: no Python raises what it looks for"
                $"{why}."
        for name, condition in impossible placed.Plan do
            at
                Problem.warning
                placed
                Problem.Impossible
                $"rule {placed.Rule.Id} waits for {name} with {condition}, which no event has"
                "Join what may be either with |||; a list for oneOf must not be empty."
            |> atField placed condition.Field
        if placed.Plan.Examples.IsEmpty then
            at
                Problem.warning
                placed
                Problem.NoExamples
                $"rule {placed.Rule.Id} has no examples"
                "Add shouldFire [ ... ] and shouldNotFire [ ... ]: they are its tests."
    ]

let private duplicates (rules: Placed list) =
    rules
    |> List.groupBy _.Rule.Id
    |> List.collect (fun (id, same) ->
        match same with
        | first :: others ->
            [
                for other in others do
                    at
                        Problem.error
                        other
                        Problem.DuplicateId
                        $"rule id {id} is taken: {first.Plan.Info.Title}"
                        $"The other one stands at {first.Plan.Info.Source}."
            ]
        | [] -> [])

/// The values that can change, of any module and for anyone: what is private decides what a rule says too.
let private mutables (files: RuleFile list) (modules: Type seq) =
    let code = [ for file in files -> file, file.Code.Split '\n' ]
    let told = HashSet<string * int>()

    let declares (property: PropertyInfo) (line: string) =
        let word = if property.CanWrite then "mutable" else "let"
        let name = Regex.Escape property.Name
        Regex.IsMatch(line, $@"\b{word}\s+(?:(?:private|internal|public)\s+)?(?:``)?{name}(?!\w)")

    [
        for m in modules do
            for property in values (BindingFlags.Public ||| BindingFlags.NonPublic) m do
                let isRef =
                    property.PropertyType.IsGenericType
                    && property.PropertyType.GetGenericTypeDefinition() = typedefof<int ref>

                if property.CanWrite || isRef then
                    // Two modules may have a value of one name: each is told at a line of its own.
                    let place =
                        code
                        |> Seq.collect (fun (file, lines) ->
                            lines |> Seq.indexed |> Seq.map (fun (i, line) -> file, i + 1, line))
                        |> Seq.tryFind (fun (file, number, line) ->
                            declares property line && told.Add(file.FullPath, number))

                    let file = place |> Option.map (fun (file, _, _) -> file)
                    let line = place |> Option.map (fun (_, line, _) -> line) |> Option.defaultValue 0

                    Problem.error
                        Problem.Mutable
                        $"{property.Name} can change"
                        (file |> Option.map _.Shown |> Option.defaultValue m.Name)
                        line
                        1
                        (lineOf file line)
                        "A replay must give the same every time: rules have no state of their own."
    ]

/// A rule, and where it is instead of at the top of a file; empty for one that is there.
type private Found = { Found: Rule; Instead: string }

/// More rules than that in one sequence are not looked for: it may have no end.
let private mostInSequence = 1000

let private found (m: Type) =
    [
        for property in values BindingFlags.Public m do
            let get () = property.GetValue null

            if property.PropertyType = typeof<Rule> then
                let instead =
                    if m.IsNested then
                        $"it stands in the module {m.Name}, inside another"
                    else
                        ""

                match get () with
                | :? Rule as rule -> { Found = rule; Instead = instead }
                | _ -> ()
            elif
                typeof<Rule option> = property.PropertyType
                || typeof<Rule seq>.IsAssignableFrom property.PropertyType
            then
                let rules =
                    match get () with
                    | :? (Rule option) as rule -> Seq.ofList (Option.toList rule)
                    | :? (Rule seq) as rules -> rules
                    | _ -> Seq.empty

                for rule in Seq.truncate mostInSequence rules do
                    {
                        Found = rule
                        Instead = $"it is only in the value {property.Name}"
                    }
    ]

let private notCollected files (found: Found list) (rules: Rule list) =
    found
    |> List.filter (fun f -> f.Instead <> "" && not (List.contains f.Found rules))
    |> List.distinctBy _.Found
    |> List.map (fun f ->
        at
            Problem.warning
            (inFile files f.Found)
            Problem.NotCollected
            $"rule {f.Found.Id} is not used: {f.Instead}"
            "Make it a public value at the top of the file.")

let collect
    (watch: LoadWatch)
    (leftOut: string list)
    (files: RuleFile list)
    (assembly: byte array)
    : Collected =
    let context = AssemblyLoadContext("rules", isCollectible = true)
    use stream = new MemoryStream(assembly)
    let types = context.LoadFromStream(stream).GetTypes()
    let modules = types |> Array.filter isModule

    let fileOf = fileOf files

    let run (file: RuleFile) (m: Type) =
        watch.Begin file

        try
            // F# makes the values of a file in a type aside, when the first is asked for. A file that is not asked must
            // not throw either.
            try
                RuntimeHelpers.RunClassConstructor m.TypeHandle
                Choice1Of2(if isModule m && m.IsVisible then found m else [])
            with e ->
                Choice2Of2(thrown files m e)
        finally
            watch.End()

    let read (file: RuleFile, m: Type) =
        if List.contains file.FullPath leftOut then
            Choice1Of2 []
        else
            run file m

    let isStartup (t: Type) =
        not (isNull t.Namespace) && (string t.Namespace).StartsWith "<StartupCode$"

    let results =
        types
        |> Array.filter (fun t -> isModule t || isStartup t)
        |> List.ofArray
        |> List.map (fun t -> fileOf t, t)
        // A file that loads another would be named for what the other does.
        |> List.sortBy (fun (file, _) -> files |> List.findIndex (fun f -> f.FullPath = file.FullPath))
        |> List.map read

    let found =
        results
        |> List.collect (function
            | Choice1Of2 found -> found
            | Choice2Of2 _ -> [])

    let rules =
        found
        |> List.filter (fun f -> f.Instead = "")
        |> List.map _.Found
        |> List.distinct
        |> List.map (inFile files)
        |> List.sortBy _.Order

    {
        Context = context
        Rules = [ for placed in rules -> placed.Plan ]
        Diagnostics =
            [
                // Modules of one file throw together, and so do files that load one that throws.
                yield!
                    results
                    |> List.choose (function
                        | Choice2Of2 problem -> Some problem
                        | Choice1Of2 _ -> None)
                    |> List.distinct
                yield! mutables files modules
                yield! duplicates rules
                for rule in rules do
                    yield! check rule
                yield! notCollected files found [ for placed in rules -> placed.Rule ]
            ]
    }

/// Loads compiled rules and finds the values of type Rule in them.
module internal AuditRules.Scripting.RuleCollector

open System
open System.Diagnostics
open System.IO
open System.Reflection
open System.Runtime.Loader
open AuditRules
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

let private isModule (t: Type) =
    t.IsPublic
    && t.GetCustomAttributes<CompilationMappingAttribute>()
       |> Seq.exists (fun a -> a.SourceConstructFlags = SourceConstructFlags.Module)

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
        |> Option.bind (fun name ->
            files |> List.tryFind (fun f -> name.Replace('\\', '/').EndsWith f.Shown))
        |> Option.map (fun file -> file, frame.GetFileLineNumber()))

let private lineOf (file: RuleFile option) line =
    file
    |> Option.bind (fun f -> Array.tryItem (line - 1) f.Lines)
    |> Option.defaultValue ""

let private thrown files (m: Type) (e: exn) =
    let e = innermost e

    let file, line =
        match place files e with
        | Some(file, line) -> Some file, line
        | None ->
            files
            |> List.tryFind (fun f -> Path.GetFileNameWithoutExtension f.Shown = m.Name),
            0

    Problem.error
        Problem.Throws
        $"the file throws when it is loaded: {e.GetType().Name}: {e.Message}"
        (file |> Option.map _.Shown |> Option.defaultValue m.Name)
        line
        1
        (lineOf file line)
        "A value at the top of a rule file must not fail."

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

    let index =
        files
        |> List.tryFindIndex (fun f ->
            source.File = f.Shown || source.File.EndsWith("/" + f.Shown.TrimStart '/'))

    let file = index |> Option.map (fun i -> files[i])
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
    make id message source.File source.Line (text.Length - text.TrimStart().Length + 1) text hint

/// The events that a rule names and Python does not raise, with the nearest name that it does.
let private misspelt (plan: RulePlan) =
    [
        for step in plan.Steps do
            step.Pattern.EventName

            for unless in step.Unless do
                unless.Pattern.EventName
    ]
    |> List.distinct
    |> List.filter (fun name -> isNull (Catalogue.Find name))
    |> List.choose (fun name ->
        Catalogue.All
        |> Seq.map _.Name
        |> fun names -> NearestName.Find(name, names)
        |> Option.ofObj
        |> Option.map (fun near -> name, near))

/// The problems of a rule that compiles.
let private check (placed: Placed) =
    [
        for problem in placed.Rule.Problems do
            at Problem.error placed Problem.Clause $"rule {placed.Rule.Id}: {problem}" ""
        for name, near in misspelt placed.Plan do
            at
                Problem.warning
                placed
                Problem.NearName
                $"rule {placed.Rule.Id} looks for {name}, which Python does not raise"
                $"Maybe you want {near}."
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

let private mutables files (m: Type) =
    [
        for property in m.GetProperties(BindingFlags.Public ||| BindingFlags.Static) do
            let isRef =
                property.PropertyType.IsGenericType
                && property.PropertyType.GetGenericTypeDefinition() = typedefof<int ref>

            if property.CanWrite || isRef then
                let line, file =
                    files
                    |> List.tryPick (fun f ->
                        f.Lines
                        |> Array.tryFindIndex (fun l ->
                            l.Contains property.Name && (l.Contains "mutable" || l.Contains "ref"))
                        |> Option.map (fun i -> i + 1, f))
                    |> Option.map (fun (i, f) -> i, Some f)
                    |> Option.defaultValue (0, None)

                Problem.error
                    Problem.Mutable
                    $"{property.Name} can change"
                    (file |> Option.map _.Shown |> Option.defaultValue m.Name)
                    line
                    1
                    (lineOf file line)
                    "A replay must give the same every time: rules have no state of their own."
    ]

let collect (files: RuleFile list) (assembly: byte array) : Collected =
    let context = AssemblyLoadContext("rules", isCollectible = true)
    use stream = new MemoryStream(assembly)
    let modules = context.LoadFromStream(stream).GetTypes() |> Array.filter isModule

    let read (m: Type) =
        try
            let rules =
                [
                    for property in m.GetProperties(BindingFlags.Public ||| BindingFlags.Static) do
                        if property.PropertyType = typeof<Rule> then
                            match property.GetValue null with
                            | :? Rule as rule -> rule
                            | _ -> ()
                ]

            Choice1Of2 rules
        with e ->
            Choice2Of2(thrown files m e)

    let results = modules |> Array.map read |> List.ofArray

    let rules =
        results
        |> List.collect (function
            | Choice1Of2 rules -> rules
            | Choice2Of2 _ -> [])
        |> List.distinct
        |> List.map (inFile files)
        |> List.sortBy _.Order

    {
        Context = context
        Rules = [ for placed in rules -> placed.Plan ]
        Diagnostics =
            [
                for result in results do
                    match result with
                    | Choice2Of2 problem -> problem
                    | Choice1Of2 _ -> ()
                for m in modules do
                    yield! mutables files m
                yield! duplicates rules
                for rule in rules do
                    yield! check rule
            ]
    }

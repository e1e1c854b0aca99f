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
open AuditRules.Scripting.RuleProblems
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

let private notCollected files (found: Found list) (rules: Placed list) =
    let isUsed (rule: Rule) =
        rules
        |> List.exists (fun placed -> Object.ReferenceEquals(placed.Made, rule.Plan))

    found
    |> List.filter (fun f -> f.Instead <> "" && not (isUsed f.Found))
    |> List.distinctBy _.Found
    |> List.map (fun f ->
        at
            Problem.warning
            (inFile files f.Found)
            Problem.NotCollected
            $"rule {f.Found.Id} is not used: {f.Instead}"
            "Make it a public value at the top of the file.")

/// What is to be said of the values and the rules of an assembly that has been loaded.
let private remarks files fileOf (leftOut: string list) loaded assembly (types: Type array) found rules =
    let kept =
        types
        |> Array.filter (fun t ->
            not (OwnFields.isCompilers t.Name || List.contains (fileOf t).FullPath leftOut))

    [
        yield! KeptState.find fileOf loaded (lazy OwnFields.uses assembly) kept
        let bases = basesOf files rules
        yield! duplicates (rules @ bases)

        for rule in rules do
            yield! check rule
        // A rule that reports nothing is shown by the examples of those that are built on it.
        yield!
            bases
            |> List.collect check
            |> List.filter (fun told -> told.Id <> Problem.NoExamples)

        yield! notCollected files found (rules @ bases)
    ]

/// Loads an assembly and finds its rules. Of one that is clean all that can be said of its values and its rules is known
/// to be nothing.
let collect
    (watch: LoadWatch)
    (leftOut: string list)
    (files: RuleFile list)
    (isClean: bool)
    (assembly: byte array)
    : Collected =
    let context = AssemblyLoadContext("rules", isCollectible = true)
    use stream = new MemoryStream(assembly)
    let loaded = context.LoadFromStream stream
    let types = loaded.GetTypes()
    let modules = types |> Array.filter isModule

    let fileOf = fileOf files

    let made (m: Type) =
        RuntimeHelpers.RunClassConstructor m.TypeHandle
        if isModule m && m.IsVisible then found m else []

    let run (file: RuleFile) (m: Type) =
        watch.Begin file

        try
            // F# makes the values of a file in a type aside, when the first is asked for. A file that is not asked must
            // not throw either.
            try
                Choice1Of2(
                    if isClean then
                        KnownPatterns.Make(fun () -> made m)
                    else
                        made m
                )
            with e ->
                Choice2Of2(thrown files m e)
        finally
            watch.End()

    let read (file: RuleFile, m: Type) =
        if List.contains file.FullPath leftOut then
            Choice1Of2 []
        else
            run file m

    let results =
        types
        |> Array.filter (fun t -> isModule t || KeptState.isStartup t)
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
                if not isClean then
                    yield! remarks files fileOf leftOut loaded assembly types found rules
            ]
    }

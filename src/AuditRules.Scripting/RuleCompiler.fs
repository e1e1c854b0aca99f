namespace AuditRules.Scripting

open System
open System.Collections.Generic
open System.IO
open AuditRules.Detection.Matching
open AuditRules.Detection.Plans
open AuditRules.Events.Diagnostics

/// How rule files are compiled.
[<Sealed>]
type RuleCompilerOptions() =
    /// The folder of the cache; empty for none.
    member val CacheFolder = "" with get, set
    /// The folder below which the compiler has its files for as long as it runs; empty for a private one below TMPDIR.
    /// What ends the process ends it without removing them.
    member val TemporaryFolder = "" with get, set
    /// The rules folders. A `#load` stays in the one in which the loading file lies; a file that lies in none loads
    /// from its own folder.
    member val RulesFolders: IReadOnlyList<string> = [||] with get, set
    /// True to let the rules use whatever a program may use (R80 and R81); what the text of a rule file may hold (R32) and
    /// that nothing goes from one event to the next (R31) hold all the same.
    member val Trusted = false with get, set
    /// The folder that shown paths count from.
    member val CurrentFolder = "" with get, set
    /// Told, with its full path, when a file's values begin to be made; null for nobody.
    member val Loading: Action<string> | null = null with get, set
    /// Told when they are made, or have thrown; null for nobody.
    member val Loaded: Action | null = null with get, set
    /// Files to leave out with all that load them, by full path, and what they did when they were loaded.
    member val LeftOut: IReadOnlyDictionary<string, string> = Dictionary() with get, set

/// Compiled rules. The rules can be used until it is disposed. It is to be disposed where there are errors too: what was
/// loaded to find them stays loaded until then.
[<Sealed>]
type CompiledRules
    internal
    (
        rules: IReadOnlyList<RulePlan>,
        diagnostics: IReadOnlyList<Diagnostic>,
        fromCache: bool,
        release: unit -> unit
    ) =
    /// The rules; empty when there is an error among the diagnostics.
    member _.Rules = rules
    /// What is wrong, in the order of files and lines.
    member _.Diagnostics = diagnostics
    /// What is said of files that were left out; where there is no error, the rules of the others can be run. Empty where
    /// nothing was loaded, for the files do not compile or use what rules may not.
    member val LeftOut: IReadOnlyList<Diagnostic> = [||] with get, internal set
    /// The rules that were made, though they cannot be run where there is an error.
    member val internal Made: RulePlan list = [] with get, set
    /// True when nothing had to be compiled.
    member _.FromCache = fromCache

    /// True when no rule may be run.
    member _.HasErrors =
        diagnostics |> Seq.exists (fun d -> d.Severity = DiagnosticSeverity.Error)

    interface IDisposable with
        member _.Dispose() = release ()

/// Compiles rule files into rules.
[<Sealed>]
type RuleCompiler(options: RuleCompilerOptions) =
    let show (path: string) =
        let shown =
            if options.CurrentFolder = "" then
                path
            else
                Path.GetRelativePath(options.CurrentFolder, path)

        (if shown.StartsWith ".." then path else shown).Replace('\\', '/')

    let failed diagnostics =
        new CompiledRules([||], Array.ofList diagnostics, false, ignore)

    let order (d: Diagnostic) =
        d.Place.File, d.Place.Line, d.Place.Column

    let watch: RuleCollector.LoadWatch =
        {
            Begin =
                fun file ->
                    match options.Loading with
                    | null -> ()
                    | loading -> loading.Invoke file.FullPath
            End =
                fun () ->
                    match options.Loaded with
                    | null -> ()
                    | loaded -> loaded.Invoke()
        }

    let cacheFolder, openCache =
        let distrust =
            if options.CacheFolder = "" then
                None
            else
                AssemblyCache.distrust options.CacheFolder

        match distrust with
        | Some(why, hint) ->
            "",
            [
                Problem.warning
                    Problem.UnsafeCache
                    $"the cache is not used: {why}"
                    (show (Path.GetFullPath options.CacheFolder))
                    0
                    0
                    ""
                    hint
            ]
        | None -> options.CacheFolder, []

    let isError (d: Diagnostic) = d.Severity = DiagnosticSeverity.Error

    let keep key entry =
        if cacheFolder <> "" then
            AssemblyCache.write cacheFolder key entry

    // Files that are left out are compiled all the same, so that the cache serves a run without them too.
    let load files key (entry: AssemblyCache.Entry) fromCache warnings =
        let leftOut, problems = LoadOrder.leftOut options.LeftOut files
        let isClean = entry.IsClean && leftOut.IsEmpty
        let collected = RuleCollector.collect watch leftOut files isClean entry.Assembly
        let found = warnings @ collected.Diagnostics

        // What the guard passed makes the same values each time; other code may not.
        if not isClean && entry.IsGuarded && leftOut.IsEmpty && found.IsEmpty then
            keep key { entry with IsClean = true }

        let diagnostics = found |> List.sortBy order

        let rules =
            if List.exists isError diagnostics then
                []
            else
                collected.Rules

        new CompiledRules(
            Array.ofList rules,
            Array.ofList diagnostics,
            fromCache,
            collected.Context.Unload,
            Made = collected.Rules,
            LeftOut = Array.ofList problems
        )

    let compile files (sources: (string * string) list) key =
        let assembly, found, thrown =
            AssemblyCompiler.compile options.TemporaryFolder sources

        let told = CompilerDiagnostics.ofOutcome files found assembly.IsSome thrown

        match assembly with
        | Some assembly when not (List.exists isError told) ->
            let entry: AssemblyCache.Entry =
                {
                    Assembly = assembly
                    IsGuarded = not options.Trusted
                    IsClean = false
                }

            let wrong = Guard.check options.Trusted files told assembly

            if wrong.IsEmpty then
                // A warning must be said again the next time: what has one is not kept.
                if told.IsEmpty then
                    keep key entry

                load files key entry false (openCache @ told)
            else
                failed (List.sortBy order wrong)
        | _ -> failed told

    let reuse files key (entry: AssemblyCache.Entry) =
        let isNew = not (entry.IsGuarded || options.Trusted)

        match
            (if isNew then
                 Guard.check false files [] entry.Assembly
             else
                 [])
        with
        | [] ->
            let entry =
                { entry with
                    IsGuarded = entry.IsGuarded || isNew
                }

            if isNew then
                keep key entry

            load files key entry true []
        | wrong -> failed (List.sortBy order wrong)

    /// The files and all that they load in the order in which they are compiled, with what the compiler is given; or
    /// what is wrong with their text.
    let read (paths: IReadOnlyList<string>) =
        let full = [ for path in paths -> Path.GetFullPath path ]
        let roots = [ for folder in options.RulesFolders -> Path.GetFullPath folder ]
        let files, problems = LoadOrder.resolve roots show full

        if problems.IsEmpty then
            let sources =
                RuleFile.compilerTexts files
                |> List.mapi (fun i text -> i.ToString "d4" + ".fs", text)

            Ok(files, sources)
        else
            Error(List.sortBy order problems)

    let loaded (files: RuleFile list, sources) =
        if files.IsEmpty then
            failed []
        else
            let key =
                AssemblyCache.key (AssemblyCompiler.identity () @ [ for _, text in sources -> text ])

            let cached =
                if cacheFolder = "" then
                    None
                else
                    AssemblyCache.tryRead cacheFolder key

            match cached with
            | Some entry -> reuse files key entry
            | None -> compile files sources key

    /// Compiles those files and all that they load into one assembly, or takes it from the cache.
    /// Throws only what reading the files throws (IOException, UnauthorizedAccessException).
    member _.Compile(paths: IReadOnlyList<string>) : CompiledRules =
        match read paths with
        | Ok files -> loaded files
        | Error problems -> failed problems

    /// Checks the text and the types of those files and of all that they load, and runs nothing of them: what is wrong,
    /// in the order of files and lines. Throws what Compile throws.
    member _.Check(paths: IReadOnlyList<string>) : IReadOnlyList<Diagnostic> =
        match read paths with
        | Ok([], _) -> [||]
        | Ok(files, sources) ->
            let found, thrown = AssemblyCompiler.check options.TemporaryFolder sources
            let told = CompilerDiagnostics.ofOutcome files found thrown.IsNone thrown

            let told = Guard.promote options.Trusted told

            Array.ofList (List.sortBy order told)
        | Error problems -> Array.ofList problems

    /// Everything that is to be said of those files: what Compile says, what a reader would remark of the rules, if they
    /// were loaded, and where there is no error which examples fail, run with the options that are given for the rules.
    /// Throws what Compile throws.
    member _.Lint
        (paths: IReadOnlyList<string>, running: Func<IReadOnlyList<RulePlan>, DetectionOptions>)
        : IReadOnlyList<Diagnostic> =
        match read paths with
        | Error problems -> Array.ofList problems
        | Ok(files, sources) ->
            use compiled = loaded (files, sources)

            let remarks =
                if compiled.HasErrors then
                    RuleLint.remarks files compiled.Made
                else
                    RuleLint.check (running.Invoke compiled.Rules) files compiled.Rules

            Array.ofList (
                List.sortBy order (List.ofSeq compiled.Diagnostics @ List.ofSeq compiled.LeftOut @ remarks)
            )

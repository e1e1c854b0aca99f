namespace AuditRules.Scripting

open System
open System.IO
open System.Text.RegularExpressions
open AuditRules.Events.Diagnostics

/// A rule file as it was read, and what the compiler is given in its place.
type internal RuleFile =
    {
        /// The full path.
        FullPath: string
        /// The path as it is shown: with forward slashes, as it was given.
        Shown: string
        Lines: string array
        /// The files that it loads, as full paths, with the line of each.
        Loads: (string * int) list
        Diagnostics: Diagnostic list
    }

module internal RuleFile =
    let private directive =
        Regex(@"^\s*#\s*([A-Za-z]+)\b(.*)$", RegexOptions.NonBacktracking)

    let private quoted = Regex("\"([^\"]*)\"", RegexOptions.NonBacktracking)

    // What the compiler decides by symbols, and what only sets the editor up.
    let private harmless = set [ "if"; "else"; "endif"; "light" ]

    /// The file that `auditrules init` writes for editors: it references this library, which the compiler has anyway.
    let EditorFile = "auditrules.fsx"

    /// Line numbers (from 0) that begin inside a string or a comment, where a `#` is no directive.
    let private insideLiterals (lines: string array) =
        let text = String.Join("\n", lines)

        let literals =
            Regex(
                "\"\"\"(?s:.)*?\"\"\"|@\"(?:[^\"]|\"\")*\"|\"(?:[^\"\\\\]|\\\\(?s:.))*\"|\\(\\*(?s:[^)].*?)\\*\\)|//[^\n]*",
                RegexOptions.CultureInvariant,
                TimeSpan.FromSeconds 1.0
            )

        let inside = Collections.Generic.HashSet<int>()

        for m in literals.Matches text do
            let first = text.AsSpan(0, m.Index).Count('\n')

            for line in first + 1 .. first + m.Value.AsSpan().Count('\n') do
                inside.Add line |> ignore

        inside

    let private scan (folder: string) (shown: string) (lines: string array) =
        let inside = insideLiterals lines
        let kept = Array.copy lines
        let loads = ResizeArray()
        let problems = ResizeArray()

        lines
        |> Array.iteri (fun i line ->
            let m = directive.Match line

            if m.Success && not (inside.Contains i) then
                let name = m.Groups[1].Value

                if name = "load" then
                    kept[i] <- ""

                    for path in quoted.Matches(m.Groups[2].Value) do
                        let path = path.Groups[1].Value

                        if Path.GetFileName path <> EditorFile then
                            loads.Add(Path.GetFullPath(Path.Combine(folder, path)), i + 1)
                elif not (harmless.Contains name) then
                    kept[i] <- ""

                    problems.Add(
                        Problem.error
                            Problem.Directive
                            $"#{name} is not allowed in a rule file"
                            shown
                            (i + 1)
                            (line.IndexOf '#' + 1)
                            line
                            "Rule files use this library and what they #load from their own folder, nothing else."
                    ))

        kept, List.ofSeq loads, List.ofSeq problems

    let read (fullPath: string) (shown: string) =
        let lines = File.ReadAllText(fullPath).ReplaceLineEndings("\n").Split '\n'

        let folder =
            Path.GetDirectoryName fullPath |> Option.ofObj |> Option.defaultValue "/"

        let kept, loads, problems = scan folder shown lines

        {
            FullPath = fullPath
            Shown = shown
            Lines = kept
            Loads = loads
            Diagnostics = problems
        }

    let private declaresModule (file: RuleFile) =
        file.Lines
        |> Array.map _.Trim()
        |> Array.tryFind (fun line -> line <> "" && not (line.StartsWith "//"))
        |> Option.exists (fun line -> line.StartsWith "module " || line.StartsWith "namespace ")

    /// The module that F# makes of a script file: its name, with a capital first.
    let private moduleName (file: RuleFile) =
        let name =
            Path.GetFileNameWithoutExtension file.FullPath
            |> Option.ofObj
            |> Option.defaultValue ""

        let letters =
            name
            |> String.map (fun c -> if Char.IsLetterOrDigit c || c = '_' then c else '_')

        let letters =
            if letters = "" || Char.IsDigit letters[0] then
                "_" + letters
            else
                letters

        string (Char.ToUpperInvariant letters[0]) + letters.Substring 1

    /// What the compiler is given: the file under a module of its own, its lines where the author sees them.
    let compilerText (taken: string -> bool) (file: RuleFile) =
        let body = String.Join("\n", file.Lines)
        let line = $"# 1 \"{file.Shown}\""

        if declaresModule file then
            None, $"{line}\n{body}"
        else
            let name = moduleName file

            let name =
                if taken name then
                    Seq.initInfinite (fun i -> $"{name}_{i + 2}") |> Seq.find (taken >> not)
                else
                    name

            Some name, $"module ``{name}``\n{line}\n{body}"

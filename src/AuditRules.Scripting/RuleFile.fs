namespace AuditRules.Scripting

open System
open System.Collections.Generic
open System.IO
open System.Text
open System.Text.RegularExpressions
open AuditRules.Events.Diagnostics

/// A file that another loads.
type internal Load =
    {
        /// The full path.
        Path: string
        Line: int
        /// The line as it was written.
        Text: string
    }

/// A rule file as it was read, and what the compiler is given in its place.
type internal RuleFile =
    {
        /// The full path.
        FullPath: string
        /// The path as it is shown: with forward slashes, as it was given.
        Shown: string
        Lines: string array
        /// The lines with blanks for comments, for what stands in texts, and for directives.
        Code: string
        /// The lines on which a text begins that goes on over the end of its line.
        Wrapped: int list
        Loads: Load list
        Diagnostics: Diagnostic list
    }

module internal RuleFile =
    // To make one takes longer than to read all rule files: those that few files need are made when one does.
    let private condition =
        lazy Regex(@"^\s[\w\s!&|()]*(?://.*)?$", RegexOptions.NonBacktracking)

    /// Whether a rest of a line is empty but for a `//` comment.
    let private isNothing (rest: string) =
        let rest = rest.TrimStart()
        rest = "" || rest.StartsWith("//", StringComparison.Ordinal)

    /// The paths behind `#load`, each in quotation marks behind a blank; None where something else stands there.
    let private loadedPaths (rest: string) =
        let rec from (rest: string) (found: string list) =
            if isNothing rest && not found.IsEmpty then
                Some(List.rev found)
            else
                let quoted = rest.TrimStart()
                let start = if quoted.StartsWith '@' then 2 else 1

                if quoted.Length = rest.Length || quoted.Length < start || quoted[start - 1] <> '"' then
                    None
                else
                    match quoted.IndexOf('"', start) with
                    | -1 -> None
                    | stop -> from (quoted.Substring(stop + 1)) (quoted[start .. stop - 1] :: found)

        from rest []

    /// The file that `auditrules init` writes for editors: it references this library, which the compiler has anyway.
    let EditorFile = "auditrules.fsx"

    /// What is wrong with a directive. What the compiler decides by symbols, and what only sets the editor up, is harmless.
    let private wrong (directive: SourceScan.Directive) =
        let name, behind = directive.Name, directive.Rest.Trim()

        match name with
        | "load"
        | "if"
        | "else"
        | "endif"
        | "light" when not directive.First ->
            Some($"#{name} stands behind something else on its line", "Put it on a line of its own.")
        | "load" ->
            match loadedPaths directive.Rest with
            | None ->
                Some(
                    $"#load does not take {behind}",
                    "Write #load \"lists.fsx\": paths in quotation marks, and at most a // comment behind them."
                )
            | Some paths when List.contains "" paths ->
                Some("#load of an empty path", "Write #load \"lists.fsx\": the path of a rule file.")
            // No file has such a path, and .NET throws where one is asked for.
            | Some paths when paths |> List.exists _.Contains('\000') ->
                Some(
                    "#load of a path with a NUL character",
                    "Take the character out: an editor shows it as ^@, or not at all."
                )
            | Some _ -> None
        | "if" when not (condition.Value.IsMatch directive.Rest) ->
            Some(
                $"#if does not take {behind}",
                "Write #if NAME: symbols with !, && and ||, and at most a // comment behind them."
            )
        | "else"
        | "endif"
        | "light" when not (isNothing directive.Rest) ->
            Some($"#{name} does not take {behind}", "Nothing stands behind it but a // comment.")
        | "if"
        | "else"
        | "endif"
        | "light" -> None
        | "" ->
            Some(
                "a # without a name right behind it is not allowed in a rule file",
                "What inline IL does cannot be checked; a type is written as #seq<int>, without a blank."
            )
        | _ when not (SourceWords.words.Contains name) ->
            Some(
                $"#{name} is not allowed in a rule file",
                "A comment begins with //. Of directives #load, #if, #else, #endif and #light are allowed."
            )
        | _ ->
            Some(
                $"#{name} is not allowed in a rule file",
                "Rule files use this library and what they #load, nothing else: #load, #if, #else, #endif and #light are allowed."
            )

    let private scan (folder: string) (shown: string) (lines: string array) =
        let scan = SourceScan.scan (String.Join("\n", lines))
        let kept = Array.copy lines
        let loads = ResizeArray()

        let error line column message hint =
            Problem.error Problem.Directive message shown line column lines[line - 1] hint

        let problems =
            [
                for directive in scan.Directives do
                    match wrong directive with
                    | Some(message, hint) -> error directive.Line directive.Column message hint
                    | None when directive.Name = "load" ->
                        // Blanks, so that the code and the lines stay of one length.
                        kept[directive.Line - 1] <- String(' ', lines[directive.Line - 1].Length)

                        for path in Option.defaultValue [] (loadedPaths directive.Rest) do
                            if Path.GetFileName path <> EditorFile then
                                loads.Add
                                    {
                                        Path = Path.GetFullPath(Path.Combine(folder, path))
                                        Line = directive.Line
                                        Text = lines[directive.Line - 1]
                                    }
                    | None -> ()
                for doubt in scan.Doubts do
                    error doubt.Line doubt.Column doubt.Message doubt.Hint
            ]

        kept, scan, List.ofSeq loads, problems

    let private notText shown (lines: string array) =
        let bad = lines |> Array.findIndex _.Contains('\uFFFD')

        Problem.error
            Problem.NotText
            "the file is not text in UTF-8"
            shown
            (bad + 1)
            (lines[bad].IndexOf '\uFFFD' + 1)
            lines[bad]
            "Save it as UTF-8: what stands here would be another text."

    /// The text of a file, with U+FFFD for what is none, and whether there is such a thing.
    let private textOf (fullPath: string) =
        try
            File.ReadAllText(fullPath, UTF8Encoding(false, true)), true
        with :? DecoderFallbackException ->
            File.ReadAllText fullPath, false

    let read (fullPath: string) (shown: string) =
        let text, isWhole = textOf fullPath
        let lines = text.ReplaceLineEndings("\n").Split '\n'

        let folder =
            Path.GetDirectoryName fullPath |> Option.ofObj |> Option.defaultValue "/"

        let kept, scan, loads, problems = scan folder shown lines

        {
            FullPath = fullPath
            Shown = shown
            Lines = kept
            Code = scan.Code
            Wrapped = scan.Wrapped
            Loads = if isWhole then loads else []
            Diagnostics = if isWhole then problems else [ notText shown lines ]
        }

    let private header =
        lazy
            Regex(
                @"^\s*(?:\[<(?:[^>]|>[^\]])*>\]\s*)*(?:module\s+(?:rec\s+)?(?:(?:public|internal|private)\s+)?|namespace\s+(?:rec\s+)?)([\w.`]+)",
                RegexOptions.NonBacktracking
            )

    /// The module or namespace that a file puts itself in, and where its name ends in the code.
    let private declared (file: RuleFile) =
        let code = file.Code.AsSpan().TrimStart()

        if code.StartsWith "[<" || code.StartsWith "module" || code.StartsWith "namespace" then
            let found = header.Value.Match file.Code

            // `module X =` is a module inside the file's own.
            if found.Success && not (file.Code.AsSpan(found.Length).TrimStart().StartsWith "=") then
                Some(found.Groups[1].Value.Replace("`", ""), found.Length)
            else
                None
        else
            None

    /// The module or namespace that a file puts itself in, if it does.
    let declaredName file = declared file |> Option.map fst

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

    /// The line directive of the compiler: it takes no quotation mark in a name.
    let private lineIs number (file: RuleFile) =
        let name = file.FullPath.Replace('"', '_').Replace('\n', '_').Replace('\r', '_')
        "# " + string<int> number + " \"" + name + "\""

    /// The name of the file's module, by whether another file has a name already.
    let private freeName (taken: string -> bool) file =
        let name = moduleName file

        if taken name then
            Seq.initInfinite (fun i -> $"{name}_{i + 2}") |> Seq.find (taken >> not)
        else
            name

    /// What the compiler is given for each file: the file under a module of its own, its lines where the author sees
    /// them. Full paths, so that a compiled rule never tells of a file elsewhere with the same text.
    /// A file is known by its own name where it is loaded, though a file before it has the same.
    let compilerTexts (files: RuleFile list) =
        let taken = HashSet<string>(List.choose declaredName files)
        let renamed = Dictionary<string, string * string>()

        [
            for file in files do
                let body = String.Join("\n", file.Lines)

                let abbreviations =
                    [
                        for load in file.Loads do
                            match renamed.TryGetValue load.Path with
                            | true, (own, given) -> $"module ``{own}`` = ``{given}``\n"
                            | _ -> ()
                    ]
                    |> List.distinct
                    |> String.Concat

                match declared file with
                | Some _ when abbreviations = "" -> $"{lineIs 1 file}\n{body}"
                | Some(_, stop) ->
                    let line = 1 + body.AsSpan(0, stop).Count('\n')

                    $"{lineIs 1 file}\n{body.Substring(0, stop)}\n{abbreviations}{lineIs line file}\n{body.Substring stop}"
                | None ->
                    let name = freeName taken.Contains file
                    taken.Add name |> ignore

                    if name <> moduleName file then
                        renamed[file.FullPath] <- (moduleName file, name)

                    // Of more than four parts F# makes a format, which takes milliseconds the first time.
                    String.Concat [| "module ``"; name; "``\n"; abbreviations; lineIs 1 file; "\n"; body |]
        ]

    /// The module that each file becomes, by its full name.
    let moduleNames (files: RuleFile list) =
        let taken = HashSet<string>(List.choose declaredName files)

        [
            for file in files do
                match declaredName file with
                | Some name -> name
                | None ->
                    let name = freeName taken.Contains file
                    taken.Add name |> ignore
                    name
        ]

    /// The file of a type by its full name, or by that of the type around it: of a module, of what stands in a module or
    /// a namespace, or of what F# makes for the values of one (`<StartupCode$rules>.$Name`).
    let ofType (files: RuleFile list) =
        let names = List.zip files (moduleNames files)

        fun (fullName: string) ->
            let name =
                match fullName.IndexOf('$', fullName.IndexOf '>' + 1) with
                | i when fullName.StartsWith "<StartupCode$" && i >= 0 -> fullName.Substring(i + 1)
                | _ -> fullName

            names
            |> List.tryFind (fun (_, own) ->
                name = own || name.StartsWith(own + ".", StringComparison.Ordinal))
            |> Option.map fst

    /// The file of a path that the compiler or a stack trace tells: it may be absolute in their own way.
    let find (files: RuleFile list) (path: string) =
        let path = path.Replace('\\', '/')
        let full (file: RuleFile) = file.FullPath.Replace('\\', '/')

        match files |> List.tryFind (fun f -> f.Shown = path || full f = path) with
        | Some file -> Some file
        | None ->
            files
            |> List.filter (fun f -> path.EndsWith("/" + f.Shown.TrimStart '/', StringComparison.Ordinal))
            |> List.sortByDescending _.Shown.Length
            |> List.tryHead

/// Where in the rule files something stands that is wrong with their compiled code.
module internal AuditRules.Scripting.CodePlaces

open System.Reflection.Metadata
open System.Reflection.Metadata.Ecma335
open System.Text.RegularExpressions
open AuditRules.Events.Diagnostics
open AuditRules.Scripting.Wrong

/// Rule files, and what the metadata and the debug information of their assembly say.
type Compiled =
    {
        Metadata: MetadataReader
        Debug: MetadataReader option
        Files: RuleFile list
    }

/// The visible lines of a method, in the order of its code.
let points (source: Compiled) (method: MethodDefinitionHandle) =
    match source.Debug with
    | None -> []
    | Some debug ->
        [
            for point in
                debug.GetMethodDebugInformation(method.ToDebugInformationHandle()).GetSequencePoints() do
                if not point.IsHidden then
                    let path = debug.GetString (debug.GetDocument point.Document).Name

                    match RuleFile.find source.Files path with
                    | Some file -> point, file
                    | None -> ()
        ]

/// What is told, with what decides which of several of one cause is told.
type Told =
    {
        Diagnostic: Diagnostic
        Wrong: Wrong
        /// Whether the word stands there. The code of a function is also where another one calls it.
        IsExact: bool
    }

/// The place of the word in those lines of a file, else of the lines themselves.
let private placed (file: RuleFile) first last column (wrong: Wrong) =
    let code = file.Code.Split '\n'

    let find (word: string) =
        let pattern =
            Regex($@"(?<![\w`])(?:[\w.`]+\.)?`*{Regex.Escape word}(?!\w)", RegexOptions.CultureInvariant)

        seq { first .. min last code.Length }
        |> Seq.tryPick (fun line ->
            let text = code[line - 1]

            let found =
                pattern.Match(text, (if line = first then min column text.Length else 0))

            if found.Success then Some(word, line, found) else None)

    let found = wrong.Word :: wrong.Others |> List.filter ((<>) "") |> List.tryPick find

    let line =
        match found with
        | Some(_, line, _) -> line
        | None -> first

    let text = file.Lines |> Array.tryItem (line - 1) |> Option.defaultValue ""

    let place =
        match found with
        | Some(_, line, found) ->
            TextSpan(file.Shown, line, found.Index + 1, line, found.Index + found.Length + 1)
        | None -> TextSpan(file.Shown, line, column + 1, line, max (column + 2) (text.Length + 1))

    let message =
        match found with
        | Some(word, _, _) when word <> wrong.Word -> $"rules may not {wrong.Cause}: {word}"
        | _ -> wrong.Message

    {
        Diagnostic = Diagnostic(wrong.Id, DiagnosticSeverity.Error, message, place, text, wrong.Hint)
        Wrong = wrong
        IsExact = found.IsSome
    }

/// The file that a type stands in: the one of its lines, or of the lines of the type around it, else by the name of its
/// module.
let rec private fileOf (source: Compiled) (handle: TypeDefinitionHandle) =
    let definition = source.Metadata.GetTypeDefinition handle

    let byLines =
        definition.GetMethods()
        |> Seq.tryPick (fun method -> points source method |> List.tryHead |> Option.map snd)

    match byLines with
    | Some file -> Some file
    | None when definition.GetDeclaringType().IsNil ->
        let space = source.Metadata.GetString definition.Namespace
        let name = source.Metadata.GetString definition.Name
        RuleFile.ofType source.Files (if space = "" then name else $"{space}.{name}")
    | None -> fileOf source (definition.GetDeclaringType())

/// Without a line of its own: the first line of code in the type's file with the word, else the file.
let somewhere (source: Compiled) (declaring: TypeDefinitionHandle) (wrong: Wrong) =
    let file = fileOf source declaring

    let found =
        file
        |> Option.bind (fun file ->
            file.Code.Split '\n'
            |> Seq.tryFindIndex (fun line ->
                wrong.Word <> ""
                && Regex.IsMatch(line, $@"(?<!\w){Regex.Escape wrong.Word}(?!\w)"))
            |> Option.map (fun i -> file, i + 1))

    match found with
    // The word may stand there for something else.
    | Some(file, line) ->
        { placed file line line 0 wrong with
            IsExact = false
        }
    | None ->
        let shown = file |> Option.map _.Shown |> Option.defaultValue ""

        {
            Diagnostic = Problem.error wrong.Id wrong.Message shown 0 0 "" wrong.Hint
            Wrong = wrong
            IsExact = false
        }

let at
    (source: Compiled)
    (declaring: TypeDefinitionHandle)
    (lines: (SequencePoint * RuleFile) list)
    offset
    (wrong: Wrong)
    =
    let before = lines |> List.tryFindBack (fun (point, _) -> point.Offset <= offset)

    match before |> Option.orElse (List.tryHead lines) with
    | Some(point, file) -> placed file point.StartLine point.EndLine (point.StartColumn - 1) wrong
    | None -> somewhere source declaring wrong

/// The file of that path and all that it loads, and what these load.
let private withLoaded (files: RuleFile list) (shown: string) =
    let rec reach (seen: Set<string>) (file: RuleFile) =
        if seen.Contains file.Shown then
            seen
        else
            file.Loads
            |> Seq.choose (fun load -> files |> List.tryFind (fun f -> f.FullPath = load.Path))
            |> Seq.fold reach (seen.Add file.Shown)

    files
    |> List.tryFind (fun file -> file.Shown = shown)
    |> Option.map (reach Set.empty)
    |> Option.defaultValue (Set.singleton shown)

/// What is to be said: of each file one for each cause and line, where the word stands if it does there or in a file
/// that it loads, and without a line only if nothing in the file has one.
let primary (files: RuleFile list) (told: Told list) =
    let fileOf (t: Told) = t.Diagnostic.Place.File

    let exact =
        set
            [
                for t in told do
                    if t.IsExact then
                        t.Wrong.Message, fileOf t
            ]

    let ofFile (shown, told: Told list) =
        // The code of an inline function of a file stands in those that load it too.
        let sources = withLoaded files shown

        let known =
            told
            |> List.filter (fun t ->
                t.IsExact
                || not (sources |> Set.exists (fun file -> exact.Contains(t.Wrong.Message, file))))

        let withLine = known |> List.filter (fun t -> t.Diagnostic.Place.Line > 0)
        if withLine.IsEmpty then known else withLine

    told
    |> List.groupBy fileOf
    |> List.collect ofFile
    |> List.groupBy (fun t -> t.Wrong.Cause, fileOf t, t.Diagnostic.Place.Line)
    |> List.map (fun (_, same) ->
        (same |> List.minBy (fun t -> not t.IsExact, t.Diagnostic.Place.Column)).Diagnostic)
    |> List.sortBy (fun d -> d.Place.File, d.Place.Line, d.Place.Column)

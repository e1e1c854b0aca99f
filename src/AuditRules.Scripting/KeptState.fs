/// State that the values of rule files keep from one event to the next (R31).
module internal AuditRules.Scripting.KeptState

open System
open System.Collections.Generic
open System.Reflection
open System.Text.RegularExpressions
open AuditRules.Events.Diagnostics
open AuditRules.Scripting.ValueWalk

let private statics =
    BindingFlags.Static
    ||| BindingFlags.Public
    ||| BindingFlags.NonPublic
    ||| BindingFlags.DeclaredOnly

/// A static value of a rule file.
type private Root =
    {
        File: RuleFile
        /// As the author writes it.
        Name: string
        /// A line behind which it is not made; 0 if that is not known.
        Line: int
        Value: obj option
        Declared: Type
        IsMutable: bool
        /// The token of the field for a value within another, which may be gone when that is made; else 0.
        Within: int
    }

/// Whether F# keeps the values at the top of a file in that type.
let isStartup (t: Type) =
    (string t.Namespace).StartsWith("<StartupCode$", StringComparison.Ordinal)

let private numberBehind (name: string) =
    let found = Regex.Match(name, @"@(\d+)", RegexOptions.NonBacktracking)
    if found.Success then int found.Groups[1].Value else 0

let private roots (fileOf: Type -> RuleFile) (types: Type seq) =
    let properties =
        [
            for t in types do
                for property in t.GetProperties statics do
                    ((fileOf t).FullPath, property.Name), property.CanWrite
        ]

    let named = HashSet(List.map fst properties)
    let settable = HashSet(properties |> List.filter snd |> List.map fst)

    let valueOf (field: FieldInfo) : obj | null =
        // What a type throws that makes its own values is told where it is loaded or used.
        try
            field.GetValue null
        with
        | :? TypeInitializationException
        | :? TargetInvocationException -> null

    [
        for t in types do
            if not t.ContainsGenericParameters then
                for field in t.GetFields statics do
                    let name = field.Name.Split('@')[0]
                    let file = fileOf t
                    let isMutable = not field.IsInitOnly && settable.Contains(file.FullPath, name)

                    if isMutable || not (field.IsLiteral || isAlwaysPlain field.FieldType) then
                        let value = valueOf field

                        if isMutable || not (isNull value) then
                            {
                                File = file
                                Name = name
                                Line = numberBehind field.Name
                                Value = Option.ofObj value
                                Declared = field.FieldType
                                IsMutable = isMutable
                                Within =
                                    if isStartup t && not (named.Contains(file.FullPath, name)) then
                                        field.MetadataToken
                                    else
                                        0
                            }
    ]

let private told (root: Root) (what: string) =
    let code = root.File.Code.Split '\n'

    let word =
        Regex($@"(?<!\w)`*{Regex.Escape root.Name}`*(?!\w)", RegexOptions.CultureInvariant)

    let isNamed line =
        line >= 1 && line <= code.Length && word.IsMatch code[line - 1]

    let declares =
        Regex(
            $@"(?<!\w)(?:let|and|val|mutable)\s[^=]*?(?<!\w)`*{Regex.Escape root.Name}`*(?!\w)",
            RegexOptions.CultureInvariant
        )

    let lines = seq { 1 .. code.Length }
    let declaring = lines |> Seq.filter (fun line -> declares.IsMatch code[line - 1])

    // The compiler counts the lines that it was given before the file's own, too.
    let line =
        declaring
        |> Seq.tryFindBack (fun line -> line <= root.Line)
        |> Option.orElse (Seq.tryHead declaring)
        |> Option.orElse (Seq.tryFind isNamed lines)
        |> Option.defaultValue 0

    let text = root.File.Lines |> Array.tryItem (line - 1) |> Option.defaultValue ""

    let place =
        if isNamed line then
            let found = word.Match code[line - 1]
            TextSpan(root.File.Shown, line, found.Index + 1, line, found.Index + found.Length + 1)
        else
            TextSpan(root.File.Shown, line, 1, line, text.Length + 1)

    Diagnostic(
        Problem.Mutable,
        DiagnosticSeverity.Error,
        $"{root.Name} can change: {what}",
        place,
        text,
        Wrong.stateHint
    )

/// Those that are not gone when the file is loaded: a value within another is there as long as code may run that reads it,
/// of a function, or of a closure that is a value, is held by one, or is made by such code.
let private there (own: Assembly) (walk: Walk) (uses: Lazy<OwnFields.Use>) (roots: Root list) =
    let met = HashSet<int>()

    let mayRun (types: IReadOnlySet<int>) =
        let asked = HashSet<int>()

        let rec may token =
            asked.Add token
            && (not (OwnFields.isCompilers (own.ManifestModule.ResolveType token).Name)
                || met.Contains token
                || (match uses.Value.Makers.TryGetValue token with
                    | true, makers -> Seq.exists may makers
                    | _ -> false))

        Seq.exists may types

    let isRead (root: Root) =
        match uses.Value.Readers.TryGetValue root.Within with
        | true, readers -> mayRun readers
        | _ -> false

    let rec reach (found: Root list) (left: Root list) =
        for root in found do
            root.Value |> Option.iter (fun value -> walk.Types(value, met))

        match List.partition isRead left with
        | [], _ -> found
        | more, left -> found @ reach more left

    match List.partition (fun root -> root.Within = 0) roots with
    | named, [] -> named
    | named, within -> reach named within

/// What the static values of those types keep that can change, each thing once. It runs nothing of theirs.
let find
    (fileOf: Type -> RuleFile)
    (own: Assembly)
    (uses: Lazy<OwnFields.Use>)
    (types: Type seq)
    : Diagnostic list =
    let walk = Walk(own, uses)

    // A value that is kept by several is told by its own name, if it has one.
    let themselves, others =
        [
            for root in there own walk uses (roots fileOf types) do
                root,
                if root.IsMutable then
                    Some "it is mutable"
                else
                    root.Value
                    |> Option.bind (fun value -> walk.OfItself(value, root.Declared))
                    |> Option.map (fun what -> $"it is {what}")
        ]
        |> List.partition (snd >> Option.isSome)

    [
        for root, what in themselves do
            told root (Option.defaultValue "" what)
        for root, _ in others do
            match root.Value |> Option.bind walk.Inside with
            | Some what -> told root $"it holds {what}"
            | None -> ()
    ]
    |> List.distinct

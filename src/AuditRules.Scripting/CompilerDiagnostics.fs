/// The compiler's diagnostics as ours: one for each cause, with the line, and a hint for the usual mistakes.
module internal AuditRules.Scripting.CompilerDiagnostics

open System
open System.Text.RegularExpressions
open AuditRules.Events.Diagnostics
open FSharp.Compiler.Diagnostics

/// What is known of mistakes, by what they are about. The first that knows the mistake tells.
let private hints =
    [
        TokenHints.hint
        ClauseHints.hint
        SourceHints.hint
        PatternHints.hint
        ValueHints.hint
        NameHints.hint
    ]

let private hint spot =
    hints |> List.tryPick (fun hint -> hint spot) |> Option.defaultValue ""

let private ownName =
    Regex(@"^Value restriction.*?'(\w+)'", RegexOptions.CultureInvariant)

let private throwing =
    Regex(@"\b(?:failwithf?|raise|invalidArg|invalidOp|nullArg)\b", RegexOptions.CultureInvariant)

/// A value that is of any type: of one that always throws the compiler says no more than that.
let private ofNoType (text: string) (spot: Spot) =
    match ownName.Match text with
    | found when found.Success ->
        let name = found.Groups[1].Value

        if throwing.IsMatch spot.Source then
            Some(
                Problem.Throws,
                $"the file throws when it is loaded: the value {name} always does",
                "A value at the top of a rule file must not fail."
            )
        else
            Some(
                "FS0030",
                $"The value {name} has no definite type",
                $"Write its type: let {name}: TextPattern = ..."
            )
    | _ -> None

/// The compiler's sentence without what the hint says better: signatures, lists of overloads, advice.
let private shortened (text: string) =
    [
        " The required signature is"
        " Known type"
        " Available overloads"
        " Consider using 'ignore'"
    ]
    |> List.fold
        (fun (text: string) rest ->
            match text.IndexOf(rest, StringComparison.Ordinal) with
            | -1 -> text
            | i -> text.Substring(0, i))
        text

let private convert files (found: FSharpDiagnostic array) (d: FSharpDiagnostic) =
    let file = RuleFile.find files d.FileName
    let same = found |> Array.filter (fun other -> other.FileName = d.FileName)
    let shown = file |> Option.map _.Shown |> Option.defaultValue ""
    let spot = Spot.make files file d
    let text, _ = Spot.split d.Message

    let severity =
        if d.Severity = FSharpDiagnosticSeverity.Error then
            DiagnosticSeverity.Error
        else
            DiagnosticSeverity.Warning

    match
        (if RuleLayout.mayTell d.ErrorNumber d.Message && spot.Wrapped = 0 then
             RuleLayout.mistake spot.Own
         else
             None)
    with
    | Some mistake ->
        let column = mistake.Column + 1

        let place =
            TextSpan(shown, mistake.Line, column, mistake.Line, column + mistake.Length)

        let source = file |> Option.bind (fun f -> Array.tryItem (mistake.Line - 1) f.Lines)

        Diagnostic(
            Problem.Layout,
            severity,
            mistake.Message,
            place,
            Option.defaultValue "" source,
            mistake.Hint
        )
    | None ->
        let id, text, hint =
            match (if d.ErrorNumber = 30 then ofNoType text spot else None) with
            | Some told -> told
            | None when d.ErrorNumber = 39 && PrimaryErrors.isUnopened file same ->
                "FS0039", text, "Begin the file with: open AuditRules"
            | None -> $"FS%04d{d.ErrorNumber}", shortened text, hint spot

        let place =
            TextSpan(shown, d.StartLine, d.StartColumn + 1, d.EndLine, d.EndColumn + 1)

        Diagnostic(id, severity, text, place, spot.Source, hint)

/// Ours for the compiler's: one error for each cause.
let ofCompiler (files: RuleFile list) (found: FSharpDiagnostic array) : Diagnostic list =
    let errors, others =
        found
        |> Array.filter (fun d ->
            d.Severity = FSharpDiagnosticSeverity.Error
            || d.Severity = FSharpDiagnosticSeverity.Warning)
        |> Array.partition (fun d -> d.Severity = FSharpDiagnosticSeverity.Error)

    let primary = PrimaryErrors.choose files errors

    // With an error, warnings are mostly its echoes.
    (if primary.Length > 0 then primary else others)
    |> Array.map (convert files errors)
    |> List.ofArray

/// All that is told of a compilation. Without an assembly there is always an error.
let ofOutcome files found hasAssembly (thrown: exn option) =
    let told = ofCompiler files found

    if
        hasAssembly
        || told |> List.exists (fun d -> d.Severity = DiagnosticSeverity.Error)
    then
        told
    else
        let why =
            match thrown with
            | Some e -> $"{e.GetType().Name}: {e.Message}"
            | None -> "it made no assembly and said nothing"

        let shown = files |> List.tryHead |> Option.map _.Shown |> Option.defaultValue ""

        Problem.error
            Problem.CompilerFailed
            $"the compiler failed: {why}"
            shown
            0
            0
            ""
            "Look for room on the disk and for access to the temporary folder."
        :: told

/// One error for each cause, of all that the compiler says.
module internal AuditRules.Scripting.PrimaryErrors

open System.Text.RegularExpressions
open FSharp.Compiler.Diagnostics

/// Echoes of an error elsewhere: an expression whose type is not known because of it, a file whose module is not seen.
let private echoes = set [ 72; 222; 3033 ]

let private place (d: FSharpDiagnostic) = d.StartLine, d.StartColumn

let private isEnd (d: FSharpDiagnostic) =
    TokenHints.isEnd d.ErrorNumber d.Message

let private opening =
    Regex(@"^\s*open\s+AuditRules\s*$", RegexOptions.NonBacktracking)

let private undefined =
    Regex(@"'([^']+)' is not defined", RegexOptions.CultureInvariant)

/// Whether a file lacks its `open AuditRules`, so that none of those words is known in it.
let isUnopened (file: RuleFile option) (errors: FSharpDiagnostic array) =
    match file with
    | Some file ->
        errors
        |> Array.exists (fun d ->
            d.ErrorNumber = 39
            && LibraryWords.all.Value.Contains (undefined.Match d.Message).Groups[1].Value)
        && not (file.Code.Split '\n' |> Array.exists opening.IsMatch)
    | None -> false

/// The first of what does not parse. What says no more than that something does not end counts where nothing else does.
let private ofSyntax (file: RuleFile option) (errors: FSharpDiagnostic array) =
    let wraps = file |> Option.exists (fun f -> not f.Wrapped.IsEmpty)

    match errors |> Array.filter (fun d -> d.ErrorNumber = 1161), errors |> Array.filter (isEnd >> not) with
    | [||], [||] -> [| Array.minBy place errors |]
    | [||], _ when wraps -> [| Array.minBy place errors |]
    | [||], stumbles -> stumbles
    | tabs, _ -> tabs

let private inFile (files: RuleFile list) (name: string, errors: FSharpDiagnostic array) =
    let file = RuleFile.find files name

    match errors |> Array.filter (fun d -> TokenHints.isSyntax d.ErrorNumber) with
    | [||] when isUnopened file errors ->
        [| errors |> Array.filter (fun d -> d.ErrorNumber = 39) |> Array.minBy place |]
    | [||] when errors |> Array.forall (fun d -> d.ErrorNumber = 201) -> [| Array.minBy place errors |]
    | [||] -> errors
    | wrong -> ofSyntax file wrong
    // One for each top-level value.
    |> Array.groupBy (fun d ->
        match file with
        | Some file -> Spot.declaration file.Lines d.StartLine
        | None -> d.StartLine)
    |> Array.map (fun (_, same) ->
        // That no overload fits (41) is an echo of a name that is not defined (39), though it stands before it.
        let isUndefined = same |> Array.exists (fun d -> d.ErrorNumber = 39)
        same |> Array.minBy (fun d -> isUndefined && d.ErrorNumber = 41, place d))

/// The errors to tell, in the order of files and lines.
let choose (files: RuleFile list) (errors: FSharpDiagnostic array) =
    let causes = errors |> Array.filter (fun d -> not (echoes.Contains d.ErrorNumber))

    (if causes.Length > 0 then causes else errors)
    |> Array.groupBy _.FileName
    |> Array.collect (inFile files)
    |> Array.sortBy (fun d -> d.FileName, place d)

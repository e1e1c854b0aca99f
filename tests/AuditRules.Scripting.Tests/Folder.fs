/// A rules folder in a temporary place, for one test.
module AuditRules.Scripting.Tests.Folder

open System
open System.IO
open AuditRules.Scripting
open AuditRules.Tests.Root

[<Sealed>]
type Folder() =
    let own = Directory.CreateTempSubdirectory("auditrules-test-").FullName

    member _.Path(name: string) = Path.Combine(own, name)

    member this.Write(name: string, text: string) =
        let path = this.Path name
        Directory.CreateDirectory(Path.GetDirectoryName path |> string) |> ignore
        File.WriteAllText(path, text)

    /// Compiles those files, shown by their names in the folder.
    member this.Compile(cache: string, names: string list) = this.Compile(cache, [ "" ], names)

    /// The same, with those rules folders.
    member this.Compile(cache: string, roots: string list, names: string list) =
        this.Compile(cache, roots, names, false)

    /// The same, with or without trust in the rules.
    member this.Compile(cache: string, roots: string list, names: string list, trusted: bool) =
        let options =
            RuleCompilerOptions(
                CurrentFolder = own,
                RulesFolders = [| for name in roots -> this.Path name |],
                CacheFolder = cache,
                Trusted = trusted
            )

        RuleCompiler(options).Compile [| for name in names -> this.Path name |]

    interface IDisposable with
        member _.Dispose() = Directory.Delete(own, true)

/// Compiles one file without a cache.
let compile (text: string) =
    use folder = new Folder()
    folder.Write("x.fsx", text)
    folder.Compile("", [ "x.fsx" ])

/// `line,column id: message | hint` for each diagnostic.
let told (rules: CompiledRules) =
    [
        for d in rules.Diagnostics ->
            let place = $"{d.Place.File}({d.Place.Line},{d.Place.Column})"

            if d.Hint = "" then
                $"{place} {d.Id}: {d.Message}"
            else
                $"{place} {d.Id}: {d.Message} | {d.Hint}"
    ]

/// A rule of that id, without the `open` before it.
let one id =
    $"""
let r =
    rule ("{id}", "t", Low) {{
        for e in Py.OsSystem do
        message e.Command
        shouldFire [ Py.OsSystem.make (command = "id") ]
    }}
"""

/// A rule file with that one rule.
let text id = "open AuditRules\n" + one id

let ids (rules: CompiledRules) = [ for r in rules.Rules -> r.Info.Id ]

/// Compiles rule files into one assembly. The only file that runs the F# compiler.
module internal AuditRules.Scripting.AssemblyCompiler

open System
open System.IO
open System.Runtime.InteropServices
open FSharp.Compiler.CodeAnalysis

let private ours =
    [
        typeof<AuditRules.Events.Value>
        typeof<AuditRules.Detection.Plans.RulePlan>
        typeof<AuditRules.Rule>
        typeof<int option>
    ]

/// Where the assemblies are that rules may use: this library, and the runtime's own folder, so that no SDK is needed.
let private references () =
    let runtime = RuntimeEnvironment.GetRuntimeDirectory()

    let isManaged (file: string) =
        let name = Path.GetFileName file |> Option.ofObj |> Option.defaultValue ""

        (name.StartsWith "System." && not (name.Contains ".Native"))
        || name = "netstandard.dll"
        || name = "mscorlib.dll"

    [
        for t in ours -> t.Assembly.Location
        yield! Directory.GetFiles(runtime, "*.dll") |> Array.filter isManaged |> Array.sort
    ]

/// What decides the outcome besides the sources: part of the cache's key.
let identity () =
    let own = Reflection.Assembly.GetExecutingAssembly()

    [
        for t in ours do
            t.Assembly.ManifestModule.ModuleVersionId.ToString()
        own.ManifestModule.ModuleVersionId.ToString()
        // The compiler by its name: what is in the cache is run without loading 40 MB.
        for reference in own.GetReferencedAssemblies() do
            reference.FullName
        RuntimeInformation.FrameworkDescription
    ]

let private options output =
    [|
        "fsc"
        "--target:library"
        $"--out:{output}"
        "--noframework"
        "--targetprofile:netcore"
        "--simpleresolution"
        "--nocopyfsharpcore"
        "--debug:embedded"
        "--optimize+"
        "--deterministic+"
        "--nologo"
        // 3391: patterns take plain text by conversion. 64 says nothing of use about a rule.
        "--nowarn:3391,64"
    |]

/// The sources as files of a folder, and the compiler's arguments without the output's.
let private write (folder: DirectoryInfo) (sources: (string * string) list) =
    let inputs =
        [|
            for name, text in sources do
                let path = Path.Combine(folder.FullName, name)
                File.WriteAllText(path, text)
                path
        |]

    let output = Path.Combine(folder.FullName, "rules.dll")

    output,
    [|
        yield! options output
        for reference in references () do
            $"-r:{reference}"
    |],
    inputs

let private compileIn (folder: DirectoryInfo) (sources: (string * string) list) =
    let output, flags, inputs = write folder sources
    let arguments = Array.append flags inputs
    let checker = FSharpChecker.Create()
    let diagnostics, thrown = checker.Compile arguments |> Async.RunSynchronously

    let assembly =
        if File.Exists output then
            Some(LongCode.unoptimized (File.ReadAllBytes output))
        else
            None

    assembly, diagnostics, thrown

let private checkIn (folder: DirectoryInfo) (sources: (string * string) list) =
    let _, flags, inputs = write folder sources
    let checker = FSharpChecker.Create(suggestNamesForErrors = true)
    let project = Path.Combine(folder.FullName, "rules.fsproj")
    // The first of the arguments is the compiler's own name.
    let options = checker.GetProjectOptionsFromCommandLineArgs(project, flags[1..])

    let results =
        checker.ParseAndCheckProject { options with SourceFiles = inputs }
        |> Async.RunSynchronously

    None, results.Diagnostics, None

let private inFolder work (below: string) sources =
    try
        let folder =
            if below = "" then
                Directory.CreateTempSubdirectory "auditrules-"
            else
                Directory.CreateDirectory(Path.Combine(below, $"compile-{Guid.NewGuid():N}"))

        try
            work folder sources
        finally
            try
                folder.Delete true
            with
            | :? IOException
            | :? UnauthorizedAccessException -> ()
    with e ->
        None, [||], Some e

/// Compiles the sources, given as file name and text, in a folder of its own below that one, or below TMPDIR: the assembly or nothing, the compiler's
/// diagnostics, and what it threw, which means nothing beside an error: the compiler stops by throwing.
let compile (below: string) (sources: (string * string) list) = inFolder compileIn below sources

/// Checks the types of the sources and makes no assembly: the compiler's diagnostics, and what it threw.
let check (below: string) (sources: (string * string) list) =
    let _, diagnostics, thrown = inFolder checkIn below sources
    diagnostics, thrown

/// The files of this repository, as the tests see them.
module AuditRules.Architecture.Tests.Repository

open System
open System.IO
open System.Xml.Linq
open AuditRules.Tests.Root

/// A path from the root, with forward slashes.
let relative (path: string) =
    Path.GetRelativePath(root, path).Replace('\\', '/')

let private made =
    set
        [
            ".git"
            ".paket"
            ".idea"
            ".vs"
            "bin"
            "obj"
            "out"
            "node_modules"
            "paket-files"
            "TestResults"
            "__pycache__"
        ]

/// All files that people wrote, as paths from the root.
let files =
    let rec under (folder: string) : string seq =
        seq {
            yield! Directory.EnumerateFiles folder

            for inner in Directory.EnumerateDirectories folder do
                if not (made.Contains(DirectoryInfo(inner).Name)) then
                    yield! under inner
        }

    under root |> Seq.map relative |> Seq.sort |> List.ofSeq

let withExtension (extensions: string list) =
    files
    |> List.filter (fun file -> List.contains (Path.GetExtension file) extensions)

let read (file: string) =
    File.ReadAllText(Path.Combine(root, file))

/// The project files below a folder.
let projects (folder: string) =
    withExtension [ ".csproj"; ".fsproj" ] |> List.filter _.StartsWith(folder + "/")

let nameOf (project: string) =
    Path.GetFileNameWithoutExtension project
    |> Option.ofObj
    |> Option.defaultValue ""

let folderOf (file: string) =
    Path.GetDirectoryName file |> Option.ofObj |> Option.defaultValue ""

/// The names of the projects that a project references.
let references (project: string) =
    XDocument.Parse(read project).Descendants(XName.Get "ProjectReference")
    |> Seq.choose (fun reference -> Option.ofObj (reference.Attribute(XName.Get "Include")))
    |> Seq.map (fun attribute -> nameOf (attribute.Value.Replace('\\', '/')))
    |> List.ofSeq

/// The packages of a project, each with its Paket group.
let packages (project: string) =
    let file = Path.Combine(root, folderOf project, "paket.references")

    let lines =
        if File.Exists file then
            File.ReadAllLines file
            |> List.ofArray
            |> List.filter (String.IsNullOrWhiteSpace >> not)
        else
            []

    (("Main", []), lines)
    ||> List.fold (fun (group, found) line ->
        match line.Trim().Split ' ' with
        | [| "group"; name |] -> name, found
        | words -> group, (group, words[0]) :: found)
    |> snd

module AuditRules.Architecture.Tests.AssemblyTests

open System
open System.IO
open System.Reflection
open System.Reflection.Metadata
open System.Reflection.PortableExecutable
open Expecto
open AuditRules.Architecture.Tests.Repository

/// What a built assembly uses: assemblies, types and members of other assemblies, by name.
let private uses (assembly: string) =
    use file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"))
    use image = new PEReader(file)
    let metadata = image.GetMetadataReader()

    let typeName (handle: TypeReferenceHandle) =
        let reference = metadata.GetTypeReference handle
        metadata.GetString reference.Namespace + "." + metadata.GetString reference.Name

    [
        for handle in metadata.AssemblyReferences do
            metadata.GetString(metadata.GetAssemblyReference(handle).Name)

        for handle in metadata.TypeReferences do
            typeName handle

        for handle in metadata.MemberReferences do
            let reference = metadata.GetMemberReference handle

            if reference.Parent.Kind = HandleKind.TypeReference then
                typeName (TypeReferenceHandle.op_Explicit reference.Parent)
                + "."
                + metadata.GetString reference.Name
    ]
    |> List.distinct

/// The namespaces of an assembly's public types.
let private publicNamespaces (assembly: string) =
    use file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"))
    use image = new PEReader(file)
    let metadata = image.GetMetadataReader()

    [
        for handle in metadata.TypeDefinitions do
            let definition = metadata.GetTypeDefinition handle

            if definition.Attributes &&& TypeAttributes.VisibilityMask = TypeAttributes.Public then
                metadata.GetString definition.Namespace
    ]
    |> List.distinct

let private libraries =
    projects "src"
    |> List.filter (fun project -> nameOf project <> "AuditRules.Cli")

let private inCSharp = libraries |> List.filter _.EndsWith(".csproj")

let private forbids names project =
    testCase (nameOf project) (fun () ->
        let found =
            uses (nameOf project) |> List.filter (fun name -> List.contains name names)

        Expect.isEmpty found $"{nameOf project} uses what it must not")

/// Those that see only streams, spans and values.
let private withoutFiles =
    libraries
    |> List.filter (fun project ->
        [ "Events"; "Traces"; "Detection"; "Rules"; "Reporting" ]
        |> List.contains ((nameOf project).Replace("AuditRules.", "")))

[<Tests>]
let tests =
    testList
        "built assemblies"
        [ // What an assembly does not reference cannot stand in its signatures.
            testList "of C# know no FSharp.Core" (inCSharp |> List.map (forbids [ "FSharp.Core" ]))
            testList
                "other than the command know no console"
                (libraries |> List.map (forbids [ "System.Console" ]))
            testList
                "without I/O know no files and no current folder"
                (withoutFiles
                 |> List.map (
                     forbids
                         [
                             "System.IO.File"
                             "System.IO.FileStream"
                             "System.IO.Directory"
                             "System.IO.FileInfo"
                             "System.IO.DirectoryInfo"
                             "System.Environment.get_CurrentDirectory"
                             "System.Diagnostics.Process"
                         ]
                 ))
            testList
                "take the time from a TimeProvider"
                (libraries
                 |> List.map (
                     forbids
                         [
                             "System.DateTime.get_Now"
                             "System.DateTime.get_UtcNow"
                             "System.DateTimeOffset.get_Now"
                             "System.DateTimeOffset.get_UtcNow"
                         ]
                 ))
            testCase "keep the MessagePack codec to themselves: a user may have the package too" (fun () ->
                let namespaces = publicNamespaces "AuditRules.Traces"
                Expect.contains namespaces "AuditRules.Traces" "the library's own types"
                Expect.isFalse (List.contains "MessagePack" namespaces) "the codec's types")
            testCase "are read: what the kit uses is found" (fun () ->
                let expected =
                    [ "FSharp.Core"; "System.Console"; "System.DateTimeOffset.get_UtcNow" ]

                Expect.containsAll (uses "Expecto") expected "the checks above can fail")
        ]

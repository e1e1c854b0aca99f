/// What authors see of the library: signatures, and a word on each public member.
module AuditRules.Rules.Tests.SurfaceTests

open System
open System.IO
open System.Reflection
open System.Runtime.CompilerServices
open System.Xml.Linq
open AuditRules
open AuditRules.Tests.Root
open Expecto

let private project = Path.Combine(root, "src", "AuditRules.Rules")

let private attribute (name: string) (element: XElement) =
    match element.Attribute(XName.Get name) with
    | null -> ""
    | found -> found.Value

/// The files that are compiled, in order; generated ones last.
let private compiled =
    let file =
        XDocument.Load(Path.Combine(project, "AuditRules.Rules.fsproj")).Descendants()

    [
        for element in file do
            match element.Name.LocalName with
            | "Compile" -> attribute "Include" element
            | "GeneratedEventCode" -> attribute "File" element
            | _ -> ()
    ]

let private library = typeof<Rule>.Assembly

/// What editors read: the file beside the library.
let private documentation =
    let file = XDocument.Load(string (Path.ChangeExtension(library.Location, ".xml")))

    [
        for element in file.Descendants(XName.Get "member") ->
            attribute "name" element, element.Value.Trim(), element
    ]

let private isMade (symbol: MemberInfo) =
    symbol.IsDefined(typeof<CompilerGeneratedAttribute>, false)

/// Types that an author can name; nested ones are the compiler's.
let private types =
    [
        for kind in library.GetExportedTypes() do
            if not (isMade kind || kind.IsNested) then
                kind
    ]

/// What the documentation of a type or member begins with: a method's parameters are left out.
let private idOf (symbol: MemberInfo) =
    let owner = string (nonNull symbol.DeclaringType).FullName

    match symbol with
    | :? MethodInfo as called ->
        let generic =
            if called.IsGenericMethod then
                $"``{called.GetGenericArguments().Length}"
            else
                ""

        $"M:{owner}.{called.Name}{generic}"
    | :? PropertyInfo as read -> $"P:{owner}.{read.Name}"
    | other -> $"M:{owner}.#ctor for {other.Name}"

/// Public members that are no overrides, no parts of properties, and no interface's.
let private members (kind: Type) =
    let own =
        BindingFlags.Public
        ||| BindingFlags.Instance
        ||| BindingFlags.Static
        ||| BindingFlags.DeclaredOnly

    [
        for called in kind.GetMethods own do
            if
                not called.IsSpecialName
                && not (isMade called)
                && called.GetBaseDefinition() = called
            then
                called :> MemberInfo

        for read in kind.GetProperties own do
            if not (isMade read) then
                read
    ]

let private beginsWith (id: string) (name: string) =
    name = id || name.StartsWith(id + "(", StringComparison.Ordinal)

[<Tests>]
let tests =
    testList
        "the surface of the library"
        [
            testCase "R102: every file has a signature right before it, the generated one too" (fun () ->
                let sources = compiled |> List.filter (fun file -> file.EndsWith ".fs")
                Expect.isGreaterThan sources.Length 12 "the files are read"
                let expected = sources |> List.collect (fun file -> [ file + "i"; file ])
                Expect.equal compiled expected "files")

            testCase "R102: documentation stands in the signatures alone" (fun () ->
                for file in compiled do
                    let path = Path.Combine(project, file)

                    if file.EndsWith ".fs" && File.Exists path then
                        let lines = List.ofArray (File.ReadAllLines path)

                        // What stands over the file's module tells what the file is.
                        let isOver (line: string) =
                            line.StartsWith "///" || line.StartsWith "[<"

                        let heading =
                            match List.skipWhile isOver lines with
                            | first :: _ when first.StartsWith "module " -> List.takeWhile isOver lines
                            | _ -> []

                        for line in List.skip heading.Length lines do
                            if line.TrimStart().StartsWith "/// " then
                                failtest $"{file}: {line}")

            testCase "R102: every public type and member is documented, each overload for itself" (fun () ->
                let missing =
                    [
                        for kind in types do
                            let has =
                                documentation
                                |> List.exists (fun (name, text, _) ->
                                    name = $"T:{kind.FullName}" && text <> "")

                            if not has then
                                $"T:{kind.FullName}"

                            for id, overloads in members kind |> List.groupBy idOf do
                                let known =
                                    documentation
                                    |> List.filter (fun (name, text, _) -> beginsWith id name && text <> "")

                                if known.Length < overloads.Length then
                                    $"{id}: {known.Length} of {overloads.Length}"
                    ]

                Expect.isEmpty missing "without a word"
                Expect.isGreaterThan documentation.Length 900 "the documentation is read")

            testCase "R102: what is documented of a parameter names one" (fun () ->
                let all =
                    [
                        for kind in types do
                            for symbol in members kind do
                                match symbol with
                                | :? MethodInfo as called ->
                                    idOf called, [ for p in called.GetParameters() -> string p.Name ]
                                | _ -> ()
                    ]

                for name, _, element in documentation do
                    for parameter in element.Elements(XName.Get "param") do
                        let known =
                            [
                                for id, parameters in all do
                                    if beginsWith id name then
                                        yield! parameters
                            ]

                        if not (name.Contains "#ctor" || name.Contains "Example.") then
                            Expect.contains known (attribute "name" parameter) name)

            testCase "R102: no type is public but what authors write or the compiler asks for" (fun () ->
                let names =
                    [
                        for kind in types do
                            if not (kind.Name.EndsWith "Events") then
                                kind.Name
                    ]

                Expect.equal
                    (List.sort names)
                    [
                        "AnyOf"
                        "Custom"
                        "Custom`1"
                        "DeclaredEvent`1"
                        "Either`2"
                        "Either`3"
                        "Either`4"
                        "EndingClauses"
                        "EventSource`1"
                        "FindingsOf"
                        "Flow`1"
                        "Folded`2"
                        "Py"
                        "Rule"
                        "RuleBuilder"
                        "RuleEntry"
                        "Standard"
                        "StepClauses"
                        "ThresholdClauses"
                        "Words"
                        "Yielded`1"
                    ]
                    "public types")
        ]

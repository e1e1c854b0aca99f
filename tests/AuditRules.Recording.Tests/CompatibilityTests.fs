/// CPython's own tests, with and without the recorder.
module AuditRules.Recording.Tests.CompatibilityTests

open System
open System.IO
open System.Xml.Linq
open Expecto
open AuditRules.Recording
open AuditRules.Recording.Tests.HookLab

let private nightly = Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1"

// Both ways with the same limit of descriptors; a test that hangs ends.
let private wrapper log =
    $"ulimit -n 1024; exec timeout -k 10 1200 \"$@\" > '{log}' 2>&1 < /dev/null"

let private attribute (element: XElement) (name: string) =
    match element.Attribute(XName.Get name) with
    | null -> ""
    | value -> value.Value

/// The outcomes of all tests that ran, one line each.
let private outcomes path =
    [
        for case in XDocument.Load(path: string).Descendants(XName.Get "testcase") do
            let outcome =
                [
                    for child in case.Elements() do
                        match child.Name.LocalName with
                        | "skipped"
                        | "failure"
                        | "error" -> child.Name.LocalName
                        | _ -> ()
                ]
                |> List.distinct
                |> String.concat " "

            attribute case "name", (if outcome = "" then "ok" else outcome)
    ]
    |> List.groupBy fst
    |> List.map (fun (name, all) -> name, all |> List.map snd |> List.sort)
    |> Map.ofList

// In a virtual machine a test of vsock waits for ever for an answer from the machine that it runs on.
let private unanswered = [ "--ignore"; "*VSOCK*" ]

let private command (python: Python) folder (arguments: string list) =
    [
        "sh"
        "-c"
        wrapper (Path.Combine(folder, "log"))
        "sh"
        python.Path
        "-m"
        "test"
    ]
    @ [ "--junit-xml"; Path.Combine(folder, "results.xml"); "--tempdir"; folder ]
    @ unanswered
    @ arguments

let private results folder =
    let path = Path.Combine(folder, "results.xml")

    if not (File.Exists path) then
        failtest $"""no results: {File.ReadAllText(Path.Combine(folder, "log"))}"""

    outcomes path

let private reference python arguments =
    inFolder (fun folder ->
        let command = command python folder arguments
        run command.Head command.Tail [] |> ignore
        results folder)

let private recorded python arguments =
    inFolder (fun folder ->
        use trace = File.Create(Path.Combine(folder, "run.atrace"))

        let result =
            RecordingSession.Run(
                RecordingOptions(
                    Command = ResizeArray(command python folder arguments),
                    Hook = HookChoice.Native
                ),
                trace
            )

        match result.Packed with
        | null -> failtest $"{result.Failure} {result.Problem}"
        | packed -> Expect.isGreaterThan packed.Totals.Events 1000L "it was recorded"

        results folder)

let private differing (a: Map<string, string list>) (b: Map<string, string list>) =
    Set.union (Set.ofSeq a.Keys) (Set.ofSeq b.Keys)
    |> Set.filter (fun name -> a.TryFind name <> b.TryFind name)

/// What differs with the recorder, and did not between two runs without it. Under load any test fails now and then:
/// so a difference must come twice.
let private differences python arguments =
    let first, second = reference python arguments, reference python arguments
    Expect.isGreaterThan first.Count 5 "tests ran"
    let flaky = differing first second

    let differs () =
        differing first (recorded python arguments) - flaky

    let once = differs ()

    if Set.isEmpty once then
        []
    else
        Set.intersect once (differs ()) |> Set.toList

let private modules =
    [
        "test_audit"
        "test_os"
        "test_threading"
        "test_io"
        "test_subprocess"
        "test_socket"
        "test_multiprocessing_fork"
    ]

let private has (python: Python) (name: string) =
    let _, output, _ =
        run python.Path [ "-c"; "import os, test; print(os.path.dirname(test.__file__))" ] []

    let path = Path.Combine(output.Trim(), name)
    output.Trim() <> "" && (File.Exists(path + ".py") || Directory.Exists path)

[<Tests>]
let tests =
    testSequenced
    <| testList
        "compatibility"
        [
            // Minutes each.
            for python in (if nightly then pythons else []) do
                for name in modules do
                    testCase $"{python.Version} {python.Path}: {name} gives the same with the recorder"
                    <| fun () ->
                        if not (has python name) then
                            skiptest "this Python comes without it"

                        Expect.equal (differences python [ name ]) [] "tests that differ"

            testCase "a part of test_audit gives the same with the recorder"
            <| fun () ->
                match pythons |> List.filter (fun python -> has python "test_audit") with
                | [] -> skiptest "no Python comes with its tests"
                | having ->
                    let chosen = List.last having
                    Expect.equal (differences chosen [ "-m"; "test_[bm]*"; "test_audit" ]) [] ""
        ]

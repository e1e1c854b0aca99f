module Expecto.Tests.ProgramTests

open System
open System.IO
open System.Xml.Linq
open Expecto
open Expecto.Tests

let private name text = XName.Get text

let private attribute (element: XElement) key =
    element.Attribute(name key)
    |> Option.ofObj
    |> Option.map _.Value
    |> Option.defaultValue "(none)"

[<Tests>]
let tests =
    testList
        "a test program"
        [
            testCase "that passes returns 0 and ends with the counts" (fun () ->
                let code, lines = Child.run "passing" []
                Expect.equal code 0 "exit code"
                Expect.equal (List.last lines) "1 passed, 0 failed, 0 skipped" "last line")
            testCase "with a failing test returns 2 and ends with the counts" (fun () ->
                let code, lines = Child.run "failing" []
                Expect.equal code 2 "exit code"
                Expect.equal (List.last lines) "1 passed, 2 failed, 1 skipped" "last line")
            testCase "shows the names and messages of failing tests" (fun () ->
                let output = Child.run "failing" [] |> snd |> String.concat "\n"
                Expect.stringContains output "mixed.fails" "name"
                Expect.stringContains output "first difference at index 1: expected 9, actual 2" "message"
                Expect.stringContains output "mixed.throws" "name"
                Expect.stringContains output "System.InvalidOperationException: oh <no>" "message"
                Expect.isNotMatch output "Expecto\\.Evaluation" "no frames of the kit")
            testCase "lists its tests and runs none with --list-tests" (fun () ->
                let code, lines = Child.run "failing" [ "--list-tests" ]
                Expect.equal code 0 "exit code"

                let listed = lines |> List.map _.Trim() |> List.filter _.StartsWith("mixed.")

                Expect.equal
                    listed
                    [ "mixed.arithmetic.one is one"; "mixed.fails"; "mixed.throws"; "mixed.waits" ]
                    "names")
            testTheory
                "runs only what a filter wants"
                [
                    [ "--filter"; "mixed.arith" ]
                    [ "--filter-test-list"; "arith" ]
                    [ "--filter-test-case"; "is one" ]
                    [ "--run"; "mixed.arithmetic.one is one" ]
                    [ "--filter-uid"; "mixed.arithmetic.one is one" ]
                ]
                (fun filter ->
                    let code, lines = Child.run "failing" filter
                    Expect.equal code 0 "exit code"
                    Expect.equal (List.last lines) "1 passed, 0 failed, 0 skipped" "last line")
            testCase "whose filter wants nothing fails" (fun () ->
                let code, _ = Child.run "passing" [ "--filter-test-case"; "nowhere" ]
                Expect.equal code 8 "exit code")
            testCase "without tests fails" (fun () -> Expect.equal (fst (Child.run "empty" [])) 8 "exit code")
            testCase "with two tests of one name fails and names them" (fun () ->
                let code, lines = Child.run "duplicates" []
                Expect.equal code 2 "exit code"
                Expect.stringContains (String.concat "\n" lines) "twice.same" "the name")
            testCase "fails on a focused test with --fail-on-focused-tests" (fun () ->
                Expect.equal (fst (Child.run "focused" [])) 0 "without"
                Expect.equal (fst (Child.run "focused" [ "--fail-on-focused-tests" ])) 2 "with")
            testCase
                "gives up a test that goes on past --test-limit, and names what it may wait for"
                (fun () ->
                    let code, lines = Child.run "hanging" [ "--test-limit"; "2" ]
                    let output = String.concat "\n" lines
                    Expect.equal (code, List.last lines) (2, "1 passed, 1 failed, 0 skipped") "end"
                    Expect.stringContains output "stuck.waits for ever" "which test"
                    Expect.stringContains output "The test did not end within 2 s (--test-limit)." "what"

                    if OperatingSystem.IsLinux() then
                        let line = lines |> List.find _.Contains("sleep 600")
                        let id = int (line.Trim().Split(' ')[0])

                        Expect.isMatch
                            line
                            "^ +[0-9]+ of [0-9]+, S for [0-9]+ s, in .*: sleep 600"
                            "who runs"

                        Expect.isFalse (File.Exists $"/proc/{id}/cmdline") "it was ended")
            testCase "refuses an unknown option and a number that is none" (fun () ->
                Expect.equal (fst (Child.run "passing" [ "--no-such-option" ])) 5 "unknown"
                Expect.equal (fst (Child.run "passing" [ "--parallel-workers"; "some" ])) 5 "no number"
                Expect.equal (fst (Child.run "passing" [ "--test-limit"; "0" ])) 5 "no time")
            testCase "writes its results as JUnit XML" (fun () ->
                let folder = Directory.CreateTempSubdirectory "expecto-"

                try
                    let file = Path.Combine(folder.FullName, "results.xml")
                    Child.run "failing" [ "--junit-summary"; file ] |> ignore
                    let suite = XDocument.Load(file).Descendants(name "testsuite") |> Seq.exactlyOne

                    Expect.equal
                        [
                            for key in [ "tests"; "failures"; "errors"; "skipped" ] -> attribute suite key
                        ]
                        [ "4"; "1"; "1"; "1" ]
                        "counts"

                    let cases =
                        [
                            for case in suite.Elements(name "testcase") ->
                                attribute case "classname",
                                attribute case "name",
                                [
                                    for child in case.Elements() ->
                                        child.Name.LocalName, attribute child "message"
                                ]
                        ]

                    Expect.contains cases ("mixed.arithmetic", "one is one", []) "passed"
                    Expect.contains cases ("mixed", "waits", [ "skipped", "pending" ]) "skipped"

                    Expect.contains
                        cases
                        ("mixed", "throws", [ "error", "System.InvalidOperationException: oh <no>\\u0007" ])
                        "error, with a control character that XML cannot hold"
                finally
                    folder.Delete true)
        ]

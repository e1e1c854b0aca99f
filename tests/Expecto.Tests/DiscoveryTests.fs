module Expecto.Tests.DiscoveryTests

open System.Reflection
open Expecto

let private marked =
    lazy
        (Discovery.marked (Assembly.GetExecutingAssembly())
         |> List.map (fun (info, state) -> info.Name, state))

let private named name =
    marked.Value |> List.filter (fst >> (=) name)

// Empty, so that this program itself skips nothing.
[<PTests>]
let markedAsPending = testList "pending" []

[<Tests>]
let markedFunction () = testList "function" []

[<Tests>]
let private markedPrivate = testList "private" []

[<Tests>]
let tests =
    testList
        "marked values"
        [
            testTheory
                "are found once each, with their state"
                [
                    "markedAsPending", Pending
                    "markedFunction", Normal
                    "markedPrivate", Normal
                ]
                (fun (name, state) -> Expect.equal (named name) [ name, state ] name)
            testCase "of all files are found" (fun () ->
                let names = marked.Value |> List.map fst
                Expect.containsAll names [ "bodies"; "states"; "many"; "messages"; "expectations" ] "names")
            testCase "make tests with unlike names" (fun () ->
                let tests = Discovery.inAssembly (Assembly.GetExecutingAssembly())
                let names = tests |> Option.map FlatTests.ofTree |> Option.defaultValue []
                Expect.isGreaterThan names.Length 100 "tests"
                Expect.isEmpty (FlatTests.duplicates names) "duplicates")
        ]

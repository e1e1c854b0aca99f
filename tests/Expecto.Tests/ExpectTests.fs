module Expecto.Tests.ExpectTests

open System
open Expecto
open Expecto.Tests.Running

type private Point = { x: int; y: int }

let private says expected body =
    Expect.equal (failure body) expected "message"

[<Tests>]
let messages =
    testList
        "a failed equality says where"
        [
            testCase "for numbers, both values" (fun () ->
                says "n.\n  expected: 2\n    actual: 1" (fun () -> Expect.equal 1 2 "n"))
            testCase "for text, the first character that differs" (fun () ->
                says
                    "t.\n  expected: \"abd\"\n    actual: \"abc\"\n  first difference at character 2"
                    (fun () -> Expect.equal "abc" "abd" "t"))
            testCase "for long text, what stands near the difference" (fun () ->
                let message =
                    failure (fun () -> Expect.equal (String('a', 100) + "x") (String('a', 100) + "y") "t")

                Expect.stringContains message "first difference at character 100" "place"
                Expect.stringContains message "aaaaaaaaaaaaaaaaaaaax\"" "surroundings")
            testCase "for lists, the first item that differs" (fun () ->
                Expect.stringEnds
                    (failure (fun () -> Expect.equal [ 1; 2; 3 ] [ 1; 9; 3 ] "l"))
                    "first difference at index 1: expected 9, actual 2"
                    "")
            testCase "for lists of different length, where one ends" (fun () ->
                Expect.stringEnds
                    (failure (fun () -> Expect.sequenceEqual [ 1 ] [ 1; 2 ] "l"))
                    "first difference at index 1: expected 2, actual nothing (it ends here)"
                    "")
            testCase "for bytes, as hexadecimal digits" (fun () ->
                Expect.stringContains
                    (failure (fun () -> Expect.equal [| 1uy; 255uy |] [| 1uy |] "b"))
                    "actual: bytes[2] 01FF"
                    "")
            testCase "for records, the fields that differ" (fun () ->
                Expect.stringEnds
                    (failure (fun () -> Expect.equal { x = 1; y = 2 } { x = 1; y = 3 } "p"))
                    "field y: expected 3, actual 2"
                    "")
        ]


let private cases: (string * (unit -> unit) * (unit -> unit)) list =
    let error () = invalidOp "x"

    [
        "notEqual", (fun () -> Expect.notEqual 1 2 ""), (fun () -> Expect.notEqual 1 1 "")
        "isTrue", (fun () -> Expect.isTrue true ""), (fun () -> Expect.isTrue false "")
        "isFalse", (fun () -> Expect.isFalse false ""), (fun () -> Expect.isFalse true "")
        "isSome", (fun () -> Expect.isSome (Some 1) ""), (fun () -> Expect.isSome None "")
        "isNone", (fun () -> Expect.isNone None ""), (fun () -> Expect.isNone (Some 1) "")
        "isOk", (fun () -> Expect.isOk (Ok 1) ""), (fun () -> Expect.isOk (Error 1) "")
        "isError", (fun () -> Expect.isError (Error 1) ""), (fun () -> Expect.isError (Ok 1) "")
        "isNull", (fun () -> Expect.isNull null ""), (fun () -> Expect.isNull "a" "")
        "isNotNull", (fun () -> Expect.isNotNull "a" ""), (fun () -> Expect.isNotNull null "")
        "isLessThan", (fun () -> Expect.isLessThan 1 2 ""), (fun () -> Expect.isLessThan 2 2 "")
        "isLessThanOrEqual",
        (fun () -> Expect.isLessThanOrEqual 2 2 ""),
        (fun () -> Expect.isLessThanOrEqual 3 2 "")
        "isGreaterThan", (fun () -> Expect.isGreaterThan 3 2 ""), (fun () -> Expect.isGreaterThan 2 2 "")
        "isGreaterThanOrEqual",
        (fun () -> Expect.isGreaterThanOrEqual 2 2 ""),
        (fun () -> Expect.isGreaterThanOrEqual 1 2 "")
        "isGreaterThan of NaN",
        (fun () -> Expect.isGreaterThan 1.0 0.0 ""),
        (fun () -> Expect.isGreaterThan nan 0.0 "")
        "floatClose",
        (fun () -> Expect.floatClose Accuracy.medium 1.0 1.000001 ""),
        (fun () -> Expect.floatClose Accuracy.medium 1.0 1.001 "")
        "isEmpty", (fun () -> Expect.isEmpty [] ""), (fun () -> Expect.isEmpty [ 1 ] "")
        "isNonEmpty", (fun () -> Expect.isNonEmpty [ 1 ] ""), (fun () -> Expect.isNonEmpty [] "")
        "isNotEmpty", (fun () -> Expect.isNotEmpty "a" ""), (fun () -> Expect.isNotEmpty "" "")
        "hasLength", (fun () -> Expect.hasLength [ 1 ] 1 ""), (fun () -> Expect.hasLength [ 1 ] 2 "")
        "hasCountOf",
        (fun () -> Expect.hasCountOf [ 1; 2; 3 ] 2u (fun n -> n > 1) ""),
        (fun () -> Expect.hasCountOf [ 1 ] 2u (fun n -> n > 1) "")
        "exists", (fun () -> Expect.exists [ 1 ] ((=) 1) ""), (fun () -> Expect.exists [ 1 ] ((=) 2) "")
        "all", (fun () -> Expect.all [ 1; 1 ] ((=) 1) ""), (fun () -> Expect.all [ 1; 2 ] ((=) 1) "")
        "allEqual", (fun () -> Expect.allEqual [ 1; 1 ] 1 ""), (fun () -> Expect.allEqual [ 1; 2 ] 1 "")
        "contains", (fun () -> Expect.contains [ 1 ] 1 ""), (fun () -> Expect.contains [ 1 ] 2 "")
        "containsAll",
        (fun () -> Expect.containsAll [ 1; 2; 3 ] [ 3; 1 ] ""),
        (fun () -> Expect.containsAll [ 1 ] [ 1; 2 ] "")
        "distribution",
        (fun () -> Expect.distribution [ 1; 2; 1 ] (Map [ 1, 2u; 2, 1u ]) ""),
        (fun () -> Expect.distribution [ 1 ] (Map [ 1, 2u ]) "")
        "sequenceStarts",
        (fun () -> Expect.sequenceStarts [ 1; 2 ] [ 1 ] ""),
        (fun () -> Expect.sequenceStarts [ 1 ] [ 1; 2 ] "")
        "isAscending",
        (fun () -> Expect.isAscending [ 1; 1; 2 ] ""),
        (fun () -> Expect.isAscending [ 2; 1 ] "")
        "isDescending",
        (fun () -> Expect.isDescending [ 2; 1; 1 ] ""),
        (fun () -> Expect.isDescending [ 1; 2 ] "")
        "isMatch", (fun () -> Expect.isMatch "abc" "b." ""), (fun () -> Expect.isMatch "abc" "^b" "")
        "isNotMatch", (fun () -> Expect.isNotMatch "abc" "^b" ""), (fun () -> Expect.isNotMatch "abc" "b" "")
        "stringContains",
        (fun () -> Expect.stringContains "abc" "b" ""),
        (fun () -> Expect.stringContains "abc" "B" "")
        "stringStarts",
        (fun () -> Expect.stringStarts "abc" "ab" ""),
        (fun () -> Expect.stringStarts "abc" "b" "")
        "stringEnds", (fun () -> Expect.stringEnds "abc" "bc" ""), (fun () -> Expect.stringEnds "abc" "b" "")
        "throws", (fun () -> Expect.throws error ""), (fun () -> Expect.throws ignore "")
        "throwsT",
        (fun () -> Expect.throwsT<InvalidOperationException> error ""),
        (fun () -> Expect.throwsT<ArgumentException> error "")
        "throwsC",
        (fun () -> Expect.throwsC error (fun e -> Expect.equal e.Message "x" "")),
        (fun () -> Expect.throwsC ignore ignore)
        "throwsAsync",
        (fun () -> Expect.throwsAsync (fun () -> async { error () }) "" |> Async.RunSynchronously),
        (fun () -> Expect.throwsAsync (fun () -> async { () }) "" |> Async.RunSynchronously)
        "streamsEqual",
        (fun () -> Expect.streamsEqual (new IO.MemoryStream [| 1uy |]) (new IO.MemoryStream [| 1uy |]) ""),
        (fun () ->
            Expect.streamsEqual (new IO.MemoryStream [| 1uy |]) (new IO.MemoryStream [| 1uy; 2uy |]) "")
    ]

[<Tests>]
let expectations =
    testList
        "each expectation"
        [
            for name, good, bad in cases do
                testCase $"{name} holds" good
                testCase $"{name} fails" (fun () -> Expect.isNotEmpty (failure bad) "a message")

            testCase "wantSome, wantOk and wantError give the value" (fun () ->
                Expect.equal (Expect.wantSome (Some 1) "") 1 ""
                Expect.equal (Expect.wantOk (Ok 2) "") 2 ""
                Expect.equal (Expect.wantError (Error 3) "") 3 "")
        ]

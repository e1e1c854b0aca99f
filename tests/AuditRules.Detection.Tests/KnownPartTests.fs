/// What patterns say of values of which a part was cut or redacted.
module AuditRules.Detection.Tests.KnownPartTests

open System
open System.Collections.Immutable
open Expecto
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Plans
open AuditRules.Detection.Tests.Some
open AuditRules.Detection.Tests.AbsenceTests
open AuditRules.Detection.Tests.UndecidedTests

let private joined = FieldPath.Joined 0
let private evil = TextPattern.Contains "evil"
let private list (items: Value list) = Value.List(Array.ofList items)

let private cutList items =
    Value.Truncated(TruncatedValue(ValueKind.List, 9L, ImmutableArray.Empty, list items))

let private cutBytes (head: byte array) =
    Value.Truncated(TruncatedValue(ValueKind.Bytes, 90_000L, ImmutableArray.Empty, Value.Bytes head))

let private objectOf kind facts =
    Value.Object(
        ObjectValue(
            kind,
            1L,
            ImmutableArray.CreateRange
                [
                    for name: string, fact: Value in facts ->
                        System.Collections.Generic.KeyValuePair(name, fact)
                ]
        )
    )

let private pathlib path = objectOf "PosixPath" [ "path", path ]

let private empty =
    Value.Truncated(TruncatedValue(ValueKind.Str, 9L, ImmutableArray.Empty, Value.Nil))

/// How many findings a rule of one such condition has with one event, and what is said of it.
let private verdictOf path (pattern: ValuePattern) argument =
    let plan = rule "X" [ step "o" (EventPattern("x").With("path", path, pattern)) ]

    let result =
        complete [ plan ] (DetectionOptions()) [||] [||] [ event "x" 1 [ argument ] ]

    result.Findings.Length, result.Outcomes[0].Verdict, result.Outcomes[0].Reason

let private clean = 0, Verdict.Clean, ""
let private fired = 1, Verdict.Fired, ""
let private unknownByCut = 0, Verdict.Unknown, wasCut
let private unknownByRedacted = 0, Verdict.Unknown, wasRedacted

[<Tests>]
let tests =
    testList
        "values of which a part was cut or redacted"
        [
            testTheory
                "R78: an item, or the text of joined items, is decided by what was kept before the cut"
                [
                    "joined, whole", joined, evil, list [ "sh"; "id" ], clean

                    "joined, behind the cut", joined, evil, list [ "sh"; "-c"; cut "curl " ], unknownByCut

                    "joined, redacted", joined, evil, list [ redacted; "id" ], unknownByRedacted

                    "joined, the first is the reason", joined, evil, list [ cut "s"; redacted ], unknownByCut

                    "joined, before the cut", joined, evil, list [ "evil"; cut "x" ], fired

                    "joined, in what was kept of it", joined, evil, list [ cut "evil" ], fired

                    "joined, in a later item", joined, evil, list [ redacted; "evil" ], fired

                    "joined, another beginning",
                    joined,
                    TextPattern.StartsWith "bash ",
                    list [ "sh"; "-c"; cut "x" ],
                    clean

                    "joined, beginning in the cut item",
                    joined,
                    TextPattern.StartsWith "sh -c xy",
                    list [ "sh"; "-c"; cut "x" ],
                    unknownByCut

                    "joined, not, before the cut",
                    joined,
                    TextPattern.Not evil,
                    list [ "evil"; cut "x" ],
                    clean

                    "joined, a list that was cut", joined, evil, cutList [ "sh" ], unknownByCut

                    "item, whole", FieldPath.ItemOf(0, 1), evil, list [ "evil"; "x" ], clean

                    "item, of a list that ends before it",
                    FieldPath.ItemOf(0, 1),
                    evil,
                    list [ "evil" ],
                    clean

                    "item, kept", FieldPath.ItemOf(0, 1), evil, cutList [ "x"; "evil" ], fired

                    "item, another kept", FieldPath.ItemOf(0, 1), evil, cutList [ "x"; "id" ], clean

                    "item, gone", FieldPath.ItemOf(0, 1), evil, cutList [ "evil" ], unknownByCut

                    "item, of what was redacted", FieldPath.ItemOf(0, 1), evil, redacted, unknownByRedacted

                    "item, of a text that was cut", FieldPath.ItemOf(0, 0), evil, cut "evil", clean
                ]
            <| fun (_, path, pattern, argument, expected) ->
                Expect.equal (verdictOf path pattern argument) expected "the verdict"

            testTheory
                "R78: what was cut or redacted within a value decides nothing either"
                [
                    let whole = FieldPath.Of 0
                    let ends = TextPattern.EndsWith "/id_rsa"
                    let second = FieldPath.ItemOf(0, 1)

                    "a path object, whole", whole, ends, pathlib "/home/id_rsa", fired
                    "a path object, another", whole, ends, pathlib "/home/x", clean
                    "a path object, cut", whole, ends, pathlib (cut "/home/x"), unknownByCut
                    "a path object, redacted", whole, ends, pathlib redacted, unknownByRedacted

                    "a path object, decided by what was kept",
                    whole,
                    TextPattern.Under "/etc",
                    pathlib (cut "/home/x"),
                    clean

                    "a path object without a path", whole, ends, objectOf "PurePosixPath" [], unknownByCut
                    "another object", whole, ends, objectOf "socket" [ "fd", 3 ], clean

                    "an object of another type, which has a path",
                    whole,
                    ends,
                    objectOf "x" [ "path", cut "x" ],
                    unknownByCut

                    "an item that is one", second, ends, list [ "x"; pathlib (cut "x") ], unknownByCut
                    "one among joined items", joined, evil, list [ "sh"; pathlib (cut "x") ], unknownByCut

                    "a redacted one among them",
                    joined,
                    evil,
                    list [ pathlib redacted; cut "x" ],
                    unknownByRedacted

                    "one among joined items, decided",
                    joined,
                    TextPattern.StartsWith "bash",
                    list [ "sh"; pathlib (cut "x") ],
                    clean

                    "joined, kept of a list that was cut", joined, evil, cutList [ "evil"; "x" ], fired
                    "joined, cut in a list that was cut", joined, evil, cutList [ "x"; cut "x" ], unknownByCut

                    "joined, redacted in a list that was cut",
                    joined,
                    evil,
                    cutList [ redacted ],
                    unknownByRedacted

                    "joined, of a list of which nothing was kept", joined, evil, empty, unknownByCut

                    "joined, of a list that was cut, decided",
                    joined,
                    TextPattern.StartsWith "sh",
                    cutList [ "bash"; "x" ],
                    clean

                    // The bytes of é are C3 A9.
                    "bytes that are cut within a character",
                    whole,
                    TextPattern.StartsWith "/é",
                    cutBytes [| 0x2fuy; 0xc3uy |],
                    unknownByCut

                    "bytes that are cut behind one",
                    whole,
                    TextPattern.StartsWith "/é",
                    cutBytes [| 0x2fuy; 0xc3uy; 0xa9uy |],
                    fired

                    "bytes that are cut behind another",
                    whole,
                    TextPattern.StartsWith "/é",
                    cutBytes [| 0x2fuy; 0x61uy; 0xc3uy |],
                    clean

                    "joined, bytes that are cut within a character",
                    joined,
                    TextPattern.StartsWith "sh é",
                    list [ "sh"; cutBytes [| 0xc3uy |] ],
                    unknownByCut

                    "a list within a list, which is no text",
                    joined,
                    evil,
                    list [ "sh"; cutList [ "x" ] ],
                    unknownByCut

                    "a list, which is no text", whole, evil, list [ cut "x" ], clean
                ]
            <| fun (_, path, pattern, argument, expected) ->
                Expect.equal (verdictOf path pattern argument) expected "the verdict"

            testTheory
                "R78: no text that was cut is a number"
                [
                    "a text", FieldPath.Of 0, cut "5", clean
                    "a path object", FieldPath.Of 0, pathlib (cut "5"), clean
                    "what was redacted", FieldPath.Of 0, redacted, unknownByRedacted
                    "an item that is gone", FieldPath.ItemOf(0, 1), cutList [ "x" ], unknownByCut
                ]
            <| fun (_, path, argument, expected) ->
                Expect.equal (verdictOf path (NumberPattern.EqualTo 5L) argument) expected "the verdict"

            testCase "R106: an unless drops nothing for certain by joined items of which one was cut"
            <| fun () ->
                let notEvil =
                    EventPattern("x")
                        .With("path", FieldPath.Joined 0, TextPattern.Not(TextPattern.Contains "evil"))

                let plan =
                    rule "X" [ step "o" a; sameProcess "c" b |> unless notEvil processOf ofFirst ]

                let around (item: Value) =
                    [ event "a" 1 []; event "x" 2 [ Value.List("sh", item) ]; event "b" 3 [] ]

                Expect.equal (said plan (around "id")) ([], Verdict.Clean) "a whole one drops"
                Expect.equal (said plan (around (cut "id"))) ([ wasCut ], Verdict.Unknown) "a cut one may not"
        ]

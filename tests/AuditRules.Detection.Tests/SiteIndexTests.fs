/// Whom an event is shown to, found by how its text begins, against asking everyone.
module AuditRules.Detection.Tests.SiteIndexTests

open System.Collections.Immutable
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Detection.Matching
open AuditRules.Detection.Patterns
open AuditRules.Detection.Tests.Some
open AuditRules.Detection.Tests.TwinTests
open AuditRules.Events

/// One rule for each pattern, of one step.
let private sitesOf (memory: PatternMemory) (patterns: EventPattern list) =
    [|
        for i, pattern in List.indexed patterns do
            yield! Site.Of(i, rule $"R{i}" [ step "o" pattern ], memory)
    |]

/// The numbers of the rules that the event of each row is shown to, and what each of all sites would say of it.
let private shown patterns (events: AuditEvent list) =
    let memory = PatternMemory()
    let sites = sitesOf memory patterns
    let index = SiteIndex sites
    let frame = MemoryFrame(numbered events)
    memory.Begin frame

    [
        for row in 0 .. frame.Count - 1 ->
            [ for site in index.Find(frame, row) -> site.Rule ],
            [
                for site in sites ->
                    let mutable doubtful: UndecidedValue | null = null
                    site.Rule, site.Ask(memory, EventView(frame, row), &doubtful)
            ]
    ]

let private paths =
    [ FieldPath.Of 0; FieldPath.ItemOf(0, 0); FieldPath.Joined 0; FieldPath.Of 1 ]

let private genPattern =
    gen {
        let condition =
            Gen.zip (Gen.frequency [ 5, Gen.constant paths.Head; 1, Gen.elements paths ]) (patterns 1)

        let! count =
            Gen.frequency [ 1, Gen.constant 0; 6, Gen.constant 1; 2, Gen.constant 2 ]

        let! conditions = Gen.listOfLength count condition

        return
            (EventPattern "e", conditions)
            ||> List.fold (fun pattern (path, text) -> pattern.With("text", path, text))
    }

let private genAlternatives =
    gen {
        let! first = genPattern
        let! others = Gen.frequency [ 3, Gen.constant 0; 1, Gen.constant 1 ]
        let! rest = Gen.listOfLength others genPattern
        return first.OrAny rest
    }

let private genValue =
    gen {
        let! text = Gen.map textOf short
        let list = Value.List [| Value.Str text; Value.Int 1 |]

        return!
            Gen.frequency
                [
                    8, Gen.constant (Value.Str text)
                    1,
                    Gen.constant (
                        Value.Truncated(
                            TruncatedValue(ValueKind.Str, 0L, ImmutableArray.Empty, Value.Str text)
                        )
                    )
                    1, Gen.constant list
                    1, Gen.elements [ Value.Nil; Value.Int 5; Value.Bytes [| 97uy; 47uy |] ]
                ]
    }

[<Tests>]
let tests =
    testList
        "rules by how texts begin"
        [
            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 3000
                }
                "R74: what an event is not shown to would have said no, and the order stays"
            <| Prop.forAll
                (Arb.fromGen (
                    Gen.zip
                        (Gen.choose (1, 7) |> Gen.bind (fun n -> Gen.listOfLength n genAlternatives))
                        (Gen.listOfLength 6 (Gen.zip genValue genValue))
                ))
                (fun (patterns, values) ->
                    let events = [ for first, second in values -> event "e" 0 [ first; second ] ]

                    shown patterns events
                    |> List.forall (fun (rules, answers) ->
                        let left =
                            [
                                for rule, answer in answers do
                                    if List.contains rule rules then
                                        rule
                            ]

                        // A rule has a site for all of its alternatives.
                        left = rules
                        && answers
                           |> List.forall (fun (rule, answer) ->
                               answer = Answer.No || List.contains rule rules)))

            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 20000
                }
                "R74: a text that a pattern takes begins with one of the pattern's beginnings"
            <| Prop.forAll (Arb.fromGen (Gen.zip (patterns 2) short)) (fun (pattern, text) ->
                let text = textOf text

                pattern.Beginnings.IsEmpty
                || not (pattern.Matches text)
                || pattern.Beginnings
                   |> Seq.exists (fun b -> text.StartsWith(b, System.StringComparison.Ordinal)))

            testTheory
                "R74: an event is shown to the rules whose folder it is in, and to those that ask for none"
                [
                    "/a", [ 0; 5; 6 ]
                    "/a/b/c", [ 0; 1; 5; 6 ]
                    "/a/b!", [ 0; 1; 5; 6 ]
                    "/a!", [ 0; 5; 6 ]
                    "/b/x", [ 2; 5; 6 ]
                    "/etc/passwd", [ 3; 5; 6 ]
                    "/etc/shadow", [ 3; 4; 5; 6 ]
                    "/A", [ 5; 6 ]
                    "", [ 5; 6 ]
                ]
            <| fun (path, rules) ->
                let on pattern =
                    EventPattern("open").With("path", FieldPath.Of 0, pattern)

                let patterns =
                    [
                        on (TextPattern.Under "/a")
                        on (TextPattern.StartsWith "/a/b")
                        on (TextPattern.Glob "/b/*.py")
                        on (TextPattern.Under "/etc" &&& TextPattern.EndsWith "d")
                        on (TextPattern.OneOf [ "/etc/shadow"; "/etc/gshadow" ])
                        on (TextPattern.EndsWith ".pem")
                        EventPattern "open"
                    ]

                Expect.equal (fst (shown patterns [ event "open" 0 [ Value.Str path ] ]).Head) rules path
        ]

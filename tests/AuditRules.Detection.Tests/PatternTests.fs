module AuditRules.Detection.Tests.PatternTests

open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection.Patterns

/// Globs by definition: every way to split the text.
let rec private globByDefinition (pattern: char list) (text: char list) =
    match pattern, text with
    | [], [] -> true
    | '*' :: rest, [] -> globByDefinition rest []
    | '*' :: rest, _ :: tail -> globByDefinition rest text || globByDefinition pattern tail
    | '?' :: rest, _ :: tail -> globByDefinition rest tail
    | c :: rest, d :: tail when c = d -> globByDefinition rest tail
    | _ -> false

// The definition takes exponential time.
let private short (letters: char list) =
    Gen.choose (0, 8)
    |> Gen.bind (fun n -> Gen.listOfLength n (Gen.elements letters))

let private matches (pattern: TextPattern) (text: string) = pattern.Matches text

[<Tests>]
let tests =
    testList
        "patterns"
        [
            testCase "R36: patterns tell bytes that are not UTF-8 apart, each one character"
            <| fun () ->
                let path b = Value.Bytes [| 0x2fuy; b; 0x78uy |]
                let own = string (path 0xffuy).AsText
                let takes (pattern: TextPattern) b = pattern.Matches(path b)

                for pattern in
                    [
                        TextPattern.EqualTo own
                        TextPattern.Glob own
                        TextPattern.Regex own
                        TextPattern.Contains(own.Substring 1)
                    ] do
                    Expect.equal (takes pattern 0xffuy, takes pattern 0xfeuy) (true, false) $"{pattern}"

                for pattern in [ TextPattern.Glob "/?x"; TextPattern.Regex "^/.x$" ] do
                    Expect.equal (takes pattern 0xffuy, takes pattern 0xfeuy) (true, true) $"{pattern}"

            testPropertyWithConfig
                { FsCheckConfig.defaultConfig with
                    maxTest = 5000
                }
                "a glob matches as its definition says"
            <| Prop.forAll
                (Arb.fromGen (Gen.zip (short [ 'a'; 'b'; '*'; '?' ]) (short [ 'a'; 'b' ])))
                (fun (pattern, text) ->
                    let text' = System.String(Array.ofList text)
                    let pattern' = System.String(Array.ofList pattern)
                    GlobMatcher.IsMatch(pattern', text') = globByDefinition pattern text)

            testCase "under takes the folder and what is below it, not its siblings"
            <| fun () ->
                let etc = TextPattern.Under "/etc/"
                Expect.isTrue (matches etc "/etc") "the folder itself"
                Expect.isTrue (matches etc "/etc/passwd") "a file in it"
                Expect.isFalse (matches etc "/etcetera") "a name that begins so"
                Expect.isTrue (matches (TextPattern.Under "/") "/x") "everything is below the root"

            testCase "bytes match as UTF-8 text"
            <| fun () ->
                Expect.isTrue
                    ((TextPattern.EqualTo "é").Matches(Value.Bytes [| 0xC3uy; 0xA9uy |]))
                    "C3 A9 is é"

            testCase "R73: a pattern that is known to be good is made when it is first asked"
            <| fun () ->
                let known =
                    KnownPatterns.Make(fun () -> [ TextPattern.Regex "(b"; TextPattern.Regex "^a+$" ])

                Expect.isTrue (known[1].Matches "aa") "it is made then"

                Expect.throwsT<System.Text.RegularExpressions.RegexParseException>
                    (fun () -> known[0].Matches "b" |> ignore)
                    "and not before"

                Expect.throwsT<PatternException>
                    (fun () -> TextPattern.Regex "(b" |> ignore)
                    "others are made at once"

            testCase "a regular expression that needs backtracking is refused"
            <| fun () ->
                Expect.throwsT<PatternException>
                    (fun () -> TextPattern.Regex @"(a)\1" |> ignore)
                    "only what takes linear time"

            testCase "numbers match integers and truth values alone"
            <| fun () ->
                Expect.isTrue ((NumberPattern.EqualTo 1L).Matches(Value.Bool true)) "true is 1"

                Expect.isFalse
                    ((NumberPattern.Not(NumberPattern.EqualTo 1L)).Matches(Value.Str "2"))
                    "a text is no number"

            testCase "patterns print in words"
            <| fun () ->
                let pattern =
                    EventPattern("open")
                        .With(
                            "path",
                            FieldPath.Of 0,
                            TextPattern.Under "/etc"
                            ||| TextPattern.Glob "*.pem"
                            ||| TextPattern.EqualTo "/x"
                        )
                        .With("flags", FieldPath.Of 2, NumberPattern.AnyBit 3L)

                Expect.equal
                    (string pattern)
                    "open (path = (under \"/etc\" or glob \"*.pem\" or \"/x\"), flags = any bit of 0x3)"
                    "as authors read them"

            testCase "a field may be an item of a list, or its items joined"
            <| fun () ->
                let list = Value.List("sh", "-c", "id")
                Expect.equal (FieldPath.ItemOf(0, 1).Select list) (Value.Str "-c") "an item"
                Expect.equal (FieldPath.Joined(0).Select list) (Value.Str "sh -c id") "all items"
                Expect.equal (FieldPath.Joined(0).Select(Value.Str "id")) (Value.Str "id") "a text is itself"
        ]

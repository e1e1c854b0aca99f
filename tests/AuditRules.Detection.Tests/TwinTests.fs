/// Every pattern against a slow and obvious twin, over random texts and numbers.
module AuditRules.Detection.Tests.TwinTests

open System
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Detection.Patterns
open AuditRules.Events

let private config =
    { FsCheckConfig.defaultConfig with
        maxTest = 2000
    }

let textOf (chars: char list) = String(Array.ofList chars)

/// Short texts of a few of those, so that parts are often equal.
let private shortOf (letters: string list) =
    Gen.choose (0, 6)
    |> Gen.bind (fun n -> Gen.listOfLength n (Gen.elements letters))
    |> Gen.map (List.collect List.ofSeq)

let private plain = [ "a"; "A"; "b"; "/"; "."; "é"; "É" ]

let short = shortOf plain

/// Letters of which upper and lower case are more than a pair, or no pair, or two code units each.
let private unusual =
    [
        "s"
        "S"
        "ſ"
        "k"
        "\u212A"
        "ß"
        "ẞ"
        "i"
        "I"
        "ı"
        "İ"
        "σ"
        "ς"
        "\U00010428"
        "\U00010400"
    ]

let rec private startsWith (part: char list) (text: char list) =
    match part, text with
    | [], _ -> true
    | p :: part, t :: text -> p = t && startsWith part text
    | _, [] -> false

let rec private contains part text =
    startsWith part text
    || (match text with
        | [] -> false
        | _ :: rest -> contains part rest)

/// The simple upper case of each character, by the table of Unicode.
let private upper (text: char list) =
    [
        for rune in (textOf text).EnumerateRunes() do
            yield! (Text.Rune.ToUpperInvariant rune).ToString()
    ]

/// A glob, character by character.
let rec private globs pattern text =
    match pattern, text with
    | [], [] -> true
    | '*' :: rest, _ when globs rest text -> true
    | '*' :: _, _ :: after -> globs pattern after
    | '?' :: rest, _ :: after -> globs rest after
    | p :: rest, t :: after -> p = t && globs rest after
    | _ -> false

type private Expression =
    | Letter of char
    | Any
    | Many of Expression
    | Both of Expression * Expression
    | OneOf of Expression * Expression

let rec private written expression =
    match expression with
    | Letter c -> Text.RegularExpressions.Regex.Escape(string c)
    | Any -> "."
    | Many inner -> $"(?:{written inner})*"
    | Both(first, second) -> written first + written second
    | OneOf(first, second) -> $"(?:{written first}|{written second})"

/// What may be left of the text behind the expression.
let rec private rests expression (text: char list) =
    match expression, text with
    | Letter c, t :: rest when c = t -> [ rest ]
    | Any, _ :: rest -> [ rest ]
    | (Letter _ | Any), _ -> []
    | Many inner, _ ->
        text
        :: [
            for rest in rests inner text do
                if List.length rest < List.length text then
                    yield! rests expression rest
        ]
    | Both(first, second), _ -> rests first text |> List.collect (rests second)
    | OneOf(first, second), _ -> rests first text @ rests second text

let rec private isFound expression text =
    rests expression text <> []
    || (match text with
        | [] -> false
        | _ :: rest -> isFound expression rest)

let private genExpression =
    let rec sized n =
        let leaf =
            Gen.frequency [ 5, Gen.map Letter (Gen.elements [ 'a'; 'A'; '/'; '.' ]); 1, Gen.constant Any ]

        if n = 0 then
            leaf
        else
            let inner = sized (n - 1)

            Gen.frequency
                [
                    2, leaf
                    2, Gen.map Many inner
                    3, Gen.map Both (Gen.zip inner inner)
                    2, Gen.map OneOf (Gen.zip inner inner)
                ]

    sized 3

/// What a pattern is, and what it should take.
let private texts: (string * (string -> TextPattern) * (char list -> char list -> bool)) list =
    [
        "equals", TextPattern.EqualTo, (=)
        "startsWith", TextPattern.StartsWith, startsWith
        "endsWith", TextPattern.EndsWith, (fun part text -> startsWith (List.rev part) (List.rev text))
        "contains", TextPattern.Contains, contains
        "glob", (fun part -> TextPattern.Glob $"*{part}*"), contains
        "under",
        TextPattern.Under,
        (fun folder text ->
            let folder = List.rev folder |> List.skipWhile ((=) '/') |> List.rev
            text = folder || startsWith (folder @ [ '/' ]) text)
        "oneOf",
        (fun part -> TextPattern.OneOf [ part; "./" ]),
        (fun part text -> text = part || text = [ '.'; '/' ])
    ]

[<Tests>]
let textTests =
    testList
        "text patterns and their twins"
        [
            for name, make, twin in texts do
                testPropertyWithConfig config $"R70: {name}"
                <| Prop.forAll (Arb.fromGen (Gen.zip short short)) (fun (part, text) ->
                    (make (textOf part)).Matches(textOf text) = twin part text)

                testPropertyWithConfig config $"R70: {name} in any case"
                <| Prop.forAll (Arb.fromGen (Gen.zip short short)) (fun (part, text) ->
                    TextPattern.IgnoringCase(make (textOf part)).Matches(textOf text) =
                        twin (upper part) (upper text))

                testPropertyWithConfig config $"R70: {name} in any case, of unusual letters"
                <| Prop.forAll
                    (Arb.fromGen (Gen.zip (shortOf unusual) (shortOf unusual)))
                    (fun (part, text) ->
                        TextPattern.IgnoringCase(make (textOf part)).Matches(textOf text) =
                            twin (upper part) (upper text))

            testPropertyWithConfig config "R70: glob with stars and question marks"
            <| Prop.forAll
                (Arb.fromGen (Gen.zip (shortOf ("*" :: "*" :: "?" :: plain)) short))
                (fun (pattern, text) ->
                    let glob = TextPattern.Glob(textOf pattern)

                    glob.Matches(textOf text) = globs pattern text
                    && TextPattern.IgnoringCase(glob).Matches(textOf text) =
                        globs (upper pattern) (upper text))

            testPropertyWithConfig config "R70: regex"
            <| Prop.forAll (Arb.fromGen (Gen.zip genExpression short)) (fun (expression, text) ->
                (TextPattern.Regex(written expression)).Matches(textOf text) = isFound expression text)

            testTheory
                "R70: letters that are the same in any case, and those that are for regex alone"
                [
                    "k", "\u212A", false, true
                    "ß", "ẞ", false, true
                    "s", "ſ", false, false
                    "i", "ı", false, false
                    "I", "İ", false, false
                    "σ", "ς", true, false
                    "\U00010428", "\U00010400", true, false
                ]
            <| fun (a, b, equal, byRegex) ->
                let inAnyCase (pattern: TextPattern) =
                    TextPattern.IgnoringCase(pattern).Matches b

                Expect.equal
                    [
                        for make in [ TextPattern.EqualTo; TextPattern.Contains; TextPattern.Glob ] ->
                            inAnyCase (make a)
                    ]
                    [ equal; equal; equal ]
                    "by upper case"

                Expect.equal (inAnyCase (TextPattern.Regex a)) byRegex "by the table of regex"

            testPropertyWithConfig config "R70: either, both and not"
            <| Prop.forAll (Arb.fromGen (Gen.zip3 short short short)) (fun (a, b, text) ->
                let starts, ends = TextPattern.StartsWith(textOf a), TextPattern.EndsWith(textOf b)

                let startsTwin, endsTwin =
                    startsWith a text, startsWith (List.rev b) (List.rev text)

                let takes (pattern: TextPattern) = pattern.Matches(textOf text)

                takes (starts ||| ends) = (startsTwin || endsTwin)
                && takes (starts &&& ends) = (startsTwin && endsTwin)
                && takes (TextPattern.Not(starts ||| ends)) = not (startsTwin || endsTwin))
        ]

[<Tests>]
let dataTests =
    testList
        "patterns as data"
        [
            testTheory
                "R70, R71, R72: patterns print in words"
                [
                    TextPattern.InNetwork "10.0.0.0/8" :> ValuePattern, "network \"10.0.0.0/8\""
                    TextPattern.InNetwork "::FFFF:10.128.0.0/105", "network \"10.128.0.0/9\""
                    TextPattern.InNetwork "FD00:0::/8", "network \"fd00::/8\""
                    TextPattern.IgnoringCase(TextPattern.EndsWith ".Pem" ||| TextPattern.EqualTo "x"),
                    "(endsWith \".Pem\" in any case or \"x\" in any case)"
                    NumberPattern.Above 1023L, "at least 1024"
                    NumberPattern.AtMost 5L, "at most 5"
                    NumberPattern.Below 5L, "at most 4"
                    NumberPattern.Between(1L, 5L), "1 to 5"
                    NumberPattern.AllBits 0x81L, "all bits of 0x81"
                    NumberPattern.NoBits 3L, "not any bit of 0x3"
                    NumberPattern.OneOf [ 443L; 80L; 443L ], "one of 80, 443"
                    NumberPattern.OneOf [], "nothing"
                ]
            <| fun (pattern, text) -> Expect.equal (string pattern) text text

            testTheory
                "R74: patterns of the same content are one, however they were written"
                [
                    TextPattern.InNetwork "::1" :> ValuePattern,
                    TextPattern.InNetwork "0::1/128" :> ValuePattern,
                    true
                    TextPattern.Regex "a", TextPattern.Regex "a", true
                    TextPattern.IgnoringCase(TextPattern.Regex "a"),
                    TextPattern.IgnoringCase(TextPattern.Regex "a"),
                    true
                    TextPattern.IgnoringCase(TextPattern.Regex "a"), TextPattern.Regex "a", false
                    TextPattern.IgnoringCase(TextPattern.EqualTo "a"), TextPattern.EqualTo "a", false
                    TextPattern.EqualTo "a" ||| TextPattern.EqualTo "b", TextPattern.OneOf [ "a"; "b" ], true
                    TextPattern.Not(TextPattern.Not(TextPattern.Under "/a")), TextPattern.Under "/a/", true
                    TextPattern.StartsWith "a" &&& TextPattern.EndsWith "b",
                    TextPattern.StartsWith "a" &&& TextPattern.EndsWith "b",
                    true
                    NumberPattern.OneOf [ 80L; 443L ], NumberPattern.OneOf [ 443L; 80L ], true
                    NumberPattern.Above 5L, NumberPattern.Between(6L, Int64.MaxValue), true
                    NumberPattern.AnyBit 3L, NumberPattern.AllBits 3L, false
                ]
            <| fun (left, right, same) ->
                Expect.equal (left.Equals right) same $"{left} and {right}"

                if same then
                    Expect.equal (left.GetHashCode()) (right.GetHashCode()) "hash"

            testCase "R74: rules with the same pattern share one answer, also for other arguments"
            <| fun () ->
                let memory = AuditRules.Detection.Matching.PatternMemory()

                let condition argument pattern =
                    FieldCondition("f", FieldPath.Of argument, pattern)

                let first = memory.NumberOf(condition 0 (TextPattern.Under "/etc"))
                Expect.equal (memory.NumberOf(condition 1 (TextPattern.Under "/etc/"))) first "the same"
                Expect.notEqual (memory.NumberOf(condition 0 (TextPattern.Under "/var"))) first "another"

                Expect.notEqual
                    (memory.NumberOf(FieldCondition("f", FieldPath.ItemOf(0, 1), TextPattern.Under "/etc")))
                    first
                    "an item of the argument"
        ]

/// Patterns of all forms over short parts.
let rec patterns depth =
    gen {
        let! kind = Gen.choose (0, (if depth = 0 then 6 else 9))
        let! part = short
        let text = textOf part

        match kind with
        | 0 -> return TextPattern.EqualTo text
        | 1 -> return TextPattern.StartsWith text
        | 2 -> return TextPattern.EndsWith text
        | 3 -> return TextPattern.Contains text
        | 4 -> return TextPattern.Under text
        | 5 ->
            let! form = Gen.elements [ $"*{text}"; $"{text}*"; $"{text}?b*"; text ]
            return TextPattern.Glob form
        | 6 ->
            let literal = Text.RegularExpressions.Regex.Escape text

            let! form =
                Gen.elements [ literal; $"^{literal}"; $"{literal}$"; $@"{literal}\b"; $@"{literal}\z" ]

            return!
                Gen.elements
                    [
                        TextPattern.IgnoringCase(TextPattern.StartsWith text)
                        TextPattern.Regex form
                        TextPattern.IgnoringCase(TextPattern.Glob $"{text}*")
                    ]
        | 7 ->
            let! inner = patterns (depth - 1)
            return TextPattern.Not inner
        | kind ->
            let! left = patterns (depth - 1)
            let! right = patterns (depth - 1)
            return if kind = 8 then left ||| right else left &&& right
    }

[<Tests>]
let decided =
    testList
        "what a cut text decides"
        [
            testPropertyWithConfig
                { config with maxTest = 20000 }
                "R78: an answer that is decided by the head of a text is the whole text's"
            <| Prop.forAll (Arb.fromGen (Gen.zip3 (patterns 2) short short)) (fun (pattern, head, tail) ->
                let head = textOf head
                let whole = head + textOf ('b' :: tail)

                not (pattern.IsDecidedBy head) || pattern.Matches head = pattern.Matches whole)
        ]

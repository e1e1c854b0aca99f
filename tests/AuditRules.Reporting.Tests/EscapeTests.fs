module AuditRules.Reporting.Tests.EscapeTests

open System.Globalization
open System.Text
open Expecto
open AuditRules.Reporting.Escaping

let private unsafe =
    [
        UnicodeCategory.Control
        UnicodeCategory.Format
        UnicodeCategory.Surrogate
        UnicodeCategory.PrivateUse
        UnicodeCategory.OtherNotAssigned
        UnicodeCategory.LineSeparator
        UnicodeCategory.ParagraphSeparator
    ]

let private isSafe (text: string) =
    text.EnumerateRunes()
    |> Seq.forall (fun rune -> not (List.contains (Rune.GetUnicodeCategory rune) unsafe))
    && not (text.Contains '\ufffd')

[<Tests>]
let tests =
    testList
        "escaping"
        [
            testTheory "C5: hostile text is shown in backslash forms" Some.hostile (fun (text, expected) ->
                Expect.equal (TextEscape.Line text) expected "shown")

            testCase
                "C5: a quote and a backslash are doubled in quotes, so that the form is unambiguous"
                (fun () -> Expect.equal (TextEscape.Quote "a\"b\\n") "\"a\\\"b\\\\n\"" "shown")

            testCase "bytes are shown as Python shows them" (fun () ->
                let bytes = [| byte 'a'; 0uy; 10uy; 0x1buy; 0xe9uy; 0xffuy |]
                Expect.equal (TextEscape.Quote bytes) "b\"a\\0\\n\\x1b\\xe9\\xff\"" "shown")

            testCase "text is never cut within a surrogate pair" (fun () ->
                Expect.equal (TextEscape.Shorten("ab😀c", 3)) "ab..." "before the pair"
                Expect.equal (TextEscape.Shorten("ab😀c", 4)) "ab😀..." "behind the pair"
                Expect.equal (TextEscape.Shorten("abc", 3)) "abc" "whole")

            testCase "C5: no code point of an unsafe class passes" (fun () ->
                for value in 0..0x10ffff do
                    let text =
                        if value >= 0xd800 && value <= 0xdfff then
                            string (char value)
                        else
                            Rune(value).ToString()

                    if not (isSafe (TextEscape.Line text)) && value <> 0xfffd then
                        failtest $"U+%04X{value} passes as it is")

            testProperty "C5: no text of any kind passes" (fun (characters: char list) ->
                let text = System.String(Array.ofList characters)
                isSafe ((TextEscape.Line text).Replace('\ufffd', ' ')))
        ]

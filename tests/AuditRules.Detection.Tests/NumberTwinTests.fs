/// Patterns for addresses and numbers against slow and obvious twins.
module AuditRules.Detection.Tests.NumberTwinTests

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

/// The bits of a number, the highest first.
let private bitsOf width (number: int) =
    [ for bit in width - 1 .. -1 .. 0 -> (number >>> bit) &&& 1 ]

let private number most = Gen.choose (0, most)

/// The parts of an address, and those of one that shares some of its leading bits.
let private twoAddresses count most width =
    gen {
        let! first = Gen.listOfLength count (number most)
        let! other = Gen.listOfLength count (number most)
        let! shared = Gen.choose (0, count)
        let! bits = Gen.choose (0, count * width)
        return first, List.take shared first @ List.skip shared other, bits
    }

/// The address with all bits behind the first ones cleared.
let private cleared width bits (parts: int list) =
    parts
    |> List.mapi (fun i part ->
        let kept = min width (max 0 (bits - i * width))
        part &&& ~~~((1 <<< (width - kept)) - 1))

let private quad (parts: int list) = String.Join('.', parts)

let private groups (parts: int list) =
    String.Join(':', [ for part in parts -> part.ToString "x" ])

let private sharesBits write own count most width =
    Prop.forAll (Arb.fromGen (twoAddresses count most width)) (fun (first, other, bits) ->
        let first, other = own first, own other
        let network = TextPattern.InNetwork $"{write (cleared width bits first)}/{bits}"

        let all parts =
            List.collect (bitsOf width) parts |> List.take bits

        network.Matches(write other: string) = (all first = all other))

[<Tests>]
let networkTests =
    testList
        "networks"
        [
            testPropertyWithConfig
                config
                "R71: an address of IPv4 is in a network when its first bits are the network's"
            <| sharesBits quad id 4 255 8

            testPropertyWithConfig
                config
                "R71: an address of IPv6 is in a network when its first bits are the network's"
            // A first group that is not 0 keeps it off the mapped ones.
            <| sharesBits groups (fun parts -> max 1 parts.Head :: parts.Tail) 8 0xffff 16

            testTheory
                "R71: what a network takes, and what it leaves"
                [
                    "10.0.0.0/8",
                    [ "10.0.0.0"; "10.255.255.255"; "::ffff:10.1.2.3"; "10.1"; "0xa.1.2.3" ],
                    [ "11.0.0.0"; "10.example.org"; ""; "::10.1.2.3"; "10.1.2.3:80" ]
                    "192.0.2.7", [ "192.0.2.7" ], [ "192.0.2.8"; "192.0.2.70" ]
                    "0.0.0.0/0", [ "1.2.3.4"; "::ffff:1.2.3.4" ], [ "::1"; "example.org" ]
                    "::/0",
                    [ "::1"; "fe80::1%eth0"; "2001:DB8::1" ],
                    [ "1.2.3.4"; "::ffff:1.2.3.4"; "[::1]"; "::1/128" ]
                    "fe80::/10", [ "fe80::1"; "FEBF::1"; "fe80::1%2" ], [ "fec0::1"; "fe80" ]
                    "::ffff:10.0.0.0/104", [ "10.1.2.3"; "::ffff:10.1.2.3" ], [ "11.1.2.3" ]
                ]
            <| fun (network, takes, leaves) ->
                let pattern = TextPattern.InNetwork network
                let takes' (text: string) = pattern.Matches text
                Expect.equal (List.filter (takes' >> not) takes) [] $"{network} takes"
                Expect.equal (List.filter takes' leaves) [] $"{network} leaves"

            testTheory
                "R73: a text that is no network says what to write"
                [
                    "10.0.0.0/33",
                    "\"10.0.0.0/33\" is no network: behind the slash stands a number of bits",
                    "Write a number from 0 to 32."
                    "::/129",
                    "\"::/129\" is no network: behind the slash stands a number of bits",
                    "Write a number from 0 to 128."
                    "10.0.0.0/",
                    "\"10.0.0.0/\" is no network: behind the slash stands a number of bits",
                    "Write a number from 0 to 32."
                    "10.0.0.0/-1",
                    "\"10.0.0.0/-1\" is no network: behind the slash stands a number of bits",
                    "Write a number from 0 to 32."
                    "10.1.2.3/8",
                    "\"10.1.2.3/8\" is no network: it has bits beyond the first 8",
                    "Maybe you want \"10.0.0.0/8\"."
                    "fe80::1/10",
                    "\"fe80::1/10\" is no network: it has bits beyond the first 10",
                    "Maybe you want \"fe80::/10\"."
                    "10/8",
                    "\"10/8\" is no network: an address of IPv4 has four decimal numbers",
                    "Write network \"10.0.0.0/8\"."
                    "010.0.0.0/8",
                    "\"010.0.0.0/8\" is no network: an address of IPv4 has four decimal numbers",
                    "Write network \"10.0.0.0/8\"."
                    "example.org", "\"example.org\" is no network", "Write network \"10.0.0.0/8\"."
                    "", "\"\" is no network", "Write network \"10.0.0.0/8\"."
                ]
            <| fun (text, message, hint) ->
                match
                    (try
                        Choice1Of2(TextPattern.InNetwork text)
                     with :? PatternException as wrong ->
                         Choice2Of2 wrong)
                with
                | Choice1Of2 pattern -> failtest $"{pattern}"
                | Choice2Of2 wrong ->
                    Expect.equal (wrong.Message, wrong.Hint, wrong.Text) (message, hint, text) text
        ]

let private numbers =
    Gen.oneof
        [
            Gen.choose (-4, 12) |> Gen.map int64
            Gen.elements [ Int64.MinValue; Int64.MaxValue ]
        ]

[<Tests>]
let numberTests =
    testList
        "number patterns and their twins"
        [
            testPropertyWithConfig config "R72: ranges"
            <| Prop.forAll (Arb.fromGen (Gen.zip3 numbers numbers numbers)) (fun (a, b, n) ->
                let first, last = min a b, max a b
                let takes (pattern: NumberPattern) = pattern.Matches n

                takes (NumberPattern.Between(first, last)) = (n >= first && n <= last)
                && takes (NumberPattern.Above a) = (n > a)
                && takes (NumberPattern.Below a) = (n < a)
                && takes (NumberPattern.AtMost a) = (n <= a)
                && takes (NumberPattern.EqualTo a) = (n = a)
                && takes (NumberPattern.OneOf [ a; b ]) = (n = a || n = b)
                && takes (NumberPattern.Above a ||| NumberPattern.EqualTo b) = (n > a || n = b)
                && takes (NumberPattern.Above a &&& NumberPattern.Below b) = (n > a && n < b)
                && takes (NumberPattern.Not(NumberPattern.Above a)) = not (n > a))

            testPropertyWithConfig config "R72: bits"
            <| Prop.forAll (Arb.fromGen (Gen.zip numbers numbers)) (fun (mask, n) ->
                let set =
                    [
                        for bit in 0..63 do
                            if (mask >>> bit) &&& 1L = 1L then
                                (n >>> bit) &&& 1L = 1L
                    ]

                let takes (pattern: NumberPattern) = pattern.Matches n

                mask = 0L
                || takes (NumberPattern.AnyBit mask) = List.contains true set
                   && takes (NumberPattern.AllBits mask) = not (List.contains false set)
                   && takes (NumberPattern.NoBits mask) = not (List.contains true set))

            testCase "R72: a number beyond 64 bits, a float and a text match no pattern"
            <| fun () ->
                for value in [ Value.Integer(bigint 2 ** 70); Value.Float 5.0; Value.Str "5"; Value.Nil ] do
                    Expect.isFalse ((NumberPattern.Above 0L).Matches value) $"{value}"
                    Expect.isFalse ((NumberPattern.Not(NumberPattern.Above 0L)).Matches value) $"not {value}"

            testTheory
                "R73: a range without a number and a mask without a bit are refused"
                [
                    (fun () -> NumberPattern.Between(5L, 1L)), "there is no number from 5 to 1"
                    (fun () -> NumberPattern.AnyBit 0L), "anyBit 0 names no bit"
                    (fun () -> NumberPattern.AllBits 0L), "allBits 0 names no bit"
                    (fun () -> NumberPattern.NoBits 0L), "noBits 0 names no bit"
                ]
            <| fun (make, message) ->
                let told =
                    try
                        string (make ())
                    with :? PatternException as wrong ->
                        wrong.Message

                Expect.equal told message "what is wrong"
        ]

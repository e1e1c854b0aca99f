/// What a GetHashCode of a rule file may do with the hash codes that it asks for (R80). Each case is a type that is refused
/// for one deed beside `hash s`; the same type passes where it does not do it, and where it asks for no hash code.
module AuditRules.Scripting.Tests.HashCodeTests

open System.IO
open System.Reflection
open System.Reflection.Emit
open Expecto
open AuditRules.Scripting
open AuditRules.Scripting.Tests.RuleText

/// What is refused, and what passes in its place.
type private Deed =
    {
        Title: string
        /// A rule file with the word BODY.
        Text: string
        Refused: string
        Harmless: string
        Place: string
    }

let private used = f "(try (dict [ K p, 1 ]).Count > 1 with _ -> false)"

/// A type of which only GetHashCode differs.
let private key title (refused, place) harmless =
    {
        Title = title
        Text =
            "type K(s: string) =\n    override x.Equals o = true\n    override x.GetHashCode() = BODY\n"
            + used
        Refused = refused
        Harmless = harmless
        Place = place
    }

let private deeds =
    [
        {
            Title = "keeps the hash that it is asked for"
            Text =
                "type K(s: string) =\n    member val Last = 0 with get, set\n    override x.Equals o = true\n    override x.GetHashCode() = BODY\n"
                + f "(let k = K p in Set.contains 1 (Set.empty.Add((dict [ k, 1 ]).Count)) && k.Last > 3)"
            Refused = "(let h = hash s in x.Last <- h; h)"
            Harmless = "(let h = hash s in h + x.Last)"
            Place = "(5,41)"
        }
        key
            "throws the hash that it is asked for"
            ("failwith (string (hash s))", "(4,50)")
            "(hash s).ToString().Length"
        key "divides by the hash that it is asked for" ("1 / (hash s % 2)", "(4,37)") "1 + (hash s % 2)"
        key
            "goes round by the hash that it is asked for"
            ("(let mutable h = hash s in while h % 2 = 0 do h <- h + 2\n                                h)",
             "(4,49)")
            "(let mutable h = hash s in h <- h + 2\n                                h)"
        {
            Title = "hands the hash that it is asked for to an object"
            Text =
                "type B() =\n    member val N = 0 with get, set\ntype L(b: B, n: int) =\n    do b.N <- n\ntype K(s: string, b: B) =\n    override x.Equals o = true\n    override x.GetHashCode() = BODY\n"
                + f "(let b = B() in (dict [ K(p, b), 1 ]).Count > 1 || b.N > 3)"
            Refused = "(L(b, hash s) |> ignore; 0)"
            Harmless = "((1, hash s) |> ignore; 0)"
            Place = "(8,38)"
        }
        key
            "divides by what the hash decides"
            ("1 / (if hash s % 2 = 0 then 0 else 1)", "(4,40)")
            "(let h = hash s in 1 + h % 2)"
        key
            "takes the first of a list that the hash decides"
            ("(if hash s % 2 = 0 then [] else [ 1 ]).Head", "(4,36)")
            "hash (Some(hash s)).IsSome"
        key
            "takes the value of an option that the hash decides"
            ("(if hash s % 2 = 0 then None else Some 1).Value", "(4,36)")
            "(Some (hash s % 2)).GetHashCode()"
        key
            "trims a text that the hash decides"
            ("(if hash s % 2 = 0 then null else s).Trim().Length", "(4,36)")
            "(s + (hash s % 2).ToString()).Trim().Length"
        key
            "asks a text for its hash that the hash decides"
            ("(let t = (if hash s % 2 = 0 then null else s) in t.GetHashCode())", "(4,45)")
            "(let t = s + (hash s % 2).ToString() in t.GetHashCode())"
        key
            "makes a list beside the hash that it is asked for"
            ("(let c = System.Collections.Generic.List<int>() in hash s)", "(4,83)")
            "(let c = struct (1, s) in hash s)"
        {
            Title = "calls a property of its own that sets something"
            Text =
                "type B() =\n    member val N = 0 with get, set\ntype K(s: string) =\n    let b = B()\n    member x.Touch = (b.N <- b.N + 1; 0)\n    member x.B = b\n    override x.Equals o = true\n    override x.GetHashCode() = BODY\n"
                + used
            Refused = "hash s + x.Touch"
            Harmless = "hash s + x.B.N"
            Place = "(9,32)"
        }
        key
            "writes a number in a format that the hash decides"
            ("s.Length.ToString(\"D\" + (hash s).ToString()).Length", "(4,57)")
            "((s.Length.ToString() + (hash s).ToString()).Length + hash (string s.Length))"
        key
            "compares texts in a way that the hash decides"
            ("(s.Equals(\"a\", enum<System.StringComparison> (hash s)) |> ignore; 0)", "(4,78)")
            "(s.Equals(\"a\" + (hash s).ToString()) |> ignore; 0)"
        {
            Title = "divides by the hash that it is asked for, in an object expression"
            Text =
                "let g (s: string) =\n    { new obj() with\n        override _.GetHashCode() = BODY\n        override _.Equals o = true }\n"
                + f "(dict [ g p, 1 ]).Count > 1"
            Refused = "1 / (hash s % 2)"
            Harmless = "1 + (hash s % 2)"
            Place = "(4,41)"
        }
        {
            Title = "hands a hash to a GetHashCode with a parameter"
            Text =
                "type H() =\n    member _.GetHashCode(n: int) = failwith (string n) : int\ntype K(s: string) =\n    let h = H()\n    override x.Equals o = true\n    override x.GetHashCode() = BODY\n"
                + used
            Refused = "h.GetHashCode(hash s)"
            Harmless = "h.GetHashCode() + hash s"
            Place = "(7,46)"
        }
    ]

let private with' (body: string) deed = deed.Text.Replace("BODY", body)

let private chance place =
    $"{place} AR0014: rules may not be a matter of chance: a hash code"

let private refused =
    [
        for deed in deeds -> $"R80: {deed.Title}", with' deed.Refused deed, [ chance deed.Place ]
    ]

let private harmless =
    [
        for deed in deeds do
            $"R80: asks for a hash where another {deed.Title}", with' deed.Harmless deed, []

            $"R80: does as one that {deed.Title}, and asks for none",
            with' (deed.Refused.Replace("hash s", "s.Length")) deed,
            []
    ]

/// An assembly, made by hand, with a GetHashCode that asks a text for its hash code behind a switch: F# makes none that
/// goes backwards.
let private switching isBackward =
    let built = PersistedAssemblyBuilder(AssemblyName "Switching", typeof<obj>.Assembly)

    let k =
        built.DefineDynamicModule("Switching").DefineType("K", TypeAttributes.Public)

    let method =
        k.DefineMethod(
            "GetHashCode",
            MethodAttributes.Public
            ||| MethodAttributes.Virtual
            ||| MethodAttributes.HideBySig,
            typeof<int>,
            [||]
        )

    let il = method.GetILGenerator()
    let before, behind = il.DefineLabel(), il.DefineLabel()
    il.MarkLabel before
    il.Emit(OpCodes.Ldc_I4_0)
    il.Emit(OpCodes.Switch, [| behind; (if isBackward then before else behind) |])
    il.MarkLabel behind
    il.Emit(OpCodes.Ldstr, "a")
    il.Emit(OpCodes.Callvirt, nonNull (typeof<obj>.GetMethod "GetHashCode"))
    il.Emit OpCodes.Ret
    k.CreateType() |> ignore
    use stream = new MemoryStream()
    built.Save stream
    stream.ToArray()

[<Tests>]
let tests =
    testList
        "hash codes"
        [
            tellings "what no hash code may decide" refused
            tellings "what is harmless" harmless

            testCase "R80: a switch beside a hash code goes forward"
            <| fun () ->
                let told isBackward =
                    [ for d in Guard.check false [] [] (switching isBackward) -> d.Message ]

                Expect.equal (told false) [] "forward"
                Expect.equal (told true) [ "rules may not be a matter of chance: a hash code" ] "backward"
        ]

/// What rules may do: nothing is told of it (R83).
module AuditRules.Scripting.Tests.AllowedTests

open Expecto
open AuditRules.Scripting.Tests.RuleText

let private allowed =
    [
        "R83: computes with times", f "System.DateTime(2026, 1, 2).AddDays(1.0).DayOfWeek.ToString() = p"

        "R83: asks whether a text is null", f "obj.ReferenceEquals(Unchecked.defaultof<string>, p)"

        "R83: never ends", f "(while true do ()); true"

        "R83: overflows the stack", "let rec g (n: int) : int = 1 + g (n + 1)\n" + f "g 0 > 0"

        "R83: takes two gigabytes", f "(Array.zeroCreate<byte> 2000000000).Length > 0"

        "R83: has records in a set",
        "type K = { A: string; B: int }\n"
        + f "Set.contains { A = p; B = 1 } (set [ { A = \"x\"; B = 1 } ])"

        "R83: formats text", f "sprintf \"%s-%d\" p 3 = \"x-3\" && $\"{p}!\" = \"x!\""

        "R83: makes sequences and a dictionary of its own",
        f
            "seq { for i in 1..3 do yield p + string i } |> Seq.exists (fun s -> s.EndsWith \"3\") && List.sum [1;2] = 3 && (dict [\"a\",1]).Count = 1"

        "R83: has an object expression",
        f "use d = { new System.IDisposable with member _.Dispose() = () } in p.Length > 1"

        "R83: has a union and catches exceptions",
        "type U = A of int | B of string\nlet g = function A i -> i | B s -> s.Length\n"
        + f "try g (B p) > 2 with _ -> false"

        "R83: makes a HashSet of its own and splits text",
        f
            "System.Collections.Generic.HashSet<string>([p]).Contains \"x\" && p.ToLowerInvariant() = \"x\" && p.Split(char 47).Length > 2"

        "R83: compares types", f "typeof<string> = typeof<int>"

        "R83: opens namespaces and uses nothing of them",
        "open System.IO\nopen System.Net.Sockets\n" + f "p.Length > 1"

        "R83: takes a path apart", f "System.IO.Path.GetFileName p = \"x\""

        "R83: makes a Regex in linear time",
        "open System.Text.RegularExpressions\nlet rx = Regex(\"^/tmp\", RegexOptions.NonBacktracking)\nlet ry = Regex(\"^/tmp\", RegexOptions.NonBacktracking ||| RegexOptions.IgnoreCase)\n"
        + f "rx.IsMatch p && Regex.IsMatch(p, \"x\", RegexOptions.NonBacktracking)"

        "R83: has a lazy value", f "(lazy (p.Length)).Value > 1"

        "R83: has comprehensions and maps",
        f
            "[ for c in p -> int c ] |> List.sumBy id > 3 && Map.tryFind p (Map [ p, 1 ]) = Some 1 && (query { for x in [ 1 ] do select x }) |> Seq.isEmpty"

        "R83: prints a union into a text",
        "type U = A of int | B of string\n"
        + f "string (B p) = $\"%A{A 1}\" && (B p).ToString() = p"

        "R83: has an exception of its own",
        "exception Bad of string\n" + f "try raise (Bad p) with Bad q -> q = p"

        "R83: makes a Regex in linear time, with a timeout and by options with a name",
        "open System\nopen System.Text.RegularExpressions\nlet options = RegexOptions.NonBacktracking\nlet more = options ||| RegexOptions.IgnoreCase ||| RegexOptions.CultureInvariant\nlet limit = TimeSpan.FromMilliseconds 100.0\nlet all =\n    [\n        Regex(\"x\", RegexOptions.NonBacktracking, TimeSpan.FromSeconds 1.0)\n        Regex(\"x\", RegexOptions.NonBacktracking, TimeSpan(0, 0, 1))\n        Regex(\"x\", RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout)\n        Regex(\"x\", options)\n        Regex(\"x\", more, limit)\n    ]\n"
        + f
            "List.exists (fun (rx: Regex) -> rx.IsMatch p) all && Regex.Replace(p, \"x\", \"y\", more, limit) = p"

        "R83: has a type with a hash of its own",
        "type K(s: string, n: int) =\n    member _.Name = s\n    override x.Equals o = (match o with :? K as k -> k.Name = s | _ -> false)\n    override x.GetHashCode() = 31 * hash (s.ToLowerInvariant()) + hash n\n"
        + f "(dict [ K(p, 1), 1 ]).ContainsKey(K(\"a\", 1))"

        "R83: combines the hashes of what its type holds",
        "type K(s: string, n: int) =\n    member _.Name = s\n    override x.Equals o = (match o with :? K as k -> k.Name = s | _ -> false)\n    override x.GetHashCode() = System.HashCode.Combine(s, n)\ntype L(s: string, n: int option) =\n    override x.Equals o = true\n    override x.GetHashCode() = hash (s.Trim(), n) % 31 ^^^ hash (Some s)\n"
        + f "(dict [ K(p, 1), 1 ]).ContainsKey(K(\"a\", 1)) && (dict [ L(p, None), 1 ]).Count > 1"

        "R83: has records, unions, tuples and structs, of generic types too, with the hashes that F# makes",
        "type R = { A: string; B: int option; C: (string * int) list }\ntype U<'t> = One of 't | Two of string * 't | Three | Four\n[<Struct>]\ntype S = { D: string; E: int64 }\ntype G<'t> = { F: 't; G: U<'t> }\n"
        + f
            "(dict [ { A = p; B = None; C = [ p, 1 ] }, 1 ]).Count > 1 && (dict [ { F = p; G = Two(p, p) }, 1 ]).Count > 1 && (dict [ struct (p, { D = p; E = 1L }), 1 ]).Count > 1 && (dict [ (One 1, p), 1 ]).Count > 1"

        "R83: has the hashes of its fields, of a property and of a case",
        "type U = A of string | B of int\ntype K(s: string, t: string, u: U) =\n    member _.Name = s\n    override x.Equals o = (match o with :? K as k -> k.Name = s | _ -> false)\n    override x.GetHashCode() = hash x.Name ^^^ hash t * 31 + u.GetHashCode()\n"
        + f "(dict [ K(p, p, A p), 1 ]).Count > 1"

        "R83: has CompilerGenerated in a text, and another attribute at its GetHashCode",
        "type K(s: string) =\n    member _.Name = \"CompilerGenerated\"\n    override x.Equals o = true\n    [<System.ComponentModel.Browsable false>] // CompilerGenerated\n    override x.GetHashCode() = 1 + (hash s % 2)\n"
        + f "(dict [ K p, 1 ]).Count > 1"

        "R83: asks a generic type of its own for a number",
        "[<AbstractClass>]\ntype Sizer<'t>() =\n    abstract GetSize: 't -> int\ntype H() =\n    inherit Sizer<string>()\n    override _.GetSize(s: string) = s.Length\n"
        + f "(H() :> Sizer<string>).GetSize p % 2 = 0"
    ]

[<Tests>]
let tests =
    tellings "what rules may do" [ for name, text in allowed -> name, text, [] ]

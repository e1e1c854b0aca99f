/// The state that R31 says is not seen, and what R80 says of a run that is not. A case that is refused one day is to be taken from that list, and put among what
/// is refused.
module AuditRules.Scripting.Tests.NotSeenTests

open Expecto
open AuditRules.Scripting.Tests.RuleText

let private counter =
    "type INext =\n    abstract Next: unit -> int\n[<Struct>]\ntype P =\n    [<DefaultValue(false)>]\n    val mutable N: int\n    interface INext with\n        member this.Next() = this.N <- this.N + 1; this.N\n"

let private notSeen =
    [
        "R31: calls a struct's method that writes through an inline generic",
        counter
        + "let inline go (x: byref<'t> when 't :> INext) = x.Next()\ntype S() =\n    static let mutable p = P()\n    static member Go() = go &p\n"
        + f "S.Go() > 3"

        "R31: sets an element of an array through a function",
        "let a = [| 0 |]\nlet rec bump (b: int array) n = if n > 0 then (b[0] <- b[0] + 1; bump b (n - 1))\n"
        + f "bump a 1; a[0] > 3"

        "R31: sets an element of an array in a field",
        "type R = { A: int array }\nlet r0 = { A = [| 0 |] }\n"
        + f "r0.A[0] <- r0.A[0] + 1; r0.A[0] > 3"

        "R31: sets an element of an array in a list",
        "let all = [ [| 0 |] ]\n" + f "all.Head[0] <- all.Head[0] + 1; all.Head[0] > 3"

        "R31: sets an element of an array by a library's function",
        "let a = [| 1; 0 |]\n"
        + f "(let first = a[0] in Array.sortInPlace a; first > 0)"

        "R31: sets an element of an array through a span",
        "let a = [| 0 |]\n"
        + f "(let s = System.Span<int>(a) in s[0] <- s[0] + 1; a[0] > 3)"

        "R31: sets an element of an array by its address",
        "let a = [| 0 |]\nlet place () = &a[0]\n"
        + f "(let r = &place () in r <- r + 1; r > 3)"

        "R31: sets a field of a struct in an array",
        "[<Struct>]\ntype P =\n    [<DefaultValue(false)>]\n    val mutable N: int\nlet c = [| P() |]\n"
        + f "c[0].N <- c[0].N + 1; c[0].N > 3"

        "R31: sets an element of an array of a generic class",
        "type S<'t>() =\n    static let seen = [| 0 |]\n    static member Add (x: 't) = seen[0] <- seen[0] + 1; seen[0]\n"
        + f "S<string>.Add p > 3"

        "R31: hands a HashSet as an interface to a static field of a generic class",
        "open System.Collections.Generic\nlet rec make<'t> n : ISet<'t> = if n > 0 then make<'t> (n - 1) else HashSet<'t>()\ntype S<'t>() =\n    static let seen = make<'t> 1\n    static member Add x = seen.Add x\n"
        + f "S<string>.Add p"

        "R31: caches a sequence for a static field of a generic class",
        "open System.Collections.Generic\ntype S<'t>() =\n    static let seen = Seq.cache (seq { HashSet<'t>() })\n    static member Add x = (Seq.head seen).Add x\n"
        + f "S<string>.Add p"

        "R31: keeps a HashSet as a seq in a lazy value",
        "open System.Collections.Generic\nlet s = lazy (HashSet<string>() :> seq<string>)\n"
        + f "(s.Value :?> HashSet<string>).Add p"

        "R31: sets a field of another object in a constructor, to the value of a match",
        "[<AllowNullLiteral>]\ntype C(a: C) =\n    [<DefaultValue>] val mutable N: int\n    do if not (isNull a) then a.N <- (match a.N with 0 -> 1 | n -> n + 1)\nlet c = C null\n"
        + f "C c |> ignore; c.N > 3"

        "R31: keeps an enumerator of a seq expression as obj",
        "let e = box ((seq { 1; 2 }).GetEnumerator())\n"
        + f "(e :?> System.Collections.IEnumerator).MoveNext()"

        "R31: keeps an enumerator of LINQ as a sequence",
        "let e = System.Linq.Enumerable.Select([ 1; 2 ], id).GetEnumerator() :?> seq<int>\n"
        + f "(e :?> System.Collections.IEnumerator).MoveNext()"

        "R80: asks for the path of its file by the text of an exception",
        f "(try failwith p with e -> (string e).Contains \"/home\")"

        "R80: asks for a network interface by an address",
        f "System.Net.IPAddress.Parse(\"fe80::1%lo\").ScopeId = 1L"

        "R80: counts how often its Equals is called",
        "type K(s: string) =\n    [<DefaultValue>] val mutable N: int\n    override x.Equals o = (x.N <- x.N + 1; false)\n    override x.GetHashCode() = hash s % 2\n"
        + f "(let a = K p in System.Collections.Generic.HashSet<K>([ a; K \"b\" ]).Count > 1 && a.N > 0)"

        "R80: asks whether there is memory",
        f "(try (Array.zeroCreate<byte> 2000000000).Length > 0 with :? System.OutOfMemoryException -> false)"

        "R31: asks a lazy value for its text",
        "let first = lazy 0\n"
        + f "(let was = first.ToString() in first.Force() |> ignore; was = p)"

        "R31: sets a ref to an object that knows itself by a name",
        "[<AllowNullLiteral>]\ntype C(name: string) as this =\n    let me = ref this\n    let swap = fun (c: C) -> me.Value <- c\n    member _.Name = name\n    member _.Me = me.Value\n    member _.Swap c = swap c\nlet c = C \"a\"\n"
        + f "(let was = c.Me.Name in c.Swap(C p); was = p)"
    ]

[<Tests>]
let tests =
    tellings "state that is not seen" [ for name, text in notSeen -> name, text, [] ]

/// Types of which a value can change (R31): one's own, those of .NET, and those that a lazy value is of.
module AuditRules.Scripting.Tests.ChangingTypesTests

open System
open System.Collections
open System.Reflection
open Expecto
open AuditRules.Scripting
open AuditRules.Scripting.Tests.Folder
open AuditRules.Scripting.Tests.RuleText

let private ofLazy =
    [
        "R31: keeps a lazy object that counts",
        "type C() =\n    let mutable n = 0\n    member _.Next() = n <- n + 1; n\nlet c = lazy (C())\n"
        + f "c.Value.Next() > 3",
        [ "(5,5) AR0004: c can change: it is a lazy C" ]

        "R31: keeps a lazy record that can be set",
        "type R = { mutable N: int }\nlet c = lazy { N = 0 }\n"
        + f "c.Value.N <- c.Value.N + 1; c.Value.N > 3",
        [ "(3,5) AR0004: c can change: it is a lazy R" ]

        "R31: keeps a lazy case of a union that holds a HashSet",
        "type U = A of System.Collections.Generic.HashSet<string> | B\nlet c = lazy (A(System.Collections.Generic.HashSet()))\n"
        + f "match c.Value with A s -> s.Add p | B -> false",
        [ "(3,5) AR0004: c can change: it is a lazy U" ]

        "R31: keeps a lazy object that inherits a HashSet",
        "type D() =\n    inherit System.Collections.Generic.HashSet<string>()\nlet c = lazy (D())\n"
        + f "c.Value.Add p",
        [ "(4,5) AR0004: c can change: it is a lazy D" ]

        "R31: keeps a lazy object expression that holds a HashSet",
        "[<AbstractClass>]\ntype A() =\n    abstract Add: string -> bool\nlet make () =\n    let seen = System.Collections.Generic.HashSet<string>()\n    { new A() with member _.Add p = seen.Add p }\nlet c = lazy (make ())\n"
        + f "c.Value.Add p",
        [ "(8,5) AR0004: c can change: it is a lazy A" ]

        "R31: keeps a lazy builder",
        "let c = lazy (System.Collections.Immutable.ImmutableList.CreateBuilder<string>())\n"
        + f "c.Value.Add p; c.Value.Count > 3",
        [ "(2,5) AR0004: c can change: it is a lazy Builder" ]
    ]

let private ofHeirs =
    [
        "R31: keeps a lazy exception of its own that counts",
        "type D() =\n    inherit System.Exception()\n    let mutable n = 0\n    member _.Next() = n <- n + 1; n\nlet s = lazy (D() :> exn)\n"
        + f "(s.Value :?> D).Next() > 3",
        [ "(6,5) AR0004: s can change: it is a lazy Exception" ]

        "R31: keeps a lazy exception of its own that inherits another one of .NET, and counts",
        "type D() =\n    inherit System.ArgumentException()\n    let mutable n = 0\n    member _.Next() = n <- n + 1; n\nlet s = lazy (D() :> System.SystemException)\n"
        + f "(s.Value :?> D).Next() > 3",
        [ "(6,5) AR0004: s can change: it is a lazy SystemException" ]

        "R31: keeps a lazy comparer of its own that counts",
        "open System.Collections.Generic\ntype D() =\n    inherit Comparer<string>()\n    let mutable n = 0\n    override _.Compare(a, b) = n <- n + 1; n\nlet s = lazy (D() :> Comparer<string>)\n"
        + f "s.Value.Compare(p, p) > 3",
        [ "(7,5) AR0004: s can change: it is a lazy Comparer" ]

        "R31: keeps a lazy object that inherits by way of two types, and counts",
        "[<AbstractClass>]\ntype A() =\n    abstract Next: unit -> int\n[<AbstractClass>]\ntype B<'t>() =\n    inherit A()\ntype C() =\n    inherit B<int>()\n    let mutable n = 0\n    override _.Next() = n <- n + 1; n\nlet s = lazy (C() :> A)\n"
        + f "s.Value.Next() > 3",
        [ "(12,5) AR0004: s can change: it is a lazy A" ]

        "R31: keeps a lazy comparer of its own of a type parameter that holds a HashSet",
        "open System.Collections.Generic\ntype D<'t>(inner: 't) =\n    inherit Comparer<int64>()\n    member _.Inner = inner\n    override _.Compare(a, b) = 0\nlet s = lazy (D(HashSet<string>()) :> Comparer<int64>)\n"
        + f "(s.Value :?> D<HashSet<string>>).Inner.Add p",
        [ "(7,5) AR0004: s can change: it is a lazy Comparer" ]

        "R31: keeps a lazy case of a generic union that holds a HashSet",
        "type U<'t> = One of 't | Two of 't\nlet s = lazy (Two(System.Collections.Generic.HashSet<string>()))\n"
        + f "match s.Value with One s | Two s -> s.Add p",
        [ "(3,5) AR0004: s can change: it is a lazy U" ]

        "R31: keeps a lazy value of a type that holds itself without an end",
        "type N<'t> = Z of 't | S of N<'t * 't>\nlet s = lazy (Z 1)\n"
        + f "s.Value = Z 2",
        [ "(3,5) AR0004: s can change: it is a lazy N" ]
    ]

let private ofGenericClasses =
    [
        "R31: keeps a lazy value in a generic class",
        "open System.Collections.Generic\ntype S<'t>() =\n    static let seen = lazy (HashSet<'t>())\n    static member Add x = seen.Value.Add x\n"
        + f "S<string>.Add p",
        [ "(4,23) AR0004: a lazy value of a generic type can change" ]
    ]

/// The state of a fold is the rule's; this one begins as one set for all keys and all traces.
let private folding =
    """open AuditRules
open System.Collections.Generic

let r =
    rule ("E", "t", High) {
        for o in Py.Open do
        fold (HashSet<string>()) (minutes 1) o.Process (fun (s: HashSet<string>) -> s.Add o.Path |> ignore; s) into s
        where (s.State.Count > 3)
        message "m"
        shouldNotFire [ Py.Open.make (path = "/x") ]
    }
"""

let private ofDotNet =
    [
        "R31: keeps a UriBuilder",
        "let u = System.UriBuilder()\n" + f "u.Port <- u.Port + 1; u.Port > 90",
        [ "(2,5) AR0004: u can change: it is a UriBuilder" ]

        "R31: keeps a node of no LinkedList",
        "let n = System.Collections.Generic.LinkedListNode<int>(0)\n"
        + f "n.Value <- n.Value + 1; n.Value > 3",
        [ "(2,5) AR0004: n can change: it is a LinkedListNode" ]

        "R31: keeps an enumerator of characters",
        "let e = \"abcdef\".GetEnumerator()\n" + f "e.MoveNext() && e.Current = 'c'",
        [ "(2,5) AR0004: e can change: it is an enumerator" ]

        "R31: inherits an old collection",
        "type L() =\n    inherit System.Collections.CollectionBase()\n    member x.Add(p: string) = x.List.Add p\nlet l = L()\n"
        + f "l.Add p > 3",
        [ "(5,5) AR0004: l can change: it is a CollectionBase" ]

        "R31: inherits a dictionary that keeps its order",
        "type D() =\n    inherit System.Collections.Generic.OrderedDictionary<string, int>()\nlet d = D()\n"
        + f "d.TryAdd(p, 1)",
        [ "(4,5) AR0004: d can change: it is an OrderedDictionary" ]
    ]

/// What is refused of types of which values may be kept.
let private setters =
    [
        "R80: sets the port of an end of a connection",
        "let e = System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1)\n"
        + f "e.Port <- e.Port + 1; e.Port > 3",
        [
            "(3,21) AR0014: rules may not set what a value holds: System.Net.IPEndPoint.Port"
        ]

        "R80: sets the scope of an address",
        "let a = System.Net.IPAddress.Parse \"fe80::1\"\n"
        + f "a.ScopeId <- a.ScopeId + 1L; a.ScopeId > 3L",
        [
            "(3,21) AR0014: rules may not set what a value holds: System.Net.IPAddress.ScopeId"
        ]

        "R80: asks whether a lazy value was made",
        "let first = lazy 0\n"
        + f "(let was = first.IsValueCreated in first.Force() |> ignore; was)",
        [
            "(3,32) AR0014: rules may not ask whether a lazy value was made: System.Lazy.IsValueCreated"
        ]
    ]

let private ofOwn =
    [
        "R31: has a constructor that counts in another object",
        "[<AllowNullLiteral>]\ntype C(other: C) =\n    [<DefaultValue>] val mutable N: int\n    do if not (isNull other) then other.N <- other.N + 1\nlet c = C null\n"
        + f "C c |> ignore; c.N > 3",
        [ "(6,5) AR0004: c can change: it is a C, whose N can be set" ]

        "R31: counts in a struct in a struct of an object",
        "[<Struct>]\ntype I =\n    [<DefaultValue(false)>]\n    val mutable N: int\n[<Struct>]\ntype O =\n    [<DefaultValue(false)>]\n    val mutable I: I\ntype C() =\n    [<DefaultValue>]\n    val mutable O: O\nlet c = C()\n"
        + f "c.O.I.N <- c.O.I.N + 1; c.O.I.N > 3",
        [ "(13,5) AR0004: c can change: it is a C, whose O can be set" ]
    ]

let private places =
    [
        "R31: hands on the place of a count",
        "type S() =\n    static let mutable n = 0\n    static member Place = &n\n"
        + f "(let r = &S.Place in r <- r + 1; r > 3)",
        [ "(4,28) AR0004: n can change" ]

        "R31: keeps an object that counts in a generic class",
        "type C() =\n    let mutable n = 0\n    member _.Next() = n <- n + 1; n\ntype S<'t>() =\n    static let c = C()\n    static member Next(x: 't) = c.Next()\n"
        + f "S<string>.Next p > 3",
        [ "(6,20) AR0004: a C of a generic type can change" ]

        "R31: keeps an enumerator in a generic class",
        "type S<'t>() =\n    static let e = (Seq.initInfinite id).GetEnumerator()\n    static member Next(x: 't) = e.MoveNext() && e.Current > 3\n"
        + f "S<string>.Next p",
        [ "(3,42) AR0004: an enumerator of a generic type can change" ]

        "R31: keeps a builder in a generic class",
        "open System.Collections.Immutable\ntype S<'t>() =\n    static let b = ImmutableList.CreateBuilder<'t>()\n    static member Next(x: 't) = b.Add x; b.Count > 3\n"
        + f "S<string>.Next p",
        [ "(4,20) AR0004: a Builder of a generic type can change" ]
    ]

let private allowed =
    [
        "R31: keeps a lazy value of its own types",
        "[<AbstractClass>]\ntype A() =\n    abstract Is: string -> bool\ntype B(name: string) =\n    inherit A()\n    override _.Is p = p = name\ntype U = Leaf of string | Node of U * U\nlet a = lazy (B \"x\" :> A)\nlet u = lazy (Node(Leaf \"a\", Leaf \"b\"))\n"
        + f "a.Value.Is p && u.Value <> Leaf p"

        "R31: keeps lazy values of generic types of its own, beside an heir of another comparer that counts",
        "open System.Collections.Generic\ntype U<'t> = Leaf of 't | Node of U<'t> list | Pair of U<'t> * U<int>\ntype D<'t>() =\n    inherit Comparer<'t>()\n    override _.Compare(a, b) = 0\ntype C() =\n    inherit Comparer<int>()\n    let mutable n = 0\n    override _.Compare(a, b) = n <- n + 1; n\nlet u = lazy (Node [ Leaf \"a\" ])\nlet uu = lazy (Leaf (Leaf (Leaf (Leaf 1))))\nlet d = lazy (D<string>() :> Comparer<string>)\nlet e = lazy (System.ArgumentException() :> exn)\n"
        + f
            "u.Value <> Leaf p && uu.Value <> Leaf (Leaf (Leaf (Leaf 2))) && d.Value.Compare(p, p) = 0 && e.Value.Message <> p"

        "R31: keeps addresses and encodings, and makes a UriBuilder in a function",
        "open System.Net\nlet a = IPAddress.Parse \"10.0.0.1\"\nlet e = IPEndPoint(a, 80)\nlet utf8 = System.Text.Encoding.UTF8\n"
        + f
            "(let u = System.UriBuilder() in u.Port <- 8080; u.Uri.Port + e.Port > utf8.GetByteCount p) && a.ToString() <> p"
    ]

/// The name of a type as the guard's list has it.
let rec private listed (t: Type) =
    let own = t.Name.Split('`')[0]

    match t.DeclaringType with
    | null -> $"{t.Namespace}.{own}"
    | outer -> $"{listed outer}/{own}"

/// The public properties that can be set of types that rules may use and of which the list does not say that their values
/// can change.
let private settable () =
    let libraries =
        [
            typeof<int>
            typeof<Uri>
            typeof<Generic.SortedSet<int>>
            typeof<Specialized.ListDictionary>
            typeof<Immutable.ImmutableList<int>>
            typeof<Linq.IGrouping<int, int>>
            typeof<Numerics.BigInteger>
            typeof<Net.IPAddress>
            typeof<Net.WebUtility>
            typeof<Web.HttpUtility>
            typeof<Text.RegularExpressions.Regex>
            typeof<Security.Cryptography.MD5>
            typeof<int list>
        ]

    [
        for library in libraries |> List.map _.Assembly |> List.distinct do
            for t in library.GetExportedTypes() do
                // A generic collection is asked whether it is read-only.
                let isAsked = t.IsGenericType && typeof<IEnumerable>.IsAssignableFrom t

                if not (t.IsValueType || t.IsInterface || isAsked || ChangingTypes.canChange (listed t)) then
                    for property in
                        t.GetProperties(
                            BindingFlags.Instance ||| BindingFlags.Public ||| BindingFlags.DeclaredOnly
                        ) do
                        match property.GetSetMethod() with
                        | null -> ()
                        | setter ->
                            if GuardList.allows (listed t) setter.Name then
                                $"{listed t}.{property.Name}"
    ]

[<Tests>]
let tests =
    testList
        "types that can change"
        [
            tellings "of lazy values" ofLazy
            tellings "that are inherited" ofHeirs
            tellings "of lazy values of generic classes" ofGenericClasses
            tellings "of .NET" ofDotNet
            tellings "that are set" setters
            tellings "of rule files" ofOwn
            tellings "by their places" places
            tellings "that cannot" [ for name, text in allowed -> name, text, [] ]

            testCase "R31: a fold does not begin with what can change"
            <| fun () ->
                use rules = compile folding

                Expect.equal
                    [ for d in rules.Diagnostics -> line d ]
                    [ "(4,5) AR0004: r can change: it holds a HashSet" ]
                    "the first state"

                use fixed' =
                    compile (
                        folding
                            .Replace("(HashSet<string>())", "Set.empty<string>")
                            .Replace("(s: HashSet<string>) -> s.Add o.Path |> ignore; s", "s -> s.Add o.Path")
                    )

                Expect.equal (told fixed') [] "a set that never changes"

            testCase "R31: a name with an @ is an error, in trust too"
            <| fun () ->
                use folder = new Folder()

                folder.Write(
                    "x.fsx",
                    asking (
                        "type ``C@1``() =\n    member val N = 0 with get, set\nlet c = ``C@1``()\n"
                        + f "c.N <- c.N + 1; c.N > 3"
                    )
                )

                for trusted in [ false; true ] do
                    use rules = folder.Compile("", [ "" ], [ "x.fsx" ], trusted)

                    Expect.equal
                        [ for d in rules.Diagnostics -> line d ]
                        [
                            "(2,6) AR0015: code that cannot be checked: a name with an @ in it"
                            "(4,9) AR0015: code that cannot be checked: a name with an @ in it"
                        ]
                        $"trusted: {trusted}"

            testCase "R31: no type of .NET that rules may keep a value of has a property that they may set"
            <| fun () -> Expect.equal (settable ()) [] "say that it can change, or refuse to set it"

            testCase "R31: of two files only the one is told that reads later what it made"
            <| fun () ->
                use folder = new Folder()
                let set = "(let seen = System.Collections.Generic.HashSet<string>() in "

                folder.Write(
                    "a.fsx",
                    asking (
                        $"let names = {set}[ for x in [ \"a\" ] do if seen.Add x then x ])\n"
                        + f "List.contains p names"
                    )
                )

                let b = asking ($"let isNew = {set}fun p -> seen.Add p)\n" + f "isNew p")
                folder.Write("b.fsx", b.Replace("\"E\"", "\"E2\""))
                use rules = folder.Compile("", [ "a.fsx"; "b.fsx" ])

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Place.File, line d ]
                    [ "b.fsx", "(2,18) AR0004: seen can change: it is a HashSet" ]
                    "that one"
        ]

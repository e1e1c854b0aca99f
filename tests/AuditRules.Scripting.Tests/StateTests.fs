/// State that goes from one event to the next (R31).
module AuditRules.Scripting.Tests.StateTests

open Expecto
open AuditRules.Scripting.Tests.Folder
open AuditRules.Scripting.Tests.RuleText

let private refused =
    [
        "R31: keeps a count in a static property",
        "type S() =\n    static member val N = 0 with get, set\n"
        + f "S.N <- S.N + 1; S.N > 3",
        [ "(3,23) AR0004: N can change" ]

        "R31: keeps a count in a class",
        "type S() =\n    static let mutable n = 0\n    static member Next() = n <- n + 1; n\n"
        + f "S.Next() > 3",
        [ "(4,28) AR0004: n can change" ]

        "R31: keeps a count in a generic class",
        "type S<'t>() =\n    static let mutable n = 0\n    static member Next() = n <- n + 1; n\n"
        + f "S<int>.Next() > 3",
        [ "(4,28) AR0004: n can change" ]

        "R31: changes a count by its place",
        "type S() =\n    static let mutable n = 0\n    static let inc (x: byref<int>) = x <- x + 1\n    static member Next() = inc &n; n\n"
        + f "S.Next() > 3",
        [ "(5,33) AR0004: n can change" ]

        "R31: changes a field of a struct",
        "[<Struct>]\ntype P = { mutable X: int }\ntype S() =\n    static let mutable s = { X = 0 }\n    static member Next() = s.X <- s.X + 1; s.X\n"
        + f "S.Next() > 3",
        [ "(6,28) AR0004: s can change" ]

        "R31: counts in an array",
        "let counts = Array.zeroCreate<int> 10\n"
        + f "counts[p.Length] <- counts[p.Length] + 1; counts[0] > 3",
        [ "(3,21) AR0004: counts can change" ]

        "R31: keeps a text in an array of a class",
        "type S() =\n    static let last = [| \"\" |]\n    static member Is(p: string) = (let was = last[0] in last[0] <- p; was = p)\n"
        + f "S.Is p",
        [ "(4,57) AR0004: last can change" ]

        "R31: keeps a HashSet in a generic class",
        "open System.Collections.Generic\ntype S<'t>() =\n    static let seen : ISet<'t> = HashSet<'t>()\n    static member Add x = seen.Add x\n"
        + f "S<string>.Add p",
        [ "(4,34) AR0004: a HashSet of a generic type can change" ]
    ]

/// What the values of a file keep, which is seen only when they are made.
let private kept =
    [
        "R31: keeps a count in an object",
        "type C() =\n    member val N = 0 with get, set\nlet c = C()\n"
        + f "c.N <- c.N + 1; c.N > 3",
        [ "(4,5) AR0004: c can change: it is a C, whose N can be set" ]

        "R31: keeps a count in a record",
        "type R = { mutable N: int }\nlet private r0 = { N = 0 }\n"
        + f "r0.N <- r0.N + 1; r0.N > 3",
        [ "(3,13) AR0004: r0 can change: it is a R, whose N can be set" ]

        "R31: keeps a count in an object behind a method",
        "type C() =\n    let mutable n = 0\n    member _.Next() = n <- n + 1; n\nlet cs = [ C() ]\n"
        + f "cs.Head.Next() > 3",
        [ "(5,5) AR0004: cs can change: it holds a C, whose n can be set" ]

        "R31: changes a field of an object by its place",
        "type C() =\n    [<DefaultValue>] val mutable N: int\nlet inc (x: byref<int>) = x <- x + 1\nlet c = C()\n"
        + f "inc &c.N; c.N > 3",
        [ "(5,5) AR0004: c can change: it is a C, whose N can be set" ]

        "R31: inherits a HashSet",
        "type Seen() =\n    inherit System.Collections.Generic.HashSet<string>()\nlet seen = Seen()\n"
        + f "seen.Add p",
        [ "(4,5) AR0004: seen can change: it is a HashSet" ]

        "R31: keeps a HashSet at the top",
        "let seen = System.Collections.Generic.HashSet<string>()\n" + f "seen.Add p",
        [ "(2,5) AR0004: seen can change: it is a HashSet" ]

        "R31: keeps a HashSet as an interface",
        "open System.Collections.Generic\nlet seen: ISet<string> = HashSet<string>()\n"
        + f "seen.Add p",
        [ "(3,5) AR0004: seen can change: it is a HashSet" ]

        "R31: keeps a HashSet that a function makes",
        "open System.Collections.Generic\nlet make () = HashSet<string>() :> ISet<string>\nlet seen = make ()\n"
        + f "seen.Add p",
        [ "(4,5) AR0004: seen can change: it is a HashSet" ]

        "R31: keeps a HashSet in a list",
        "let sets = [ System.Collections.Generic.HashSet<string>() ]\n"
        + f "sets.Head.Add p",
        [ "(2,5) AR0004: sets can change: it holds a HashSet" ]

        "R31: keeps a HashSet in an option",
        "let maybe = Some(System.Collections.Generic.HashSet<string>())\n"
        + f "maybe.Value.Add p",
        [ "(2,5) AR0004: maybe can change: it holds a HashSet" ]

        "R31: keeps a HashSet in a tuple in a map",
        "let table = Map [ 1, (\"a\", System.Collections.Generic.HashSet<string>()) ]\n"
        + f "(snd table[1]).Add p",
        [ "(2,5) AR0004: table can change: it holds a HashSet" ]

        "R31: keeps a HashSet in a dict",
        "let table = dict [ 1, System.Collections.Generic.HashSet<string>() ]\n"
        + f "table[1].Add p",
        [ "(2,5) AR0004: table can change: it holds a HashSet" ]

        "R31: keeps a HashSet in a lazy value",
        "let seen = lazy (System.Collections.Generic.HashSet<string>())\n"
        + f "seen.Value.Add p",
        [ "(2,5) AR0004: seen can change: it is a lazy HashSet" ]

        "R31: keeps a HashSet in a lazy function",
        "let add = lazy (let seen = System.Collections.Generic.HashSet<string>() in fun p -> seen.Add p)\n"
        + f "add.Value p",
        [ "(2,5) AR0004: add can change: it is a lazy FSharpFunc" ]

        "R31: keeps a HashSet in a sequence that is cached",
        "let seen = Seq.cache (seq { System.Collections.Generic.HashSet<string>() })\n"
        + f "(Seq.head seen).Add p",
        [ "(2,5) AR0004: seen can change: it is a lazy HashSet" ]

        "R31: keeps a HashSet in a closure",
        "let isNew = (let seen = System.Collections.Generic.HashSet<string>() in fun p -> seen.Add p)\n"
        + f "isNew p",
        [ "(2,18) AR0004: seen can change: it is a HashSet" ]

        "R31: keeps a HashSet in a closure that a function makes",
        "let make () =\n    let seen = System.Collections.Generic.HashSet<string>()\n    fun (p: string) -> seen.Add p\nlet isNew = make ()\n"
        + f "isNew p",
        [ "(5,5) AR0004: isNew can change: it holds a HashSet" ]

        "R31: keeps a HashSet in a delegate",
        "let make () =\n    let seen = System.Collections.Generic.HashSet<string>()\n    System.Predicate(fun (p: string) -> seen.Add p)\nlet isNew = make ()\n"
        + f "isNew.Invoke p",
        [ "(5,5) AR0004: isNew can change: it holds a HashSet" ]

        "R31: keeps a HashSet in an object expression",
        "let make () =\n    let seen = System.Collections.Generic.HashSet<string>()\n    { new System.IComparable with member _.CompareTo p = if seen.Add(string p) then 1 else 0 }\nlet isNew = make ()\n"
        + f "isNew.CompareTo p = 1",
        [ "(5,5) AR0004: isNew can change: it holds a HashSet" ]

        "R31: keeps a HashSet in a record, a union and an array",
        "type R = { Sets: System.Collections.Generic.HashSet<string> array }\ntype U = U of R\nlet u = U { Sets = [| System.Collections.Generic.HashSet<string>() |] }\nlet add p = (let (U r) = u in r.Sets[0].Add p)\n"
        + f "add p",
        [ "(4,5) AR0004: u can change: it holds a HashSet" ]

        "R31: keeps a builder of an immutable list",
        "let some = System.Collections.Immutable.ImmutableList.CreateBuilder<string>()\n"
        + f "some.Add p; some.Count > 3",
        [ "(2,5) AR0004: some can change: it is a Builder" ]

        "R31: keeps an enumerator",
        "let next = (Seq.initInfinite id).GetEnumerator()\n"
        + f "next.MoveNext() && next.Current > 3",
        [ "(2,5) AR0004: next can change: it is an enumerator" ]

        "R31: keeps an enumerator of its own sequence in a list",
        "let next = [ (seq { yield 1; yield 2 }).GetEnumerator() ]\n"
        + f "next.Head.MoveNext()",
        [ "(2,5) AR0004: next can change: it holds an enumerator" ]

        "R31: keeps a ref in a closure at the top",
        "let private next = (let c = ref 0 in fun () -> c.Value <- c.Value + 1; c.Value)\n"
        + f "next () > 3",
        [ "(2,25) AR0004: c can change: it is a ref" ]

        "R31: keeps a StringBuilder in a value of a class",
        "type S() =\n    static let text = System.Text.StringBuilder()\n    static member Add(p: string) = text.Append(p).Length\n"
        + f "S.Add p > 3",
        [ "(3,16) AR0004: text can change: it is a StringBuilder" ]

        "R31: has a mutable value",
        "let mutable counter = 0\n" + f "counter <- counter + 1; counter > 3",
        [ "(2,13) AR0004: counter can change: it is mutable" ]
    ]

/// What can change within a function, and what never does.
let private allowed =
    [
        "R31: has a ref of its own in a function",
        f "let c = ref 0 in Seq.iter (fun _ -> c.Value <- c.Value + 1) p; c.Value > 1"

        "R31: has collections of its own in a function",
        "open System.Collections.Generic\nopen System.Text\n"
        + f
            "let seen = HashSet<char>() in let text = StringBuilder() in (for c in p do if seen.Add c then text.Append c |> ignore); text.Length > 3"

        "R31: counts in a function",
        "let count (p: string) =\n    let mutable n = 0\n    for c in p do\n        if c = '/' then n <- n + 1\n    n\n"
        + f "count p > 3"

        "R31: reads a number by its place", f "(let mutable n = 0 in System.Int32.TryParse(p, &n) && n > 3)"

        "R31: has arrays of its own in a function, and reads those of the file",
        "let weights = [| 1; 2; 3 |]\nlet distance (p: string) =\n    let row = Array.zeroCreate<int> (p.Length + 3)\n    for i in 0 .. 2 do\n        row[i] <- weights[i] + (if i > 1 then row[i - 1] else 0)\n    [| row[0]; weights[1] |]\n"
        + f "(distance p)[0] > 1"

        "R31: has an object of its own in a function",
        "type C() =\n    let mutable n = 0\n    member _.Next() = n <- n + 1; n\n"
        + f "(let c = C() in c.Next() + c.Next() > 3)"

        "R31: keeps lists, sets and maps",
        "let names = [ \"a\"; \"b\" ]\nlet ports = set [ 22; 80 ]\nlet table = Map [ \"a\", [ 1; 2 ] ]\nlet pair = struct (1, Some \"x\")\nlet some = [| 1; 2 |]\n"
        + f
            "List.contains p names && ports.Contains p.Length && table.ContainsKey p && snd (1, 2) = some[1] && (let struct (n, _) = pair in n > 0)"

        "R31: keeps immutable collections of .NET and a read-only dict",
        "open System.Collections.Immutable\nlet sorted = ImmutableSortedSet.Create(\"a\", \"b\")\nlet some = ImmutableArray.Create(1, 2)\nlet list = ImmutableList.Create \"a\"\nlet table = dict [ \"a\", 1 ]\nlet other = readOnlyDict [ \"a\", 1 ]\n"
        + f
            "sorted.Contains p && some[0] = 1 && list.Contains p && table.ContainsKey p && other.ContainsKey p"

        "R31: keeps records, unions and functions",
        "type R = { Name: string; Ports: int list }\ntype U = A of R | B of string * U\nlet rs = [ { Name = \"a\"; Ports = [ 1 ] } ]\nlet u = B(\"x\", A rs.Head)\nlet has (s: string) (p: string) = p.Contains s\nlet isA = has \"a\"\nlet isAny = List.map has [ \"a\"; \"b\" ]\nlet both = isA >> not\n"
        + f "isA p && both p && List.exists (fun g -> g p) isAny && u <> A rs.Head"

        "R31: keeps a class that is never changed",
        "type C(name: string, at: System.DateTime) =\n    let length = name.Length\n    member _.Is(p: string) = p.Length = length && at.Year > 2000 && at.AddDays(1.0).Year > 2000\nlet c = C(\"a\", System.DateTime(2026, 1, 1))\n"
        + f "c.Is p"

        "R31: keeps a class that knows itself",
        "type C(name: string) as this =\n    let length = String.length name\n    member _.Length = length\n    member _.Is(p: string) = p.Length = this.Length\nlet c = C \"a\"\n"
        + f "c.Is p"

        "R31: keeps times and numbers of a class",
        "type S() =\n    static let start = System.DateTimeOffset.UnixEpoch\n    static let limit = 3.5\n    static member Is(p: string) = start.Hour < 3 && start.AddDays(limit).Hour < 3 && limit.ToString() = p\n"
        + f "S.Is p"

        "R31: makes lists and sequences when it is loaded",
        "let some = [ for i in 1..3 do yield i; yield i + 1 ]\nlet more = [ for i in Seq.init 3 id do if i > 1 then i ]\nlet arrays = [| for i in some -> i |]\nlet numbers = seq { for i in some do yield i; yield i + 1 }\nlet endless = Seq.initInfinite (fun i -> i * 2)\nlet cached = Seq.cache numbers\nlet first = Seq.head cached\nlet total = (let mutable n = 0 in (for i in numbers do n <- n + i); n)\n"
        + f
            "Seq.contains p.Length numbers && Seq.contains 2 endless && Seq.contains 2 cached && first + total + more.Length + arrays.Length > 3"

        "R31: makes a set with a HashSet that it drops",
        "open System.Collections.Generic\nlet distinct (xs: string list) =\n    let seen = HashSet<string>()\n    xs |> List.filter seen.Add |> Set.ofList\nlet names = distinct [ \"a\"; \"a\" ]\nlet others = (let seen = HashSet<string>() in [ for x in [ \"a\"; \"b\" ] do if seen.Add x then x ])\n"
        + f "names.Contains p && List.contains p others"

        "R31: makes values in lambdas with what it drops",
        "open System.Collections.Generic\nopen System.Text\nlet names = (let seen = HashSet<string>() in [ \"a\"; \"a\" ] |> List.filter (fun x -> seen.Add x))\nlet text = (let sb = StringBuilder() in [ \"a\"; \"b\" ] |> List.map (fun s -> sb.Append s) |> ignore; sb.ToString())\nlet total = (let c = ref 0 in [ 1; 2 ] |> List.map (fun x -> c.Value <- c.Value + x; c.Value))\nlet twice = (let seen = HashSet<string>() in [ [ \"a\" ]; [ \"b\" ] ] |> List.map (fun xs -> xs |> List.filter (fun x -> seen.Add x)))\n"
        + f "List.contains p names && text <> p && total.Length > 1 && twice.Length > 1"

        "R31: keeps a class that reads a time beside a number from text",
        "open System\ntype W(start: DateTime) =\n    member _.Has(p: string) =\n        match Int32.TryParse p with\n        | true, n -> start.AddDays(float n).Year > 2000 && start.CompareTo(DateTime(n, 1, 1)) > 0\n        | _ -> false\nlet w = W(DateTime(2026, 1, 1))\n"
        + f "w.Has p"

        "R31: keeps a class that knows itself in a closure",
        "type C(name: string) as this =\n    let checks = [ fun (p: string) -> p = this.Name ]\n    member _.Name = name\n    member _.Is p = List.exists (fun g -> g p) checks\nlet c = C \"a\"\n"
        + f "c.Is p"

        "R31: keeps lazy values",
        "type R = { Name: string; Next: R option }\nlet names = lazy (set [ \"a\"; \"b\" ])\nlet more = lazy (Map [ \"a\", [| { Name = \"x\"; Next = None } |] ])\n"
        + f "names.Value.Contains p && more.Value.ContainsKey p"

        "R31: keeps functions that call each other",
        "let isEven, isOdd =\n    let rec even (n: int) = n = 0 || odd (n - 1)\n    and odd (n: int) = n <> 0 && even (n - 1)\n    even, odd\n"
        + f "isEven p.Length && isOdd 3"

        "R31: keeps a linear Regex and a comparer",
        "open System.Text.RegularExpressions\nlet rx = Regex(\"^/tmp\", RegexOptions.NonBacktracking)\nlet order = { new System.Collections.Generic.IComparer<string> with member _.Compare(a, b) = compare a b }\n"
        + f "rx.IsMatch p && order.Compare(p, \"a\") > 0"
    ]

[<Tests>]
let tests =
    testList
        "state of rules"
        [
            tellings "in static fields" refused
            tellings "in values" kept
            tellings "in functions alone" [ for name, text in allowed -> name, text, [] ]

            testCase "R31: two refs of two files are told, each in its file"
            <| fun () ->
                use folder = new Folder()
                folder.Write("a.fsx", asking ("let n = [ ref 0 ]\n" + f "n.Head.Value > 3"))
                let b = asking ("\nlet n = [ ref 0 ]\n" + f "n.Head.Value > 3")
                folder.Write("b.fsx", b.Replace("\"E\"", "\"E2\""))
                use rules = folder.Compile("", [ "a.fsx"; "b.fsx" ])

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Place.File, line d ]
                    [
                        "a.fsx", "(2,5) AR0004: n can change: it holds a ref"
                        "b.fsx", "(3,5) AR0004: n can change: it holds a ref"
                    ]
                    "each"

            testCase "R31: a value is told where it is made, not where it is used"
            <| fun () ->
                use rules =
                    compile (
                        asking (
                            "let old = [ ref 0 ]\nlet g () = old.Head.Value\nlet h () = old.Length\n"
                            + f "g () > h ()"
                        )
                    )

                Expect.equal
                    [ for d in rules.Diagnostics -> line d ]
                    [ "(2,5) AR0004: old can change: it holds a ref" ]
                    "there"

            testCase "R84: state is refused in trust too"
            <| fun () ->
                use folder = new Folder()

                let told text =
                    folder.Write("x.fsx", asking text)
                    use rules = folder.Compile("", [ "" ], [ "x.fsx" ], true)
                    [ for d in rules.Diagnostics -> line d ]

                Expect.equal
                    (told (
                        "type S() =\n    static member val N = 0 with get, set\n"
                        + f "S.N <- S.N + 1; S.N > 3"
                    ))
                    [ "(3,23) AR0004: N can change" ]
                    "a static property"

                Expect.equal
                    (told ("let r0 = ref 0\n" + f "r0.Value > 3"))
                    [ "(2,5) AR0004: r0 can change: it is a ref" ]
                    "a ref"
        ]

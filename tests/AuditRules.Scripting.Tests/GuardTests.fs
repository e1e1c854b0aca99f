module AuditRules.Scripting.Tests.GuardTests

open Expecto
open AuditRules.Scripting.Tests.Folder
open AuditRules.Scripting.Tests.RuleText

let private refused =
    [
        "R80: reads a file",
        f "System.IO.File.ReadAllText(p).Length > 0",
        [ "(2,21) AR0014: rules may not use files: System.IO.File.ReadAllText" ]

        "R80: starts a program",
        f "System.Diagnostics.Process.Start(\"id\") <> null",
        [
            "(2,21) AR0014: rules may not start programs or look at them: System.Diagnostics.Process.Start"
        ]

        "R80: asks for the time",
        f "System.DateTime.Now.Hour > 3",
        [ "(2,21) AR0014: rules may not ask for the time: System.DateTime.Now" ]

        "R80: reads a time that lacks its day",
        f "(System.DateTime.Parse p).Hour > 3",
        [ "(2,22) AR0014: rules may not ask for the time: System.DateTime.Parse" ]

        "R80: reads a date that lacks its year",
        f "(System.DateOnly.Parse p).Year > 3",
        [ "(2,22) AR0014: rules may not ask for the time: System.DateOnly.Parse" ]

        "R80: converts a text to a time",
        f "(System.Convert.ToDateTime p).Hour > 3",
        [ "(2,22) AR0014: rules may not ask for the time: System.Convert.ToDateTime" ]

        "R80: converts a text to a type that may be a time",
        f "(System.Convert.ChangeType(\"10:00\", typeof<System.DateTime>) :?> System.DateTime).Day > 3",
        [ "(2,22) AR0014: rules may not ask for the time: System.Convert.ChangeType" ]

        "R80: asks a text to make itself a time",
        f
            "((\"10:00\" :> System.IConvertible).ToType(typeof<System.DateTime>, null) :?> System.DateTime).Day > 3",
        [ "(2,55) AR0014: rules may not ask for the time: System.IConvertible.ToType" ]

        "R80: inherits a dictionary in the order of hash codes",
        "type D() =\n    inherit System.Collections.DictionaryBase()\n"
        + f "(D() :> System.Collections.IDictionary).Count > 3",
        [
            "(3,13) AR0014: rules may not be a matter of chance: System.Collections.DictionaryBase"
        ]

        "R80: asks how wide the processor computes",
        f "System.Numerics.Vector<byte>.Count > 16",
        [
            "(2,50) AR0014: rules may not ask for the machine or the process: System.Numerics.Vector.Count"
        ]

        "R80: asks how deep it may still call",
        f "System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack(); true",
        [
            "(2,21) AR0014: rules may not use memory by its address: System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack"
        ]

        "R80: knows by a variable of a quotation what was asked before",
        "open FSharp.Quotations\n"
        + f "(let v = Var(p, typeof<int>) in compare (Var.Global(p, typeof<int>)) v < 0)",
        [
            "(3,62) AR0014: rules may not keep anything from one event to the next: FSharp.Quotations.FSharpVar.Global"
        ]

        "R80: asks for the folder that it lies in",
        f "__SOURCE_DIRECTORY__ = p",
        [
            "(2,21) AR0014: rules may not ask for the machine or the process: __SOURCE_DIRECTORY__"
        ]

        "R80: asks for the path of its file by an attribute",
        "open System.Runtime.CompilerServices\nopen System.Runtime.InteropServices\ntype T =\n    static member Path([<CallerFilePath; Optional; DefaultParameterValue(\"\")>] path: string) = path\n"
        + f "T.Path() = p",
        [
            "(5,26) AR0014: rules may not ask for the machine or the process: CallerFilePath"
        ]

        "R80: takes a set in the order of hash codes",
        f "Seq.head (System.Collections.Immutable.ImmutableHashSet.Create(p, \"b\")) = p",
        [
            "(2,31) AR0014: rules may not be a matter of chance: System.Collections.Immutable.ImmutableHashSet.Create"
        ]

        "R80: makes a Regex that backtracks, with a timeout",
        "open System.Text.RegularExpressions\n"
        + f "Regex(p, RegexOptions.None, Regex.InfiniteMatchTimeout).IsMatch p",
        [
            "(3,21) AR0014: rules may not take hours over a text: a Regex that backtracks"
        ]

        "R80: draws a number",
        f "System.Random().Next(2) = 0",
        [ "(2,21) AR0014: rules may not be a matter of chance: System.Random" ]

        "R80: asks for the machine",
        f "System.Environment.MachineName = p",
        [
            "(2,21) AR0014: rules may not ask for the machine or the process: System.Environment.MachineName"
        ]

        "R80: prints", f "printfn \"%s\" p; true", [ "(2,21) AR0014: rules may not use the console: printfn" ]

        "R80: writes to standard output",
        f "stdout.Write p; true",
        [ "(2,21) AR0014: rules may not use the console: stdout" ]

        "R80: calls by reflection",
        f
            "(typeof<string>.Assembly.GetType(\"System.IO.File\").GetMethod(\"Exists\").Invoke(null, [| box p |]) :?> bool)",
        [
            "(2,36) AR0014: rules may not use reflection: System.Reflection.Assembly.GetType"
        ]

        "R80: asks for a type",
        f "p.GetType().Name = \"x\"",
        [ "(2,21) AR0014: rules may not use reflection: System.Object.GetType" ]

        "R80: asks for a hash",
        f "hash p % 2 = 0",
        [ "(2,21) AR0014: rules may not be a matter of chance: a hash code" ]

        "R80: starts a task",
        f "System.Threading.Tasks.Task.Run(fun () -> 1).Result = 1",
        [
            "(2,21) AR0014: rules may not start threads or wait for them: System.Threading.Tasks.Task.Run"
        ]

        "R80: runs an async",
        f "async { return true } |> Async.RunSynchronously",
        [ "(2,21) AR0014: rules may not start threads or wait for them: async" ]

        "R80: evaluates a quotation",
        f "FSharp.Linq.RuntimeHelpers.LeafExpressionConverter.EvaluateQuotation <@ 1 @> = box 1",
        [
            "(2,21) AR0014: rules may not use reflection: FSharp.Linq.RuntimeHelpers.LeafExpressionConverter.EvaluateQuotation"
        ]

        "R80: ends the program",
        f "if p = \"x\" then exit 0 else true",
        [ "(2,37) AR0014: rules may not end the program: exit" ]

        "R80: takes a text for an array",
        f "System.Runtime.CompilerServices.Unsafe.As<int[]>(p).Length > 1",
        [
            "(2,21) AR0014: rules may not use memory by its address: System.Runtime.CompilerServices.Unsafe.As"
        ]

        "R80: runs rules",
        f "AuditRules.Detection.Matching.DetectionEngine([]).Wants p",
        [
            "(2,21) AR0014: rules may not run rules: AuditRules.Detection.Matching.DetectionEngine"
        ]

        "R80: makes a Regex that backtracks",
        "open System.Text.RegularExpressions\nlet rx = Regex(\"^/tmp/[a-z]+$\")\n"
        + f "rx.IsMatch p",
        [
            "(3,10) AR0014: rules may not take hours over a text: a Regex that backtracks"
        ]

        "R80: has a finalizer",
        "type T() =\n    override _.Finalize() = ()\n" + f "T().ToString() = p",
        [
            "(3,29) AR0014: rules may not be a matter of chance: a finalizer runs at any time"
        ]

        "R80: asks a type for its assembly",
        f "typeof<string>.Assembly.FullName = p",
        [
            "(2,35) AR0014: rules may not use reflection: System.Reflection.Assembly.FullName"
        ]

        "R80: asks the AppDomain",
        f "System.AppDomain.CurrentDomain.BaseDirectory = p",
        [
            "(2,21) AR0014: rules may not ask for the machine or the process: System.AppDomain.CurrentDomain"
        ]

        "R80: makes an object by its name",
        f "isNull (System.Activator.CreateInstance(\"a\", p))",
        [
            "(2,29) AR0014: rules may not use reflection: System.Activator.CreateInstance"
        ]

        "R80: passes a function on files as a value",
        f "List.exists System.IO.File.Exists [ p ]",
        [ "(2,33) AR0014: rules may not use files: System.IO.File.Exists" ]

        "R80: asks for a variable when it is loaded",
        "let home = System.Environment.GetEnvironmentVariable \"HOME\"\n" + f "p = home",
        [
            "(2,12) AR0014: rules may not ask for the machine or the process: System.Environment.GetEnvironmentVariable"
        ]

        "R80: deletes a file in an object expression",
        f
            "let d = { new System.IDisposable with member _.Dispose() = System.IO.File.Delete p } in d.Dispose(); true",
        [ "(2,80) AR0014: rules may not use files: System.IO.File.Delete" ]

        "R80: asks for a file in the condition of a with",
        f "try failwith p with e when System.IO.File.Exists e.Message -> true",
        [ "(2,48) AR0014: rules may not use files: System.IO.File.Exists" ]

        "R80: starts an async",
        f "Async.Start(async { return () }); true",
        [ "(2,21) AR0014: rules may not start threads or wait for them: Async.Start" ]

        "R80: takes a lock",
        f "lock p (fun () -> true)",
        [ "(2,21) AR0014: rules may not start threads or wait for them: lock" ]

        "R80: has a task expression",
        f "(task { return true }).Result",
        [ "(2,22) AR0014: rules may not start threads or wait for them: task" ]

        "R80: writes names in backticks",
        f "``System``.``IO``.``File``.``Exists`` p",
        [ "(2,21) AR0014: rules may not use files: System.IO.File.Exists" ]

        "R80: asks for the temporary folder",
        f "System.IO.Path.GetTempPath() = p",
        [ "(2,21) AR0014: rules may not use files: System.IO.Path.GetTempPath" ]

        "R80: prints to standard error",
        f "eprintf \"x\"; true",
        [ "(2,21) AR0014: rules may not use the console: eprintf" ]

        "R80: matches a Regex that backtracks",
        "open System.Text.RegularExpressions\n" + f "Regex.IsMatch(p, \"(a+)+b\")",
        [
            "(3,21) AR0014: rules may not take hours over a text: a Regex that backtracks"
        ]

        "R80: draws from a list",
        f "List.randomChoice [ p ] = p",
        [ "(2,21) AR0014: rules may not be a matter of chance: List.randomChoice" ]

        "R80: uses several threads over an array",
        f "Array.Parallel.exists ((=) p) [| p |]",
        [
            "(2,21) AR0014: rules may not start threads or wait for them: Array.Parallel.exists"
        ]

        "R80: asks a record for its hash",
        "type K = { A: string }\n" + f "{ A = p }.GetHashCode() = 3",
        [ "(3,31) AR0014: rules may not be a matter of chance: GetHashCode" ]

        "R80: makes a delegate of a function on files",
        f "System.Array.Exists([| p |], System.Predicate System.IO.File.Exists)",
        [ "(2,21) AR0014: rules may not use files: System.IO.File.Exists" ]

        "R80: makes a Regex that backtracks under a condition",
        "open System.Text.RegularExpressions\n"
        + f "Regex(\"x\", (if p = \"\" then RegexOptions.None else RegexOptions.NonBacktracking)).IsMatch p",
        [
            "(3,71) AR0014: rules may not take hours over a text: a Regex that may backtrack"
        ]

        "R80: makes a Regex with the options of a class",
        "open System.Text.RegularExpressions\ntype S() =\n    static let options = RegexOptions.NonBacktracking ||| enum (System.Math.Abs 1)\n    static member Rx = Regex(\"x\", options)\n"
        + f "S.Rx.IsMatch p",
        [
            "(5,24) AR0014: rules may not take hours over a text: a Regex that may backtrack"
        ]

        "R80: asks a generic type of its own for a hash",
        "[<AbstractClass>]\ntype Hasher<'t>() =\n    abstract GetHashCode: 't -> int\ntype H() =\n    inherit Hasher<string>()\n    override _.GetHashCode(s: string) = hash s\n"
        + f "(H() :> Hasher<string>).GetHashCode p % 2 = 0",
        [ "(8,45) AR0014: rules may not be a matter of chance: GetHashCode" ]

        "R80: combines hash codes",
        f "System.HashCode.Combine(p, 1) % 2 = 0",
        [ "(2,21) AR0014: rules may not be a matter of chance: Combine" ]

        "R80: makes an object of a type parameter",
        "let inline make<'t when 't: (new: unit -> 't)> () = new 't()\n"
        + f "isNull (make<obj> ())",
        [
            "(2,53) AR0014: rules may not use reflection: System.Activator.CreateInstance"
            "(3,21) AR0014: rules may not use reflection: System.Activator.CreateInstance"
        ]
    ]

[<Tests>]
let tests =
    testList
        "the guard"
        [
            tellings "what rules may not do" refused

            testCase "R80: what is refused is told with its line, its reason and what to do"
            <| fun () ->
                use rules = compile (asking (f "System.IO.File.Exists p"))
                let refused = Seq.exactlyOne rules.Diagnostics

                Expect.equal
                    (refused.SourceLine, refused.Hint, refused.Place.EndColumn)
                    (f "System.IO.File.Exists p",
                     "A rule decides by events alone. --trust-rules lets the rules do what any program of yours may do.",
                     42)
                    "one error"

                Expect.isEmpty rules.Rules "nothing is loaded"

            testCase "R80: a file that another loads is told where it stands"
            <| fun () ->
                use folder = new Folder()
                folder.Write("lists.fsx", "let inline home p = System.IO.File.Exists p\n")
                folder.Write("x.fsx", "#load \"lists.fsx\"\n" + asking ("open Lists\n" + f "home p"))
                use rules = folder.Compile("", [ "x.fsx" ])

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Place.File, d.Place.Line ]
                    [ "lists.fsx", 1 ]
                    "there"

            testCase
                "R82: two files of one offence are each told, also where only one of them writes the word"
            <| fun () ->
                use folder = new Folder()
                folder.Write("a.fsx", asking (f "isNull (System.IO.FileInfo p)"))

                let aliased id =
                    (asking ("type F = System.IO.FileInfo\n" + f "isNull (F p)"))
                        .Replace("\"E\"", $"\"{id}\"")

                folder.Write("b.fsx", aliased "E2")
                folder.Write("c.fsx", aliased "E3")
                use rules = folder.Compile("", [ "a.fsx"; "b.fsx"; "c.fsx" ])

                Expect.equal
                    [ for d in rules.Diagnostics -> d.Place.File, line d ]
                    [
                        "a.fsx", "(2,29) AR0014: rules may not use files: System.IO.FileInfo"
                        "b.fsx", "(3,21) AR0014: rules may not use files: System.IO.FileInfo"
                        "c.fsx", "(3,21) AR0014: rules may not use files: System.IO.FileInfo"
                    ]
                    "each"

            testCase "R82: what has no line is told in the file of its type, though another file has the word"
            <| fun () ->
                use folder = new Folder()
                folder.Write("a.fsx", asking ("let StructLayout = 1\n" + f "p.Length > StructLayout"))

                let both =
                    "open System.Runtime.InteropServices\n[<Struct; StructLayout(LayoutKind.Explicit)>]\ntype Both =\n    [<FieldOffset 0; DefaultValue>] val mutable A: int\n    [<FieldOffset 0; DefaultValue>] val mutable B: int\n"

                folder.Write("b.fsx", (asking (both + f "Both().A > p.Length")).Replace("\"E\"", "\"E2\""))
                use rules = folder.Compile("", [ "a.fsx"; "b.fsx" ])

                Expect.equal
                    [
                        for d in rules.Diagnostics do
                            if d.Message.EndsWith "fields at places of their own" then
                                d.Place.File, line d
                    ]
                    [
                        "b.fsx", "(3,11) AR0015: code that cannot be checked: fields at places of their own"
                    ]
                    "there"
        ]

module AuditRules.Scripting.Tests.CacheTests

open System
open System.IO
open System.Runtime.CompilerServices
open System.Runtime.Loader
open System.Threading.Tasks
open Expecto
open AuditRules.Detection.Examples
open AuditRules.Scripting.Tests.Folder

/// The load context of the rules of the one file of that name, while it is alive.
[<MethodImpl(MethodImplOptions.NoInlining)>]
let private contextOf (name: string) =
    AssemblyLoadContext.All
    |> Seq.tryFind (fun context ->
        context.Assemblies
        |> Seq.exists (fun assembly -> assembly.GetTypes() |> Seq.exists (fun t -> t.Name = name)))
    |> Option.map (fun context -> WeakReference(context))

/// Compiles a file, runs its examples and lets go of it.
[<MethodImpl(MethodImplOptions.NoInlining)>]
let private used (name: string) =
    use folder = new Folder()
    folder.Write($"{name}.fsx", text "A")
    use rules = folder.Compile("", [ $"{name}.fsx" ])
    Expect.isTrue (ExampleRunner.Run(rules.Rules[0])[0]).Passed "the rule works"
    contextOf name

let private isGone (context: WeakReference) =
    let mutable rounds = 0

    while context.IsAlive && rounds < 20 do
        GC.Collect()
        GC.WaitForPendingFinalizers()
        rounds <- rounds + 1

    Expect.isFalse context.IsAlive "the load context is gone"

[<Tests>]
let unloading =
    testSequenced
    <| testList
        "unloading"
        [
            testCase "rules that are disposed of leave nothing of their assembly"
            <| fun () -> isGone (Option.get (used "Unloaded"))

            testCase "R33: rules with an error of loading are unloaded when they are disposed of"
            <| fun () ->
                use folder = new Folder()
                folder.Write("UnloadedWrong.fsx", "let seen = ref 0\n" + text "A")
                use rules = folder.Compile("", [ "UnloadedWrong.fsx" ])
                Expect.isTrue rules.HasErrors "a value that can change"

                let context =
                    match (Option.get (contextOf "UnloadedWrong")).Target with
                    | :? AssemblyLoadContext as context -> context
                    | _ -> failtest "still loaded"

                let unloaded = ref 0
                context.add_Unloading (fun _ -> unloaded.Value <- unloaded.Value + 1)
                Expect.equal unloaded.Value 0 "not yet"
                (rules :> IDisposable).Dispose()
                Expect.equal unloaded.Value 1 "unloaded"
        ]

let private entries cache =
    if Directory.Exists cache then
        set (Directory.GetFiles cache)
    else
        Set.empty

[<Tests>]
let tests =
    testList
        "the cache of compiled rules"
        [
            testCase "the second time nothing is compiled, and the rules are the same"
            <| fun () ->
                use folder = new Folder()
                folder.Write("x.fsx", text "A")
                let cache = folder.Path "cache"
                use first = folder.Compile(cache, [ "x.fsx" ])
                use second = folder.Compile(cache, [ "x.fsx" ])
                Expect.equal (first.FromCache, second.FromCache) (false, true) "compiled once"
                Expect.equal (ids second) (ids first) "the same rules"

                Expect.equal
                    (second.Rules[0].Info.Source.ToString())
                    (first.Rules[0].Info.Source.ToString())
                    "the same places"

            testCase "the cache knows a file in another folder as another file"
            <| fun () ->
                use cache = new Folder()
                use first = new Folder()
                use second = new Folder()

                let failing =
                    (text "A")
                        .Replace(
                            "        message",
                            "        where (List.item 3 [ e.Command ] = \"\")\n        message"
                        )

                let failure (folder: Folder) =
                    folder.Write("x.fsx", failing)
                    use rules = folder.Compile(cache.Path "cache", [ "x.fsx" ])

                    match (ExampleRunner.Run(rules.Rules[0])[0]).Result.Outcomes[0].Failure with
                    | null -> "it did not fail"
                    | failure -> failure.Location.File

                Expect.equal (failure first) (first.Path "x.fsx") "where the first fails"
                Expect.equal (failure second) (second.Path "x.fsx") "where the second fails"

            testCase "a changed file is compiled again"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("x.fsx", text "A")
                folder.Compile(cache, [ "x.fsx" ]) |> ignore
                folder.Write("x.fsx", text "B")
                use again = folder.Compile(cache, [ "x.fsx" ])
                Expect.equal (again.FromCache, ids again) (false, [ "B" ]) "the new text counts"

            testCase "a damaged entry is no entry"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("x.fsx", text "A")
                folder.Compile(cache, [ "x.fsx" ]) |> ignore
                let entry = Directory.GetFiles cache |> Array.exactlyOne
                let bytes = File.ReadAllBytes entry

                // 8 and 9: what lets it be loaded without another look.
                for place in [ 8; 9; bytes.Length / 2 ] do
                    let damaged = Array.copy bytes
                    damaged[place] <- damaged[place] ^^^ 1uy
                    File.WriteAllBytes(entry, damaged)
                    use again = folder.Compile(cache, [ "x.fsx" ])
                    Expect.equal (again.FromCache, ids again) (false, [ "A" ]) $"byte {place}: compiled again"

            testCase
                "C32: what a writer left behind, and entries of long ago, go when another entry is written"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("x.fsx", text "A")
                folder.Write("y.fsx", text "B")
                folder.Compile(cache, [ "x.fsx" ]) |> ignore

                let put name (age: TimeSpan) =
                    let file = Path.Combine(cache, name)
                    File.WriteAllText(file, "")
                    File.SetLastWriteTimeUtc(file, DateTime.UtcNow - age)
                    file

                let kept =
                    [
                        yield! Directory.GetFiles cache
                        put "young.rules.tmp" (TimeSpan.FromMinutes 50.0)
                        put "young.rules" (TimeSpan.FromDays 89.0)
                        put "mine.txt" (TimeSpan.FromDays 900.0)
                    ]

                let gone =
                    [
                        put "old.rules.tmp" (TimeSpan.FromMinutes 70.0)
                        put "old.rules" (TimeSpan.FromDays 91.0)
                    ]

                folder.Compile(cache, [ "y.fsx" ]) |> ignore
                Expect.equal (List.filter File.Exists (kept @ gone)) kept "what is left"
                Expect.equal (Directory.GetFiles cache).Length (kept.Length + 1) "and the new one"

            testCase "C32: an entry that cannot be put into its place leaves nothing"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("x.fsx", text "A")
                folder.Compile(cache, [ "x.fsx" ]) |> ignore
                let entry = Directory.GetFiles cache |> Array.exactlyOne
                File.Delete entry
                Directory.CreateDirectory entry |> ignore
                use rules = folder.Compile(cache, [ "x.fsx" ])
                Expect.equal (ids rules) [ "A" ] "the rules are there"
                Expect.isEmpty (Directory.GetFiles cache) "nothing beside it"

            testCase
                "a clean entry is loaded without another look at its values, and one with a warning is looked at again"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("clean.fsx", text "A")
                folder.Write("warned.fsx", (text "B").Replace("Low", "Low, mitre = [ \"T1\" ]"))

                let isClean name =
                    let before = entries cache
                    use rules = folder.Compile(cache, [ name ])
                    let entry = Set.difference (entries cache) before |> Seq.exactlyOne
                    // Behind the digest and the guard's verdict.
                    Seq.length (told rules), (File.ReadAllBytes entry)[9]

                Expect.equal (isClean "clean.fsx") (0, 1uy) "nothing to say"
                Expect.equal (isClean "warned.fsx") (1, 0uy) "a warning"
                use again = folder.Compile(cache, [ "warned.fsx" ])

                Expect.equal
                    (again.FromCache, told again)
                    (true,
                     [
                         "warned.fsx(4,11) AR0030: rule B: \"T1\" is not the id of an ATT&CK technique | Write T and four digits, with a dot and three more for a sub-technique: T1552.001."
                     ])
                    "said again"

            testCase "an entry of another text that has the same name is no entry"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("x.fsx", text "A")
                folder.Write("y.fsx", text "B")
                folder.Compile(cache, [ "x.fsx" ]) |> ignore
                let first = entries cache
                folder.Compile(cache, [ "y.fsx" ]) |> ignore
                let second = Set.difference (entries cache) first |> Seq.exactlyOne
                File.Copy(Seq.exactlyOne first, second, true)
                use rules = folder.Compile(cache, [ "y.fsx" ])
                Expect.equal (rules.FromCache, ids rules) (false, [ "B" ]) "compiled again"

            testCase "several at once, on an empty cache and on a damaged one, all get their rules"
            <| fun () ->
                use folder = new Folder()
                let cache = folder.Path "cache"
                folder.Write("x.fsx", text "A")

                let all () =
                    [|
                        for _ in 1..4 ->
                            Task.Run(fun () ->
                                use rules = folder.Compile(cache, [ "x.fsx" ])
                                ids rules)
                    |]
                    |> Task.WhenAll
                    |> _.Result

                Expect.equal (all ()) (Array.create 4 [ "A" ]) "on an empty one"
                let entry = Directory.GetFiles cache |> Array.exactlyOne
                File.WriteAllBytes(entry, (File.ReadAllBytes entry)[..999])
                Expect.equal (all ()) (Array.create 4 [ "A" ]) "on a damaged one"
                use again = folder.Compile(cache, [ "x.fsx" ])
                Expect.isTrue again.FromCache "which is whole again"
                Expect.equal (Directory.GetFiles cache) [| entry |] "and nothing lies beside it"

            testCase "a cache that cannot be written costs nothing else"
            <| fun () ->
                use folder = new Folder()
                folder.Write("file", "")
                folder.Write("x.fsx", text "A")
                use rules = folder.Compile(folder.Path "file/cache", [ "x.fsx" ])
                Expect.equal (ids rules) [ "A" ] "the rules are there"

            testTheory
                "a cache folder that others may write is not used, and that is said once"
                [ UnixFileMode.GroupWrite; UnixFileMode.OtherWrite ]
            <| fun right ->
                use folder = new Folder()
                folder.Write("x.fsx", text "A")
                let cache = folder.Path "cache"
                folder.Compile(cache, [ "x.fsx" ]) |> ignore
                File.SetUnixFileMode(cache, File.GetUnixFileMode cache ||| right)
                use rules = folder.Compile(cache, [ "x.fsx" ])
                Expect.equal (rules.FromCache, ids rules) (false, [ "A" ]) "compiled, not taken"

                Expect.equal
                    (told rules)
                    [
                        "cache(0,0) AR0012: the cache is not used: others may write to its folder | Take the right from them (chmod go-w), or name another folder for the cache."
                    ]
                    "why"

            testCase "C32: a cache folder of another user is not used, nor what lies in it"
            <| fun () ->
                if Environment.UserName <> "root" then
                    skiptest "only root can give a folder to another user"

                use folder = new Folder()
                folder.Write("x.fsx", text "A")
                let cache = folder.Path "cache"
                use first = folder.Compile(cache, [ "x.fsx" ])
                Expect.equal (told first) [] "its own"
                let nobody = 65534

                use chown = System.Diagnostics.Process.Start("chown", [ string nobody; cache ])

                chown.WaitForExit()
                use rules = folder.Compile(cache, [ "x.fsx" ])

                Expect.equal
                    (rules.FromCache, ids rules, told rules)
                    (false,
                     [ "A" ],
                     [
                         "cache(0,0) AR0012: the cache is not used: its folder belongs to another user | Name another folder for the cache."
                     ])
                    "compiled"

            testCase "the cache folder is for its owner alone"
            <| fun () ->
                use folder = new Folder()
                folder.Write("x.fsx", text "A")
                let cache = folder.Path "cache"
                folder.Compile(cache, [ "x.fsx" ]) |> ignore

                let all =
                    UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute

                Expect.equal (File.GetUnixFileMode cache) all "0700"
        ]

namespace Expecto

open System
open System.Reflection
open System.Runtime.CompilerServices
open System.Threading.Tasks

[<AutoOpen>]
module Tests =
    /// Fails the running test with this message.
    let failtest (message: string) : 'a = raise (AssertException message)

    let failtestf format = Printf.ksprintf failtest format

    /// Fails the running test with this message and no stack.
    let failtestNoStack (message: string) : 'a = raise (FailedException message)

    let failtestNoStackf format = Printf.ksprintf failtestNoStack format

    /// Ends the running test as skipped, for this reason.
    let skiptest (message: string) : 'a = raise (IgnoreException message)

    let skiptestf format = Printf.ksprintf skiptest format

    let private case state name code =
        TestLabel(name, TestCase(code, state), state)

    let private group state name tests =
        TestLabel(name, TestList(tests, state), state)

    // A task is hot: it is made only when the test runs.
    let private ofTask (start: unit -> Task<unit>) =
        Async(async { do! start () |> Async.AwaitTask })

    let testLabel name test = TestLabel(name, test, Normal)

    let testList name tests = group Normal name tests
    let ftestList name tests = group Focused name tests
    let ptestList name tests = group Pending name tests

    let testCase name test = case Normal name (Sync test)
    let ftestCase name test = case Focused name (Sync test)
    let ptestCase name test = case Pending name (Sync test)

    let testCaseWithCancel name test = case Normal name (SyncWithCancel test)

    let ftestCaseWithCancel name test = case Focused name (SyncWithCancel test)

    let ptestCaseWithCancel name test = case Pending name (SyncWithCancel test)

    let testCaseAsync name test = case Normal name (Async test)
    let ftestCaseAsync name test = case Focused name (Async test)
    let ptestCaseAsync name test = case Pending name (Async test)

    let testCaseTask name test = case Normal name (ofTask test)
    let ftestCaseTask name test = case Focused name (ofTask test)
    let ptestCaseTask name test = case Pending name (ofTask test)

    /// The tests in it run alone, after all others.
    let testSequenced test = Sequenced(Synchronous, test)

    /// The tests of one group run one at a time, beside the others.
    let testSequencedGroup name test = Sequenced(SynchronousGroup name, test)

    type TestCaseBuilder(name, focusState) =
        member _.Zero() = ()
        member _.Delay(f: unit -> unit) = f
        member _.Combine((), f: unit -> unit) = f ()
        member _.Using(resource: #IDisposable, f: _ -> unit) = using resource f

        member _.For(items: seq<_>, f: _ -> unit) =
            for item in items do
                f item

        member _.While(condition: unit -> bool, f: unit -> unit) =
            while condition () do
                f ()

        member _.TryWith(f: unit -> unit, handler: exn -> unit) =
            try
                f ()
            with error ->
                handler error

        member _.TryFinally(f: unit -> unit, compensation: unit -> unit) =
            try
                f ()
            finally
                compensation ()

        member _.Run(f: unit -> unit) : Test = case focusState name (Sync f)

    let test name = TestCaseBuilder(name, Normal)
    let ftest name = TestCaseBuilder(name, Focused)
    let ptest name = TestCaseBuilder(name, Pending)

    type TestAsyncBuilder(name, focusState) =
        member _.Zero() = async.Zero()
        member _.Delay f = async.Delay f
        member _.Return x = async.Return x
        member _.ReturnFrom(x: Async<_>) = async.ReturnFrom x
        member _.Bind(x: Async<_>, f) = async.Bind(x, f)
        member _.Using(resource: #IDisposable, f) = async.Using(resource, f)
        member _.While(condition, f) = async.While(condition, f)
        member _.For(items: seq<_>, f) = async.For(items, f)
        member _.Combine(first, second) = async.Combine(first, second)
        member _.TryFinally(f, compensation) = async.TryFinally(f, compensation)
        member _.TryWith(f, handler) = async.TryWith(f, handler)
        member _.Run f : Test = case focusState name (Async f)

    let testAsync name = TestAsyncBuilder(name, Normal)
    let ftestAsync name = TestAsyncBuilder(name, Focused)
    let ptestAsync name = TestAsyncBuilder(name, Pending)

    type TestTaskBuilder(name, focusState) =
        member inline _.Zero() = task.Zero()
        member inline _.Delay f = task.Delay f
        member inline _.Return x = task.Return x
        member inline _.ReturnFrom(x: Task<_>) = task.ReturnFrom x
        member inline _.Bind(x: Task<'a>, f: 'a -> _) = task.Bind(x, f)
        member inline _.Bind(x: Task, f: unit -> _) = task.Bind(x, f)
        member inline _.Using(resource, f) = task.Using(resource, f)
        member inline _.While(condition, f) = task.While(condition, f)
        member inline _.For(items: seq<_>, f) = task.For(items, f)
        member inline _.Combine(first, second) = task.Combine(first, second)
        member inline _.TryFinally(f, compensation) = task.TryFinally(f, compensation)
        member inline _.TryWith(f, handler) = task.TryWith(f, handler)

        member _.Run f : Test =
            case focusState name (ofTask (fun () -> task.Run f))

    // A task that is also something else binds as a task: hence the rest stands in an extension.
    [<AutoOpen>]
    module TestTaskExtensions =
        type TestTaskBuilder with
            member inline _.Bind(x: ValueTask<'a>, f: 'a -> _) = task.Bind(x, f)
            member inline _.Bind(x: ValueTask, f: unit -> _) = task.Bind(x, f)
            member inline _.Bind(x: Async<'a>, f: 'a -> _) = task.Bind(x, f)

    let testTask name = TestTaskBuilder(name, Normal)
    let ftestTask name = TestTaskBuilder(name, Focused)
    let ptestTask name = TestTaskBuilder(name, Pending)

    let private shown (value: 'T) =
        match box value with
        | null -> "null"
        | :? string as text -> $"\"{text}\""
        | value -> $"{value}"

    let private theory group case name cases (test: 'a -> TestCode) : Test =
        group name (cases |> Seq.map (fun value -> case (shown value) (test value)) |> List.ofSeq)

    let private sync (test: 'a -> 'b) value = Sync(fun () -> test value |> ignore)
    let private asynchronous (test: 'a -> Async<unit>) value = Async(async { do! test value })
    let private tasked (test: 'a -> Task<unit>) value = ofTask (fun () -> test value)

    /// One test for each case, named after it.
    let testTheory name cases test =
        theory testList (case Normal) name cases (sync test)

    let ftestTheory name cases test =
        theory ftestList (case Focused) name cases (sync test)

    let ptestTheory name cases test =
        theory ptestList (case Pending) name cases (sync test)

    let testTheoryAsync name cases test =
        theory testList (case Normal) name cases (asynchronous test)

    let ftestTheoryAsync name cases test =
        theory ftestList (case Focused) name cases (asynchronous test)

    let ptestTheoryAsync name cases test =
        theory ptestList (case Pending) name cases (asynchronous test)

    let testTheoryTask name cases test =
        theory testList (case Normal) name cases (tasked test)

    let ftestTheoryTask name cases test =
        theory ftestList (case Focused) name cases (tasked test)

    let ptestTheoryTask name cases test =
        theory ptestList (case Pending) name cases (tasked test)

    /// Named bodies, each wrapped by the same set-up.
    let testFixture setup =
        Seq.map (fun (name, partial) -> testCase name (setup partial))

    let testFixtureAsync setup =
        Seq.map (fun (name, partial) -> testCaseAsync name (async { do! setup partial }))

    let testFixtureTask (setup: 'a -> Task<unit>) =
        Seq.map (fun (name, partial) -> testCaseTask name (fun () -> setup partial))

    /// Named bodies that all get the same value.
    let testParam param =
        Seq.map (fun (name, partial) -> testCase name (partial param))

    let testParamAsync param =
        Seq.map (fun (name, partial) -> testCaseAsync name (partial param))

    let testParamTask param =
        Seq.map (fun (name, partial) -> testCaseTask name (partial param))

    /// What a program asks of a run; the command line is added to it.
    type CLIArguments =
        | Sequenced
        | Parallel
        | Parallel_Workers of int
        | FsCheck_Max_Tests of int
        | FsCheck_Start_Size of int
        | FsCheck_End_Size of int
        | Fail_On_Focused_Tests
        | Filter of hiera: string
        | Filter_Test_List of substring: string
        | Filter_Test_Case of substring: string
        | Run of tests: string list
        | Summary
        | JUnit_Summary of string
        | Allow_Duplicate_Names
        | No_Spinner

    let private apply options argument =
        match argument with
        | Sequenced -> Options.workers 1 options
        | Parallel -> Options.workers Environment.ProcessorCount options
        | Parallel_Workers count -> Options.workers count options
        | FsCheck_Max_Tests count -> Options.fsCheck (fun config -> { config with maxTest = count }) options
        | FsCheck_Start_Size size -> Options.fsCheck (fun config -> { config with startSize = size }) options
        | FsCheck_End_Size size -> Options.fsCheck (fun config -> { config with endSize = size }) options
        | Fail_On_Focused_Tests -> { options with failOnFocused = true }
        | Filter hierarchy -> Options.filter hierarchy options
        | Filter_Test_List part -> Options.filterList part options
        | Filter_Test_Case part -> Options.filterCase part options
        | Run names -> Options.only names options
        | JUnit_Summary file -> Options.junit file options
        | Allow_Duplicate_Names -> { options with allowDuplicates = true }
        | Summary
        | No_Spinner -> options

    let private run (assembly: Assembly) (cliArgs: CLIArguments seq) args tests =
        let name = assembly.GetName().Name |> Option.ofObj |> Option.defaultValue "tests"
        let options = Seq.fold apply Options.defaults cliArgs
        (Host.run name options args (FlatTests.ofTree tests)).GetAwaiter().GetResult()

    /// Runs these tests. Returns 0 if none failed.
    [<MethodImpl(MethodImplOptions.NoInlining)>]
    let runTestsWithCLIArgs (cliArgs: CLIArguments seq) (args: string[]) (tests: Test) : int =
        run (Assembly.GetCallingAssembly()) cliArgs args tests

    /// Runs all values of the calling program that are marked as tests. Returns 0 if none failed.
    [<MethodImpl(MethodImplOptions.NoInlining)>]
    let runTestsInAssemblyWithCLIArgs (cliArgs: CLIArguments seq) (args: string[]) : int =
        let assembly = Assembly.GetCallingAssembly()

        match Discovery.inAssembly assembly with
        | Some tests -> run assembly cliArgs args tests
        | None ->
            run assembly cliArgs (Array.append args [| "--ignore-exit-code"; "8" |]) (TestList([], Normal))

namespace Expecto

open System
open System.Collections.Concurrent
open System.IO
open System.Threading.Tasks
open Microsoft.Testing.Platform.Builder
open Microsoft.Testing.Platform.Capabilities.TestFramework
open Microsoft.Testing.Platform.Configurations
open Microsoft.Testing.Platform.Extensions
open Microsoft.Testing.Platform.Extensions.Messages
open Microsoft.Testing.Platform.Extensions.TestFramework
open Microsoft.Testing.Platform.Helpers
open Microsoft.Testing.Platform.Requests
open Microsoft.Testing.Platform.Services

/// What the host shows of a failure: the message and the trimmed stack, not the kit's own exception.
type internal TestFailure(message: string, stack: string) =
    inherit Exception(message)
    override _.StackTrace = stack

/// The tests of one program as a test framework of Microsoft.Testing.Platform.
type internal Framework(options: Options, tests: FlatTest list, results: ConcurrentQueue<TestOutcome>) =
    let node (test: FlatTest) (properties: IProperty list) =
        TestNode(
            Uid = TestNodeUid test.Name,
            DisplayName = test.Name,
            Properties = PropertyBag(Array.ofList properties)
        )

    // The host's own filter: --filter-uid.
    let isWantedByHost (filter: ITestExecutionFilter) (test: FlatTest) =
        match filter with
        | :? TestNodeUidListFilter as list ->
            list.TestNodeUids |> Array.exists (fun uid -> uid.Value = test.Name)
        | _ -> true

    let state =
        function
        | Passed -> PassedTestNodeStateProperty.CachedInstance :> IProperty
        | Skipped reason -> SkippedTestNodeStateProperty reason
        | Failed(message, stack) -> FailedTestNodeStateProperty(TestFailure(message, stack), message)
        | Errored(message, stack) -> ErrorTestNodeStateProperty(TestFailure(message, stack), message)

    // A fault of the set of tests as a whole, shown as a test that fails.
    let fault title message =
        {
            path = [ title ]
            code = Sync(fun () -> raise (FailedException message))
            state = Normal
            sequence = InParallel
        }

    let faults (chosen: FlatTest list) =
        [
            match FlatTests.duplicates chosen with
            | names when not names.IsEmpty && not options.allowDuplicates ->
                let list = String.Join("\n  ", names)
                fault "Test names are unique" $"More than one test is called\n  {list}"
            | _ -> ()

            if
                options.failOnFocused
                && chosen |> List.exists (fun test -> test.state = Focused)
            then
                fault
                    "No test is focused"
                    "A focused test hides all others; --fail-on-focused-tests forbids it."
        ]

    interface IExtension with
        member _.Uid = "expecto"
        member _.Version = "1.0.0"
        member _.DisplayName = "Expecto"
        member _.Description = "Tests in Expecto's vocabulary."
        member _.IsEnabledAsync() = Task.FromResult true

    interface IDataProducer with
        member _.DataTypesProduced = [| typeof<TestNodeUpdateMessage> |]

    interface ITestFramework with
        member _.CreateTestSessionAsync _ =
            Task.FromResult(CreateTestSessionResult(IsSuccess = true))

        member _.CloseTestSessionAsync _ =
            Task.FromResult(CloseTestSessionResult(IsSuccess = true))

        member this.ExecuteRequestAsync context : Task =
            let request = context.Request :?> TestExecutionRequest

            let publish (node: TestNode) =
                context.MessageBus.PublishAsync(this, TestNodeUpdateMessage(request.Session.SessionUid, node))

            let report result : Task =
                results.Enqueue result

                let timing =
                    TimingInfo(result.started, result.started + result.duration, result.duration)

                publish (node result.test [ state result.outcome; TimingProperty timing ])

            task {
                try
                    let chosen =
                        tests
                        |> List.filter (fun test ->
                            options.isWanted test && isWantedByHost request.Filter test)

                    match context.Request with
                    | :? DiscoverTestExecutionRequest ->
                        for test in chosen do
                            do! publish (node test [ DiscoveredTestNodeStateProperty.CachedInstance ])
                    | _ ->
                        let toRun =
                            match faults chosen with
                            | [] -> chosen
                            | faults -> faults

                        do!
                            Evaluation.all
                                options.fsCheck
                                options.workers
                                options.limit
                                context.CancellationToken
                                report
                                toRun
                finally
                    context.Complete()
            }

/// Starts the host, and sums up when it has ended.
module internal Host =
    let private closingLine (results: TestOutcome seq) =
        let count condition =
            results |> Seq.filter (fun result -> condition result.outcome) |> Seq.length

        let failed = count (fun outcome -> outcome.IsFailed || outcome.IsErrored)
        $"{count _.IsPassed} passed, {failed} failed, {count _.IsSkipped} skipped"

    let private saysNothing = [ "--list-tests"; "--help"; "-?"; "--info"; "--server" ]

    /// Runs the tests. Returns the host's exit code: 0 all well, 2 a test failed, 8 no test ran, others its own.
    let run (name: string) (defaults: Options) (args: string[]) (tests: FlatTest list) : Task<int> =
        task {
            let results = ConcurrentQueue<TestOutcome>()

            let! builder =
                TestApplication.CreateBuilderAsync(args, TestApplicationOptions(EnableTelemetry = false))

            builder.CommandLine.AddProvider(fun () -> Options.provider)
            let mutable junit = None

            builder.RegisterTestFramework(
                (fun _ -> TestFrameworkCapabilities()),
                (fun _ services ->
                    let options = Options.ofCommandLine (services.GetCommandLineOptions()) defaults

                    junit <-
                        options.junit
                        |> Option.map (fun file ->
                            let folder = services.GetConfiguration().GetTestResultDirectory()

                            Path.Combine(
                                folder,
                                (if file = "" then
                                     name + ".junit.xml"
                                 else
                                     Path.GetFullPath file)
                            ))

                    Framework(options, tests, results))
            )
            |> ignore

            use! application = builder.BuildAsync()
            let! exitCode = application.RunAsync()
            junit |> Option.iter (fun file -> JUnit.write file name (List.ofSeq results))

            if not (args |> Array.exists (fun arg -> List.contains arg saysNothing)) then
                Console.Out.WriteLine(closingLine results)

            return exitCode
        }

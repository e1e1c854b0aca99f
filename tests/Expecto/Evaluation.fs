namespace Expecto

open System
open System.Diagnostics
open System.Threading
open System.Threading.Tasks

/// How a test ended. The stack is that of the exception without the kit's own frames.
type internal Outcome =
    | Passed
    | Skipped of reason: string
    | Failed of message: string * stack: string
    | Errored of message: string * stack: string

type internal TestOutcome =
    {
        test: FlatTest
        outcome: Outcome
        started: DateTimeOffset
        duration: TimeSpan
    }

module internal Evaluation =
    let private isOfKit (frame: string) =
        [
            "at Expecto.Expect."
            "at Expecto.Difference."
            "at Expecto.Tests.failtest"
            "at Expecto.Tests.skiptest"
            "at Microsoft.FSharp.Core.PrintfImpl"
            "at Microsoft.FSharp.Core.PrintfModule"
            "at Microsoft.FSharp.Control."
            "at System.Runtime.ExceptionServices."
            "--- End of stack trace"
        ]
        |> List.exists (fun start -> frame.TrimStart().StartsWith(start, StringComparison.Ordinal))

    let private isOfHost (frame: string) =
        frame.Contains("at Expecto.Evaluation.", StringComparison.Ordinal)

    /// The frames of the test itself: those of the expectation above it and of the host below it say nothing.
    let trim (stack: string | null) =
        match stack with
        | null -> ""
        | stack ->
            stack.Split('\n')
            |> Seq.takeWhile (isOfHost >> not)
            |> Seq.filter (isOfKit >> not)
            |> String.concat "\n"

    let rec private ofException (error: exn) =
        match error with
        | :? AggregateException as several when several.InnerExceptions.Count = 1 ->
            ofException several.InnerExceptions[0]
        | :? IgnoreException -> Skipped error.Message
        | :? FailedException -> Failed(error.Message, "")
        | :? AssertException -> Failed(error.Message, trim error.StackTrace)
        | error ->
            let causes =
                Some error
                |> List.unfold (Option.map (fun e -> e, Option.ofObj e.InnerException))

            let message =
                causes
                |> List.map (fun e -> $"{e.GetType().FullName}: {e.Message}")
                |> String.concat "\n  caused by "

            Errored(message, trim (List.last causes).StackTrace)

    let private invoke settings (cancel: CancellationToken) code : Task =
        match code with
        | Sync body -> Task.Run(body, cancel)
        | SyncWithCancel body -> Task.Run((fun () -> body cancel), cancel)
        | Async body -> Async.StartAsTask(body, cancellationToken = cancel)
        | AsyncFsCheck(config, _, check) ->
            let config = config |> Option.defaultValue FsCheckConfig.defaultConfig |> settings
            Task.Run((fun () -> Async.StartAsTask(check config, cancellationToken = cancel) :> Task), cancel)

    // Its thread cannot be ended; the processes that it waits for can, and then most tests end by themselves.
    let private hung (limit: TimeSpan) =
        let below = Descendants.ofThisProcess ()

        let lines =
            match below with
            | [] -> [ "No process was running below this one." ]
            | below ->
                "Running below this process:"
                :: [ for descendant in below -> $"  {descendant}" ]

        Descendants.endOlder (limit / 2.) below
        let title = $"The test did not end within {limit.TotalSeconds} s (--test-limit)."
        Errored(String.Join("\n", title :: lines), "")

    /// Runs one test. No exception of the test's leaves this function. A test that goes on past the limit is left
    /// behind with an error that tells which processes it may have waited for.
    let one settings (limit: TimeSpan) (cancel: CancellationToken) (test: FlatTest) =
        task {
            let started = DateTimeOffset.UtcNow
            let watch = Stopwatch.StartNew()
            let running = invoke settings cancel test.code

            let! outcome =
                task {
                    try
                        do! running.WaitAsync limit
                        return Passed
                    with error ->
                        return
                            if running.IsCompleted then
                                ofException error
                            else
                                hung limit
                }

            return
                {
                    test = test
                    outcome = outcome
                    started = started
                    duration = watch.Elapsed
                }
        }

    /// Runs tests: free ones and groups side by side on that many workers, then the sequenced ones alone.
    /// `report` may be called from several threads.
    let all
        settings
        workers
        limit
        (cancel: CancellationToken)
        (report: TestOutcome -> Task)
        (tests: FlatTest list)
        =
        task {
            let skip = FlatTests.skipReason tests

            let run (test: FlatTest) : Task =
                task {
                    match skip test with
                    | Some reason ->
                        do!
                            report
                                {
                                    test = test
                                    outcome = Skipped reason
                                    started = DateTimeOffset.UtcNow
                                    duration = TimeSpan.Zero
                                }
                    | None ->
                        let! outcome = one settings limit cancel test
                        do! report outcome
                }

            let inTurn (chain: FlatTest list) : Task =
                task {
                    for test in chain do
                        do! run test
                }

            let alone, beside =
                tests |> List.partition (fun test -> test.sequence = Synchronous)

            let chains =
                beside
                |> List.indexed
                |> List.groupBy (fun (index, test) ->
                    match test.sequence with
                    | SynchronousGroup name -> Choice1Of2 name
                    | _ -> Choice2Of2 index)
                |> List.map (snd >> List.map snd)

            let options =
                ParallelOptions(MaxDegreeOfParallelism = workers, CancellationToken = cancel)

            do! Parallel.ForEachAsync(chains, options, (fun chain _ -> ValueTask(inTurn chain)))
            do! inTurn alone
        }

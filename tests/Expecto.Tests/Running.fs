/// Runs small trees of tests inside this process and gives back how each test ended.
module internal Expecto.Tests.Running

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open Expecto

let runOn workers tree =
    let results = ConcurrentQueue<TestOutcome>()

    let report result : Task =
        results.Enqueue result
        Task.CompletedTask

    let limit = TimeSpan.FromMinutes 5.
    let tests = FlatTests.ofTree tree
    (Evaluation.all id workers limit CancellationToken.None report tests).GetAwaiter().GetResult()

    results
    |> Seq.map (fun result -> result.test.Name, result.outcome)
    |> List.ofSeq

let run tree = runOn 4 tree

/// How the one test of a tree ended.
let outcome tree =
    match run tree with
    | [ _, outcome ] -> outcome
    | several -> failtestf "expected one test, but there are %d" several.Length

/// The message of a body that must fail as an expectation does.
let failure body =
    match outcome (testCase "body" body) with
    | Failed(message, _) -> message
    | other -> failtestf "expected a failure, but was %A" other

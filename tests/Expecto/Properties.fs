namespace Expecto

open System
open FsCheck

[<AutoOpen>]
module ExpectoFsCheck =
    let private listed (values: obj list) =
        values |> List.map (sprintf "%A") |> String.concat "\n      "

    // The seed and size are those of the last step: with both, FsCheck makes the failing value at once.
    let private falsified (data: TestData) original shrunk outcome (seed: Rnd) size =
        let because =
            match outcome with
            | Outcome.Failed error -> $"\n  because\n      {error.Message}"
            | _ -> ""

        let labels =
            if data.Labels.IsEmpty then
                ""
            else
                "\n  labels: " + String.Join(", ", data.Labels)

        $"Falsified after {data.NumberOfTests} tests and {data.NumberOfShrinks} shrinks.{labels}"
        + $"\n  counterexample\n      {listed shrunk}"
        + (if data.NumberOfShrinks > 0 then
               $"\n  found as\n      {listed original}"
           else
               "")
        + because
        + "\n  repeat it with testPropertyWithConfig\n      "
        + $"{{ FsCheckConfig.defaultConfig with replay = Some({seed.Seed}UL, {seed.Gamma}UL, Some {size}) }}"

    let private runner name (config: FsCheckConfig) =
        { new IRunner with
            member _.OnStartFixture _ = ()

            member _.OnArguments(number, values, _) =
                config.receivedArgs config name number values |> Async.RunSynchronously

            member _.OnShrink(values, _) =
                config.successfulShrink config name values |> Async.RunSynchronously

            member _.OnFinished(_, result) =
                let finished (data: TestData) =
                    config.finishedTest
                        config
                        name
                        {
                            Labels = data.Labels
                            NumberOfShrinks = data.NumberOfShrinks
                            NumberOfTests = data.NumberOfTests
                            Stamps = data.Stamps
                        }
                    |> Async.RunSynchronously

                match result with
                | TestResult.Passed(data, _) -> finished data
                | TestResult.Failed(data, original, shrunk, outcome, _, seed, size) ->
                    finished data

                    match outcome with
                    | Outcome.Failed(:? IgnoreException as skip) -> raise skip
                    | _ -> raise (FailedException(falsified data original shrunk outcome seed size))
                | TestResult.Exhausted data ->
                    finished data

                    raise (
                        FailedException
                            $"Too few values meet the property's condition: {data.NumberOfTests} tests ran."
                    )
        }

    let private property state config name (property: 'testable) =
        let check (config: FsCheckConfig) =
            async {
                let fsCheck =
                    Config.Default
                        .WithName(name)
                        .WithMaxTest(config.maxTest)
                        .WithStartSize(config.startSize)
                        .WithEndSize(config.endSize)
                        .WithQuietOnSuccess(true)
                        .WithArbitrary(config.arbitrary)
                        .WithReplay(
                            config.replay
                            |> Option.map (fun (seed, gamma, size) -> { Rnd = Rnd(seed, gamma); Size = size })
                        )
                        .WithRunner(runner name config)

                Check.One(fsCheck, property)
            }

        TestLabel(name, TestCase(AsyncFsCheck(config, config, check), state), state)

    let private replaying stdGen config =
        Some { config with replay = Some stdGen }

    /// A test that must hold for values that FsCheck makes up.
    let testProperty name = property Normal None name
    let ftestProperty name = property Focused None name
    let ptestProperty name = property Pending None name

    let testPropertyWithConfig config name = property Normal (Some config) name
    let ftestPropertyWithConfig config name = property Focused (Some config) name
    let ptestPropertyWithConfig config name = property Pending (Some config) name

    /// Focused, and repeats the run that had this seed.
    let etestProperty stdGen name =
        property Focused (replaying stdGen FsCheckConfig.defaultConfig) name

    let etestPropertyWithConfig stdGen config name =
        property Focused (replaying stdGen config) name

    let testPropertyWithConfigStdGen stdGen config name =
        property Normal (replaying stdGen config) name

namespace Expecto

open System
open System.Collections.Generic
open System.Threading.Tasks
open Microsoft.Testing.Platform.CommandLine
open Microsoft.Testing.Platform.Extensions
open Microsoft.Testing.Platform.Extensions.CommandLine

/// What a run does, from the arguments in the program and those on the command line.
type internal Options =
    {
        workers: int
        /// How long one test may take.
        limit: TimeSpan
        isWanted: FlatTest -> bool
        fsCheck: FsCheckConfig -> FsCheckConfig
        failOnFocused: bool
        allowDuplicates: bool
        /// None: no file. Some "": a file in the results folder, named after the assembly.
        junit: string option
    }

    static member defaults =
        {
            workers = Environment.ProcessorCount
            limit = TimeSpan.FromMinutes 30.
            isWanted = fun _ -> true
            fsCheck = id
            failOnFocused = false
            allowDuplicates = false
            junit = None
        }

module internal Options =
    let private has (part: string) (text: string) =
        text.Contains(part, StringComparison.Ordinal)

    let wanting condition options =
        { options with
            isWanted = fun test -> options.isWanted test && condition test
        }

    let filter (hierarchy: string) =
        wanting (fun test -> test.Name.StartsWith(hierarchy, StringComparison.Ordinal))

    let filterList part =
        wanting (fun test -> test.path |> List.take (max 0 (test.path.Length - 1)) |> List.exists (has part))

    let filterCase part =
        wanting (fun test -> test.path |> List.tryLast |> Option.exists (has part))

    let only (names: string seq) =
        let names = HashSet<string>(names, StringComparer.Ordinal)
        wanting (fun test -> names.Contains test.Name)

    let fsCheck change options =
        { options with
            fsCheck = options.fsCheck >> change
        }

    let junit file options = { options with junit = Some file }
    let workers count options = { options with workers = max 1 count }

    let limit seconds options =
        { options with
            limit = TimeSpan.FromSeconds(int64 (seconds: int))
        }

    let private number (text: string) =
        match Int32.TryParse text with
        | true, value when value > 0 -> Some value
        | _ -> None

    let private known: (string * string * ArgumentArity * (string list -> Options -> Options)) list =
        let one = ArgumentArity.ExactlyOne
        let zero = ArgumentArity.Zero
        let counted (texts: string list) = (number texts.Head).Value

        [
            "filter", "Run tests whose full name begins so.", one, (List.head >> filter)
            "filter-test-list", "Run tests in lists whose name contains this.", one, (List.head >> filterList)
            "filter-test-case", "Run tests whose own name contains this.", one, (List.head >> filterCase)
            "run", "Run the tests with these full names.", ArgumentArity.OneOrMore, only
            "sequenced", "Run one test at a time.", zero, (fun _ -> workers 1)
            "parallel-workers", "Run so many tests side by side.", one, (counted >> workers)
            "test-limit",
            "Give up a test that takes longer than so many seconds: 1800 if it is not said.",
            one,
            (counted >> limit)
            "fscheck-max-tests",
            "Check properties on so many values.",
            one,
            (fun texts -> fsCheck (fun config -> { config with maxTest = counted texts }))
            "fail-on-focused-tests",
            "Fail if a test is focused.",
            zero,
            (fun _ options -> { options with failOnFocused = true })
            "summary", "Accepted for Expecto's sake: the closing line is always printed.", zero, (fun _ -> id)
            "junit-summary",
            "Write results as JUnit XML; without a file name, into the results folder.",
            ArgumentArity.ZeroOrOne,
            (List.tryHead >> Option.defaultValue "" >> junit)
        ]

    /// The options with what stands on the command line put on top.
    let ofCommandLine (line: ICommandLineOptions) options =
        (options, known)
        ||> List.fold (fun options (name, _, _, apply) ->
            match line.TryGetOptionArgumentList name with
            | true, Null
            | false, _ when line.IsOptionSet name -> apply [] options
            | true, NonNull values -> apply (List.ofArray values) options
            | _ -> options)

    /// Tells the host which options there are.
    let provider =
        { new ICommandLineOptionsProvider with
            member _.GetCommandLineOptions() =
                [
                    for name, description, arity, _ in known ->
                        CommandLineOption(name, description, arity, false)
                ]

            member _.ValidateOptionArgumentsAsync(option, arguments) =
                let counts = [ "parallel-workers"; "test-limit"; "fscheck-max-tests" ]

                if List.contains option.Name counts && (number arguments[0]).IsNone then
                    ValidationResult.InvalidTask $"--{option.Name} takes a number above 0, not {arguments[0]}"
                else
                    ValidationResult.ValidTask

            member _.ValidateCommandLineOptionsAsync _ = ValidationResult.ValidTask
          interface IExtension with
              member _.Uid = "expecto-options"
              member _.Version = "1.0.0"
              member _.DisplayName = "Expecto"
              member _.Description = "Which tests run, and how."
              member _.IsEnabledAsync() = Task.FromResult true
        }

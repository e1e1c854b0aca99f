namespace Expecto

open System

/// A test by itself, with its full name and what its parents say of it.
type internal FlatTest =
    {
        path: string list
        code: TestCode
        state: FocusState
        sequence: SequenceMethod
    }

    member this.Name = String.Join(".", this.path)

module internal FlatTests =
    let private inherited parent child =
        match parent, child with
        | Pending, _
        | Focused, Pending -> Pending
        | Focused, _ -> Focused
        | Normal, state -> state

    /// The leaves of a tree, in the order in which they are written.
    let ofTree (test: Test) : FlatTest list =
        let rec walk path state sequence test =
            match test with
            | TestCase(code, own) ->
                [
                    {
                        path = List.rev path
                        code = code
                        state = inherited state own
                        sequence = sequence
                    }
                ]
            | TestList(tests, own) -> tests |> List.collect (walk path (inherited state own) sequence)
            | TestLabel(label, inner, own) -> walk (label :: path) (inherited state own) sequence inner
            | Sequenced(own, inner) -> walk path state own inner

        walk [] Normal InParallel test

    /// Names that more than one test bears: a filter or a result could not tell them apart.
    let duplicates (tests: FlatTest list) =
        tests
        |> List.countBy _.Name
        |> List.filter (fun (_, count) -> count > 1)
        |> List.map fst

    /// Why a test is not run, if it is not.
    let skipReason (tests: FlatTest list) =
        let focused = tests |> List.exists (fun test -> test.state = Focused)

        fun (test: FlatTest) ->
            match test.state with
            | Pending -> Some "pending"
            | Normal when focused -> Some "other tests are focused"
            | _ -> None

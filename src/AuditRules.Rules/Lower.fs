namespace AuditRules

open System
open System.Collections.Immutable
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans
open AuditRules.Events

[<Sealed>]
type Folded<'S, 'T> internal (state: 'S, last: 'T, count: int64) =
    member _.State = state
    member _.Last = last
    member _.Count = count

module internal Lower =
    let array (items: 'A seq) = ImmutableArray.CreateRange items

    let key
        (flow: Flow<'T>)
        (draft: Draft)
        (_: EventSource<'X>)
        (earlier: Expr<'T -> 'K>)
        (later: Expr<'X -> 'K>)
        (text: string)
        : StepKey =
        let bind = flow.Bind
        let earlier', later' = Printing.value earlier, Printing.value later

        // Structural: a key may be a list of texts.
        StepKey<'K>(
            text,
            array (Printing.keyNames later),
            Func<Bindings, 'K>(fun bindings -> earlier' (bind bindings)),
            Func<EventView, 'K>(fun view -> later' ('X.Create view)),
            HashIdentity.Structural,
            EarlierReads = Reads.overBound (Draft.scope draft) earlier,
            LaterReads = Reads.ofEvent 0 later
        )

    let condition (flow: Flow<'T>) (draft: Draft) (condition: Expr<'T -> bool>) : Condition =
        let bind = flow.Bind
        let test = Printing.value condition

        Condition(Printing.print condition, Func<Bindings, bool>(fun bindings -> test (bind bindings)))
            .Reading(Reads.overBound (Draft.scope draft) condition)

    let named (name: string option) (draft: Draft) =
        match name, draft.Steps with
        | Some name, [ step ] when step.Name = "event" ->
            { draft with
                Steps = [ step.WithName name ]
            }
        | _ -> draft

    let notAfterCount (clause: string) (draft: Draft) =
        match draft.Count, draft.Absence with
        | Some _, _ ->
            Draft.problem
                $"{clause} stands after a threshold, which must be the last of the clauses that select"
                draft
        | None, Some _ ->
            Draft.problem
                $"{clause} stands after notFollowedBy, which must be the last of the clauses that select"
                draft
        | None, None -> draft

    let require holds problem draft =
        if holds then draft else Draft.problem problem draft

    let finished overlap (draft: Draft) =
        // First step last in the draft.
        let last = List.head draft.Steps
        let group = draft.Steps |> List.exists _.Together

        let names = [ for step in List.rev draft.Steps -> step.Name ]

        let twice =
            names
            |> List.tryFind (fun name -> names |> List.filter ((=) name) |> List.length > 1)

        draft
        |> require
            twice.IsNone
            $"two steps are called {Option.toObj twice}: each needs a name of its own, for findings tell them apart by it"
        |> require draft.Unless.IsEmpty "unless needs a step after it: it drops what waits for that step"
        |> require
            draft.Until.IsEmpty
            "until needs a step after it: it drops what waits for the steps behind it"
        |> require
            (match draft.Absence with
             | Some(_, None) -> false
             | _ -> true)
            "notFollowedBy needs a window: put within behind it, or it can only be decided at the end"
        |> require
            (match last.Runs with
             | null -> true
             | runs -> not runs.To.HasValue)
            "runs (from, to) needs a step after it: write runs from"
        |> require
            (not group || overlap = Overlap.Latest)
            "together keeps the latest event of each step: it does not go with overlap = All"

    let drop (flow: Flow<'T>) (source: EventSource<'X>) (theirs: Expr<'X -> 'K>) (ours: Expr<'T -> 'K>) =
        let draft = named (Printing.variable ours) flow.Draft

        UnlessPlan(
            source.Pattern,
            key flow draft source ours theirs $"{Printing.print ours} = {Printing.print theirs}"
        )

    let problemsOf (source: EventSource<'X>) (draft: Draft) =
        { draft with
            Problems = List.rev source.Problems @ draft.Problems
        }

    let addStep name (source: EventSource<'I>) (key: StepKey | null) (draft: Draft) =
        let draft = { draft with Bounded = TheStep }

        let plan =
            StepPlan(
                name |> Option.defaultValue $"event{draft.Steps.Length + 1}",
                source.Pattern,
                ImmutableArray.Empty,
                key,
                Nullable(),
                array (List.rev draft.Unless)
            )
                .WithUntil(array (List.rev draft.Until))

        { draft with
            Steps = plan :: draft.Steps
            Unless = []
            Until = []
        }
        |> problemsOf source

    let runs from until (draft: Draft) =
        draft
        |> notAfterCount "runs"
        |> require (from >= 1) "runs needs a number of at least 1"
        |> require
            (until |> Option.forall (fun most -> most >= from))
            "runs (from, to) needs from to be at most to"
        |> require
            (draft.Steps.Length > 1 && not (List.head draft.Steps).Together)
            "runs stands behind followedBy or thenBy; of the first step atLeast says so"
        |> Draft.mapLast _.WithRuns(from, Option.toNullable until)

    let positive (what: string) (time: TimeSpan) draft =
        if time > TimeSpan.Zero then
            draft
        else
            Draft.problem $"{what} needs a time above zero" draft

    let plan (info: RuleInfo) overlap (draft: Draft) : RulePlan * ImmutableArray<string> =
        let draft = finished overlap draft

        let examples =
            draft.Examples
            |> List.rev
            |> List.map (fun (fires, events) -> RuleExample(fires, array events, info.Source))

        let absence =
            draft.Absence
            |> Option.bind (fun (absence, window) ->
                window
                |> Option.map (fun window -> AbsencePlan(absence.Pattern, absence.Key, window)))

        let plan =
            RulePlan(
                info,
                array (List.rev draft.Steps),
                Option.toObj draft.Count,
                Option.toObj draft.Message,
                array examples
            )
                .With(overlap, Option.toNullable draft.MaxSpan, array (List.rev draft.Suppressions))
                .WithAbsence(Option.toObj absence)

        plan, array (List.rev draft.Problems)

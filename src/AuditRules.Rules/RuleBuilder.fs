namespace AuditRules

open System
open System.Collections.Immutable
open System.Runtime.CompilerServices
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans
open AuditRules.Events

/// What the body of `for` gives: the compiler's own, authors never write it.
[<Struct>]
type Yielded<'T> = Yielded of 'T

/// Makes a rule of its clauses: `rule (...) { for o in Py.Open do ... }`.
[<Sealed>]
type RuleBuilder internal (info: RuleInfo, overlap: Overlap) =
    member _.For(source: Flow<'T>, [<ReflectedDefinition(true)>] body: Expr<'T -> Yielded<'U>>) : Flow<'U> =
        let f = Printing.value body

        let bind bindings =
            let (Yielded result) = f (source.Bind bindings)
            result

        Flow<'U>(Lower.named (Printing.variable body) source.Draft, bind)

    member _.Yield(value: 'T) = Yielded value

    member _.Run(flow: Flow<'T>) : Rule =
        let draft = flow.Draft

        let draft = Lower.finished overlap draft

        let examples =
            draft.Examples
            |> List.rev
            |> List.map (fun (fires, events) -> RuleExample(fires, Lower.array events, info.Source))

        let plan =
            RulePlan(
                info,
                Lower.array (List.rev draft.Steps),
                Option.toObj draft.Count,
                Option.toObj draft.Message,
                Lower.array examples
            )
                .With(overlap, Option.toNullable draft.MaxSpan, Lower.array (List.rev draft.Suppressions))
                .WithAbsence(
                    draft.Absence
                    |> Option.bind (fun (absence, window) ->
                        window
                        |> Option.map (fun window -> AbsencePlan(absence.Pattern, absence.Key, window)))
                    |> Option.toObj
                )

        Rule(plan, Lower.array (List.rev draft.Problems))

    /// Keeps only what the condition holds for: any F# expression over all events named so far.
    [<CustomOperation("where", MaintainsVariableSpace = true)>]
    member _.Where
        (flow: Flow<'T>, [<ProjectionParameter; ReflectedDefinition(true)>] condition: Expr<'T -> bool>)
        : Flow<'T> =
        let test = Printing.value condition
        let bind = flow.Bind

        let condition' =
            Condition(Printing.print condition, (fun bindings -> test (bind bindings)))

        let draft = flow.Draft |> Lower.named (Printing.variable condition)

        match draft.Count with
        | Some threshold when threshold.TakesConditions ->
            flow.With
                { draft with
                    Count = Some(threshold.WithCondition condition')
                }
        | _ ->
            draft
            |> Lower.notAfterCount "where"
            |> Draft.mapLast (fun step -> step.WithCondition condition')
            |> flow.With

    /// The next step: `followedBy c in Py.SocketConnect on (o.Process = c.Process)`.
    /// Several keys: `on (struct (o.Process, o.Path) = struct (c.Process, c.Path))`.
    [<CustomOperation("followedBy", IsLikeJoin = true, JoinConditionWord = "on")>]
    member this.FollowedBy
        (
            flow: Flow<'O>,
            source: EventSource<'I>,
            [<ReflectedDefinition(true)>] earlier: Expr<'O -> 'K>,
            [<ReflectedDefinition(true)>] later: Expr<'I -> 'K>,
            result: 'O -> 'I -> 'R
        ) : Flow<'R> =
        this.Join("followedBy", flow, source, earlier, later, result)

    member private _.Join
        (
            clause,
            flow: Flow<'O>,
            source: EventSource<'I>,
            earlier: Expr<'O -> 'K>,
            later: Expr<'I -> 'K>,
            result: 'O -> 'I -> 'R
        ) : Flow<'R> =
        let draft =
            flow.Draft
            |> Lower.notAfterCount clause
            |> Lower.named (Printing.variable earlier)

        let bind = flow.Bind
        let step = draft.Steps.Length
        let earlier', later' = Printing.value earlier, Printing.value later
        let result' = OptimizedClosures.FSharpFunc<_, _, _>.Adapt result

        let key =
            Lower.key
                $"{Printing.print earlier} = {Printing.print later}"
                (Printing.keyNames later)
                (fun bindings -> earlier' (bind bindings))
                (fun view -> later' ('I.Create view))

        Flow<'R>(
            Lower.addStep (Printing.variable later) source key draft,
            fun bindings -> result'.Invoke(bind bindings, 'I.Create bindings[step])
        )

    /// The next step, of which nothing is asked but that it comes later: `thenBy c in Py.SocketConnect`.
    [<CustomOperation("thenBy", IsLikeZip = true)>]
    member _.ThenBy
        (flow: Flow<'O>, source: EventSource<'I>, [<ReflectedDefinition(true)>] result: Expr<'O -> 'I -> 'R>)
        : Flow<'R> =
        let first, name = Printing.variables result

        let draft = flow.Draft |> Lower.notAfterCount "thenBy" |> Lower.named first

        let bind = flow.Bind
        let step = draft.Steps.Length

        let result' = OptimizedClosures.FSharpFunc<_, _, _>.Adapt(Printing.value result)

        Flow<'R>(
            Lower.addStep name source null draft,
            fun bindings -> result'.Invoke(bind bindings, 'I.Create bindings[step])
        )

    /// A step that may come in any order with the first one and the others of its kind, right behind it:
    /// `for o in Py.Open do together c in Py.SocketConnect on (o.Process = c.Process)`. `within` behind it is from the first of
    /// them to the last.
    [<CustomOperation("together", IsLikeJoin = true, JoinConditionWord = "on")>]
    member this.Together
        (
            flow: Flow<'O>,
            source: EventSource<'I>,
            [<ReflectedDefinition(true)>] earlier: Expr<'O -> 'K>,
            [<ReflectedDefinition(true)>] later: Expr<'I -> 'K>,
            result: 'O -> 'I -> 'R
        ) : Flow<'R> =
        let draft = flow.Draft

        let others =
            draft.Steps
            |> List.filter (fun step -> step.Together)
            |> List.map _.Name
            |> Set.ofList

        let draft =
            draft
            |> Lower.require
                (others.Count = draft.Steps.Length - 1)
                "together stands right behind the first step, or behind another together"
            |> Lower.require
                (draft.Unless.IsEmpty && draft.Until.IsEmpty)
                "unless and until cannot stand before together: its steps have no order"
            |> Lower.require
                (Printing.used earlier |> List.forall (others.Contains >> not))
                "the left side of together's key may use the first step alone: its steps have no order"
            |> Lower.require
                (draft.Steps |> List.forall (fun step -> step.NotPrecededBy.IsEmpty))
                "notPrecededBy does not go with together: its steps have no order"

        let joined = this.Join("together", flow.With draft, source, earlier, later, result)

        joined.With(joined.Draft |> Draft.mapLast _.WithTogether())

    /// The last step is taken by that many events with the same key, each within its window of the one before; the finding
    /// cites all of them, the name stands for the last.
    [<CustomOperation("runs", MaintainsVariableSpace = true)>]
    member _.Runs(flow: Flow<'T>, from: int) : Flow<'T> =
        flow.Draft |> Lower.runs from None |> flow.With

    /// The same, and more than `until` of them drop the partial match; for a step with another one behind it.
    [<CustomOperation("runs", MaintainsVariableSpace = true)>]
    member _.Runs(flow: Flow<'T>, (from: int, until: int)) : Flow<'T> =
        flow.Draft |> Lower.runs from (Some until) |> flow.With

    /// The longest time since the step before, inclusive; behind `together`, `notFollowedBy` and `notPrecededBy` what these say.
    [<CustomOperation("within", MaintainsVariableSpace = true)>]
    member _.Within(flow: Flow<'T>, time: TimeSpan) : Flow<'T> =
        let draft =
            match flow.Draft.Bounded with
            | TheAbsence -> flow.Draft
            | _ -> Lower.notAfterCount "within" flow.Draft
            |> Lower.positive "within" time

        match draft.Bounded, draft.Steps, draft.Absence with
        | TheAbsence, _, Some(absence, _) ->
            { draft with
                Absence = Some(absence, Some time)
            }
        | ThePreceding, last :: _, _ ->
            let preceded = last.NotPrecededBy
            let bounded = preceded[preceded.Length - 1]

            let bounded = PrecededPlan(bounded.Pattern, bounded.Key, Nullable time)

            { draft with Bounded = TheStep }
            |> Draft.mapLast _.WithNotPrecededBy(preceded.SetItem(preceded.Length - 1, bounded))
        | _, [ _ ], _ -> draft |> Draft.problem "within needs two steps: put followedBy before it"
        | _ -> draft |> Draft.mapLast (fun step -> step.WithWindow time)
        |> flow.With

    /// Drops what waits for the next step when such an event comes: `unless Py.OsRemove _.Path o.Path`.
    [<CustomOperation("unless", MaintainsVariableSpace = true)>]
    member _.Unless
        (
            flow: Flow<'T>,
            source: EventSource<'X>,
            [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K>
        ) : Flow<'T> =
        let draft = flow.Draft |> Lower.notAfterCount "unless" |> Lower.problemsOf source

        flow.With
            { draft with
                Unless = Lower.drop flow.Bind source theirs ours :: draft.Unless
            }

    /// Drops the match when such an event comes before its last step, whatever step it waits for:
    /// `until Py.OsRemove _.Path o.Path`.
    [<CustomOperation("until", MaintainsVariableSpace = true)>]
    member _.Until
        (
            flow: Flow<'T>,
            source: EventSource<'X>,
            [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K>
        ) : Flow<'T> =
        let draft = flow.Draft |> Lower.notAfterCount "until" |> Lower.problemsOf source

        flow.With
            { draft with
                Until = Lower.drop flow.Bind source theirs ours :: draft.Until
            }

    /// The longest time from the first event of a match to its last, inclusive.
    [<CustomOperation("maxspan", MaintainsVariableSpace = true)>]
    member _.MaxSpan(flow: Flow<'T>, time: TimeSpan) : Flow<'T> =
        let draft = flow.Draft |> Lower.positive "maxspan" time

        let draft =
            if draft.MaxSpan.IsNone then
                draft
            else
                Draft.problem "maxspan stands twice; a rule has one" draft

        flow.With { draft with MaxSpan = Some time }

    /// No such event may come behind the last step, for as long as the `within` behind this clause says:
    /// `notFollowedBy Py.OsRemove _.Path o.Path` and `within (seconds 5)`.
    [<CustomOperation("notFollowedBy", MaintainsVariableSpace = true)>]
    member _.NotFollowedBy
        (
            flow: Flow<'T>,
            source: EventSource<'X>,
            [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K>
        ) : Flow<'T> =
        let draft =
            flow.Draft
            |> Lower.notAfterCount "notFollowedBy"
            |> Lower.named (Printing.variable ours)
            |> Lower.problemsOf source

        flow.With
            { draft with
                Absence = Some(Lower.drop flow.Bind source theirs ours, None)
                Bounded = TheAbsence
            }

    /// No such event may have come before the last step: in the time of the `within` behind this clause, or else ever.
    [<CustomOperation("notPrecededBy", MaintainsVariableSpace = true)>]
    member _.NotPrecededBy
        (
            flow: Flow<'T>,
            source: EventSource<'X>,
            [<ReflectedDefinition(true)>] theirs: Expr<'X -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] ours: Expr<'T -> 'K>
        ) : Flow<'T> =
        let dropped = Lower.drop flow.Bind source theirs ours
        let preceded = PrecededPlan(dropped.Pattern, dropped.Key, Nullable())

        let draft =
            flow.Draft
            |> Lower.notAfterCount "notPrecededBy"
            |> Lower.named (Printing.variable ours)
            |> Lower.problemsOf source

        { draft with Bounded = ThePreceding }
        |> Lower.require
            (not (List.head draft.Steps).Together)
            "notPrecededBy does not go with together: its steps have no order"
        |> Draft.mapLast (fun step -> step.WithNotPrecededBy(step.NotPrecededBy.Add preceded))
        |> flow.With

    /// At least so many matches with the same key within the time: `atLeast 5 (seconds 10) c.Process`.
    [<CustomOperation("atLeast", MaintainsVariableSpace = true)>]
    member this.AtLeast
        (
            flow: Flow<'T>,
            count: int,
            time: TimeSpan,
            [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K>
        ) : Flow<'T> =
        this.Threshold("atLeast", flow, count, time, key, None)

    /// At least so many different values with the same key within the time:
    /// `atLeastDistinct 20 (seconds 10) c.Process c.Port`.
    [<CustomOperation("atLeastDistinct", MaintainsVariableSpace = true)>]
    member this.AtLeastDistinct
        (
            flow: Flow<'T>,
            count: int,
            time: TimeSpan,
            [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K>,
            [<ProjectionParameter>] value: 'T -> 'D
        ) : Flow<'T> =
        let bind = flow.Bind

        this.Threshold(
            "atLeastDistinct",
            flow,
            count,
            time,
            key,
            Some(fun b -> Value.From(box (value (bind b))))
        )

    /// Matches with the same key whose values add up to that within the time: `sumAtLeast 1000000L (minutes 1) s.Process s.Length`.
    /// A value of 0 or below adds nothing.
    [<CustomOperation("sumAtLeast", MaintainsVariableSpace = true)>]
    member _.SumAtLeast
        (
            flow: Flow<'T>,
            sum: int64,
            time: TimeSpan,
            [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K>,
            [<ProjectionParameter; ReflectedDefinition(true)>] value: Expr<'T -> int64>
        ) : Flow<'T> =
        let bind = flow.Bind
        let key', value' = Printing.value key, Printing.value value

        let plan =
            SumPlan<'K>(
                sum,
                time,
                Printing.print key,
                Func<_, _>(fun bindings -> key' (bind bindings)),
                Printing.print value,
                Func<_, _>(fun bindings -> value' (bind bindings)),
                HashIdentity.Structural
            )

        flow.Draft
        |> Lower.notAfterCount "sumAtLeast"
        |> Lower.named (Printing.variable key)
        |> Lower.positive "sumAtLeast" time
        |> Lower.require (sum >= 1L) "sumAtLeast needs a number of at least 1"
        |> fun draft -> flow.With { draft with Count = Some plan }

    /// A state of your own for each key, made anew with each match: `fold 0L (minutes 1) c.Process (fun sum -> sum + c.Port) into s`
    /// and `where (s.State > 9L)`. It begins with `init`; `s.Last` is what was bound before, `s.Count` the number of matches.
    [<CustomOperation("fold", AllowIntoPattern = true)>]
    member _.Fold
        (
            flow: Flow<'T>,
            init: 'S,
            time: TimeSpan,
            [<ProjectionParameter; ReflectedDefinition(true)>] key: Expr<'T -> 'K>,
            [<ProjectionParameter>] step: 'T -> ('S -> 'S)
        ) : Flow<Folded<'S, 'T>> =
        let bind = flow.Bind
        let key' = Printing.value key

        let plan =
            FoldPlan<'K>(
                box init,
                time,
                Printing.print key,
                Func<_, _>(fun bindings -> key' (bind bindings)),
                Func<_, _, _>(fun state bindings -> box (step (bind bindings) (unbox<'S> state))),
                ImmutableArray.Empty,
                HashIdentity.Structural
            )

        let draft =
            flow.Draft
            |> Lower.notAfterCount "fold"
            |> Lower.named (Printing.variable key)
            |> Lower.positive "fold" time

        Flow<Folded<'S, 'T>>(
            { draft with Count = Some plan },
            fun bindings ->
                let state, count =
                    match bindings.Fold with
                    | null -> box init, 0L
                    | fold -> fold.Value, fold.Count

                Folded<'S, 'T>(unbox<'S> state, bind bindings, count)
        )

    /// What happened, in words; seen by the reader of a finding. Without it the title is the message.
    [<CustomOperation("message", MaintainsVariableSpace = true)>]
    member _.Message(flow: Flow<'T>, [<ProjectionParameter>] text: 'T -> string) : Flow<'T> =
        let bind = flow.Bind

        let draft =
            if flow.Draft.Message.IsNone then
                flow.Draft
            else
                Draft.problem "message stands twice; a rule has one" flow.Draft

        flow.With
            { draft with
                Message = Some(Func<_, _>(fun bindings -> text (bind bindings)))
            }

    /// Findings that are known to be harmless: they are kept and counted apart, and decide nothing.
    /// `suppress "our own updater" (o.Path = "/opt/updater/state")`.
    [<CustomOperation("suppress", MaintainsVariableSpace = true)>]
    member _.Suppress
        (
            flow: Flow<'T>,
            reason: string,
            [<ProjectionParameter; ReflectedDefinition(true)>] condition: Expr<'T -> bool>
        ) : Flow<'T> =
        let test = Printing.value condition
        let bind = flow.Bind

        let draft =
            if String.IsNullOrWhiteSpace reason then
                Draft.problem "suppress needs a reason" flow.Draft
            else
                flow.Draft

        let plan =
            SuppressPlan(reason, Condition(Printing.print condition, (fun b -> test (bind b))))

        flow.With
            { draft with
                Suppressions = plan :: draft.Suppressions
            }

    /// Events that the rule must fire on, 1 ms apart in one process unless said otherwise.
    [<CustomOperation("shouldFire", MaintainsVariableSpace = true)>]
    member _.ShouldFire(flow: Flow<'T>, events: AuditEvent list) : Flow<'T> =
        flow.With
            { flow.Draft with
                Examples = (true, events) :: flow.Draft.Examples
            }

    /// Events that the rule must not fire on.
    [<CustomOperation("shouldNotFire", MaintainsVariableSpace = true)>]
    member _.ShouldNotFire(flow: Flow<'T>, events: AuditEvent list) : Flow<'T> =
        flow.With
            { flow.Draft with
                Examples = (false, events) :: flow.Draft.Examples
            }

    member private _.Threshold
        (clause, flow: Flow<'T>, count: int, time: TimeSpan, key: Expr<'T -> 'K>, distinct)
        =
        let bind = flow.Bind
        let key' = Printing.value key

        let plan =
            CountPlan<'K>(
                count,
                time,
                Printing.print key,
                Func<_, _>(fun bindings -> key' (bind bindings)),
                distinct |> Option.map (fun f -> Func<_, _> f) |> Option.toObj,
                HashIdentity.Structural
            )

        let draft =
            flow.Draft
            |> Lower.notAfterCount clause
            |> Lower.named (Printing.variable key)
            |> Lower.positive clause time

        let draft =
            if count >= 1 then
                draft
            else
                Draft.problem $"{clause} needs a number of at least 1" draft

        flow.With { draft with Count = Some plan }

/// Where a rule begins.
[<AutoOpen; AbstractClass; Sealed>]
type RuleEntry =
    /// Begins a rule: `rule ("AR1001", "secret read, then network", High, mitre = [ "T1041" ]) { for ... }`.
    static member rule
        (
            id: string,
            title: string,
            severity: Severity,
            ?mitre: string list,
            ?tags: string list,
            ?references: string list,
            ?falsePositives: string list,
            ?remediation: string,
            ?maturity: Maturity,
            ?overlap: Overlap,
            [<CallerFilePath>] ?file: string,
            [<CallerLineNumber>] ?line: int
        ) =
        let list (items: string list option) =
            ImmutableArray.CreateRange(defaultArg items [])

        RuleBuilder(
            RuleInfo(
                Id = id,
                Title = title,
                Severity = severity,
                Source = SourceLocation((defaultArg file "").Replace('\\', '/'), defaultArg line 0),
                Mitre = list mitre,
                Tags = list tags,
                References = list references,
                FalsePositives = list falsePositives,
                Remediation = defaultArg remediation "",
                Maturity = defaultArg maturity Maturity.Stable
            ),
            defaultArg overlap Overlap.Latest
        )

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

module private Lower =
    let array (items: 'A seq) = ImmutableArray.CreateRange items

    let key
        (text: string)
        (names: string list)
        (earlier: Bindings -> 'K when 'K: equality)
        (later: EventView -> 'K)
        : StepKey =
        // Structural: a key may be a list of texts.
        StepKey<'K>(text, array names, Func<_, _> earlier, Func<_, _> later, HashIdentity.Structural)

    /// The last step's name, as the author wrote it, where a clause tells it first.
    let named (name: string option) (draft: Draft) =
        match name, draft.Steps with
        | Some name, [ step ] when step.Name = "event" ->
            { draft with
                Steps = [ step.WithName name ]
            }
        | _ -> draft

    let notAfterCount clause (draft: Draft) =
        match draft.Count with
        | None -> draft
        | Some _ ->
            Draft.problem $"{clause} stands after a threshold; the threshold must be the last of them" draft

    /// What `unless` and `until` make of their arguments: the events, and the key that they share with what is bound.
    let drop
        (bind: Bindings -> 'T)
        (source: EventSource<'X>)
        (theirs: Expr<'X -> 'K>)
        (ours: Expr<'T -> 'K>)
        =
        let theirs', ours' = Printing.value theirs, Printing.value ours

        UnlessPlan(
            source.Pattern,
            key
                $"{Printing.print ours} = {Printing.print theirs}"
                (Printing.keyNames theirs)
                (fun bindings -> ours' (bind bindings))
                (fun view -> theirs' ('X.Create view))
        )

    let problemsOf (source: EventSource<'X>) (draft: Draft) =
        { draft with
            Problems = List.rev source.Problems @ draft.Problems
        }

    /// A later step, and the unless and until that stand before it.
    let addStep name (source: EventSource<'I>) (key: StepKey | null) (draft: Draft) =
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

    let positive (what: string) (time: TimeSpan) draft =
        if time > TimeSpan.Zero then
            draft
        else
            Draft.problem $"{what} needs a time above zero" draft

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

        let draft =
            if draft.Unless.IsEmpty then
                draft
            else
                Draft.problem "unless needs a step after it: it drops what waits for that step" draft

        let draft =
            if draft.Until.IsEmpty then
                draft
            else
                Draft.problem "until needs a step after it: it drops what waits for the steps behind it" draft

        let draft =
            if draft.MaxSpan.IsSome && draft.Steps.Length = 1 then
                Draft.problem "maxspan needs two steps: put followedBy before it" draft
            else
                draft

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

        flow.Draft
        |> Lower.notAfterCount "where"
        |> Lower.named (Printing.variable condition)
        |> Draft.mapLast (fun step -> step.WithCondition condition')
        |> flow.With

    /// The next step: `followedBy c in Py.SocketConnect on (o.Process = c.Process)`.
    /// Several keys: `on (struct (o.Process, o.Path) = struct (c.Process, c.Path))`.
    [<CustomOperation("followedBy", IsLikeJoin = true, JoinConditionWord = "on")>]
    member _.FollowedBy
        (
            flow: Flow<'O>,
            source: EventSource<'I>,
            [<ReflectedDefinition(true)>] earlier: Expr<'O -> 'K>,
            [<ReflectedDefinition(true)>] later: Expr<'I -> 'K>,
            result: 'O -> 'I -> 'R
        ) : Flow<'R> =
        let draft =
            flow.Draft
            |> Lower.notAfterCount "followedBy"
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

    /// The longest time since the step before, inclusive.
    [<CustomOperation("within", MaintainsVariableSpace = true)>]
    member _.Within(flow: Flow<'T>, time: TimeSpan) : Flow<'T> =
        let draft =
            flow.Draft |> Lower.notAfterCount "within" |> Lower.positive "within" time

        match draft.Steps with
        | [ _ ] -> draft |> Draft.problem "within needs two steps: put followedBy before it"
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

/// The meaning of docs/spec/rules.md, slow and obvious: every partial match in one list, every question asked anew.
module AuditRules.Detection.Tests.ReferenceMatcher

open System.Collections.Generic
open AuditRules.Events

/// Events of three fields: a text, a key that may be null, a number.
type Source =
    {
        /// Events of these names; "#" are the findings of the rule below.
        Names: string list
        /// Those with this text.
        Text: string option
        /// Those with a number above this: a condition of the source that is code.
        Over: int64 option
    }

type Step =
    {
        Source: Source
        /// The number is above this, and above the first step's number too.
        Above: int64 option
        /// The key is that of the step before (in a group of the first); false for `thenBy`.
        Keyed: bool
        /// The key is the text, not the key.
        ByText: bool
        Within: int64 option
        /// Such events of the key of the step before drop what waits for this step.
        Unless: Source option
        /// The same for what waits for this step or a later one.
        Until: Source option
        Runs: (int * int option) option
        Together: bool
        /// No such event of the key of this one came before, in that time or ever.
        Preceded: (Source * int64 option) option
    }

type Threshold =
    | Count of least: int * distinct: bool
    | Sum of least: int64
    | Fold of above: int64

type Rule =
    {
        Steps: Step list
        MaxSpan: int64 option
        /// No partial match replaces another of its key until there are so many of them.
        All: int option
        /// Of the first step of a group so many wait for one key of a member.
        Firsts: int
        Threshold: (Threshold * int64) option
        /// No such event of the key of the last step comes behind it in that time.
        Absence: (Source * int64) option
        /// Findings whose first step has this text are suppressed.
        Suppressed: string option
        /// The rule whose findings are events to this one.
        Below: Rule option
    }

type Found =
    {
        Suppressed: bool
        Events: AuditEvent list
        Last: AuditEvent
        Time: int64
        /// How many events of the stream were before it.
        Position: int
        IsInDoubt: bool
    }

/// The text as rules see it: of one that was cut what was kept.
let textOf (e: AuditEvent) =
    match e.Arguments[0].AsText with
    | null -> Value.Nil
    | text -> Value.Str text

let keyOf (e: AuditEvent) = e.Arguments[1]
let numberOf (e: AuditEvent) = e.Arguments[2].AsInt64

type private Answer =
    | No
    | Perhaps
    | Yes

/// R78: what the source says of an event; of a text that was cut or redacted it may not be known.
let private asks (source: Source) (e: AuditEvent) =
    let isOver () =
        source.Over |> Option.forall (fun least -> numberOf e > least)

    let text = e.Arguments[0]

    match source.Text with
    | _ when not (List.contains e.Name source.Names) -> No
    | Some wanted when text.Kind = ValueKind.Redacted || text.Kind = ValueKind.Truncated ->
        let kept = defaultArg (Option.ofObj text.AsText) ""

        if not (wanted.StartsWith(kept, System.StringComparison.Ordinal)) then
            No
        elif textOf e = Value.Str wanted && not (isOver ()) then
            No
        else
            Perhaps
    | Some wanted when textOf e <> Value.Str wanted -> No
    | _ -> if isOver () then Yes else No

/// A step is taken by what was kept.
let private takes (source: Source) (e: AuditEvent) =
    match asks source e with
    | No -> false
    | Perhaps -> source.Text |> Option.exists (fun wanted -> textOf e = Value.Str wanted)
    | Yes -> true

/// R6: a key of null is equal to none.
let private areSame (a: Value) (b: Value) = a.Kind <> ValueKind.Nil && a = b

let private same (a: obj) (b: obj) = obj.ReferenceEquals(a, b)

/// A partial match: for each event the step that it took, oldest first.
type private Partial = (int * AuditEvent) list

let private bound (step: int) (p: Partial) =
    p |> List.findBack (fun (taken, _) -> taken = step) |> snd

let private lastOf (p: Partial) = snd (List.last p)

/// R62: of the events that are findings those in doubt.
let private findings (rule: Rule) (doubtful: HashSet<AuditEvent>) (stream: AuditEvent list) : Found list =
    let steps = Array.ofList rule.Steps
    // R106.
    let doubted = HashSet<Partial>(HashIdentity.Reference)
    let final = steps.Length - 1

    let groupEnd =
        steps
        |> Array.filter _.Together
        |> Array.length
        |> (fun n -> if n = 0 then 0 else n + 1)

    let mutable waiting: Partial list = []
    let mutable places: (int * AuditEvent) list = []
    let mutable absences: Partial list = []
    let mutable counted: Partial list = []
    let found = ResizeArray()
    let mutable position = 0

    let keyFor i e =
        if steps[i].ByText then textOf e else keyOf e

    /// The last step taken, and how many events took it.
    let reached (p: Partial) =
        let last = p |> List.map fst |> List.max
        last, p |> List.filter (fun (step, _) -> step = last) |> List.length

    let isLongEnough step count =
        steps[step].Runs |> Option.forall (fun (least, _) -> count >= least)

    // R46: a run that is long enough waits for more of it and for the step behind it.
    let waitsFor (p: Partial) =
        match reached p with
        | last, count when steps[last].Runs.IsNone -> [ last + 1 ]
        | last, count when isLongEnough last count -> [ last; last + 1 ]
        | last, _ -> [ last ]

    let joins i (p: Partial) e =
        not steps[i].Keyed || areSame (keyFor i (bound (i - 1) p)) (keyFor i e)

    let find time position (matches: Partial list) =
        let latest = List.last matches
        let first = bound 0 latest

        found.Add
            {
                Suppressed = rule.Suppressed |> Option.exists (fun t -> textOf first = Value.Str t)
                Events = List.collect (List.map snd) matches
                Last = lastOf latest
                Time = time
                Position = position
                IsInDoubt = List.exists doubted.Contains matches
            }

    // R15 to R17, R48, R49: the matches of the key that count, and what they decide.
    let count kind window (matched: Partial) =
        let now = (lastOf matched).Time
        let key = keyOf (bound final matched)
        let value p = numberOf (bound final p)

        let own, others = counted |> List.partition (fun p -> keyOf (bound final p) = key)

        let young p = now - (lastOf p).Time <= window

        let own =
            match kind with
            | Count(_, false) -> List.filter young own @ [ matched ]
            | Count(_, true) ->
                (own
                 |> List.filter (fun p -> young p && textOf (bound final p) <> textOf (bound final matched)))
                @ [ matched ]
            | Sum _ -> List.filter young own @ [ matched ] |> List.filter (fun p -> value p > 0L)
            | Fold _ when own.IsEmpty || young own.Head -> own @ [ matched ]
            | Fold _ -> [ matched ]

        let fires =
            match kind with
            | Count(least, _) -> own.Length >= least
            | Sum least -> value matched > 0L && List.sumBy value own >= least
            | Fold above -> List.sumBy value own > above

        if fires then
            find now (position + 1) own

        counted <- if fires then others else others @ own

    let threshold kind window (matched: Partial) =
        if (keyOf (bound final matched)).Kind <> ValueKind.Nil then
            count kind window matched

    let complete (matched: Partial) =
        match rule.Threshold, rule.Absence with
        | Some(kind, window), _ -> threshold kind window matched
        | None, Some _ -> absences <- absences @ [ matched ]
        | None, None -> find (lastOf matched).Time (position + 1) [ matched ]

    // R50: before the first event that is later.
    let decideBefore time =
        match rule.Absence with
        | None -> ()
        | Some(_, window) ->
            let deadline p = (lastOf p).Time + window
            let over, open' = absences |> List.partition (fun p -> deadline p < time)
            absences <- open'

            for p in over do
                find (deadline p) position [ p ]

    let drop (p: Partial) =
        waiting <- waiting |> List.filter (same p >> not)

    /// No event at that time or later can take a step of it.
    let isPast now (p: Partial) =
        let isOver limit time =
            limit |> Option.exists (fun limit -> now - time > limit)

        isOver rule.MaxSpan (snd p.Head).Time
        || waitsFor p |> List.forall (fun i -> isOver steps[i].Within (lastOf p).Time)

    let advance (taken: Partial) =
        match reached taken with
        | last, count when last = final && isLongEnough last count -> complete taken
        | last, count when
            steps[last].Runs
            |> Option.exists (fun (_, most) -> Option.exists ((>) count) most)
            ->
            ()
        | _ ->
            let rivals i (other: Partial) =
                List.contains i (waitsFor other)
                && (not steps[i].Keyed
                    || areSame (keyFor i (bound (i - 1) other)) (keyFor i (bound (i - 1) taken)))

            match rule.All with
            | None ->
                // R7.
                waiting <-
                    waiting
                    |> List.filter (fun other ->
                        waitsFor taken |> List.exists (fun i -> rivals i other) |> not)
            | Some limit ->
                // R41.
                for i in waitsFor taken do
                    let now = (lastOf taken).Time

                    match waiting |> List.filter (fun p -> rivals i p && not (isPast now p)) with
                    | oldest :: _ as all when all.Length >= limit -> drop oldest
                    | _ -> ()

            waiting <- waiting @ [ taken ]

    let isAbove i (first: AuditEvent option) e =
        match steps[i].Above, first with
        | None, _ -> true
        | Some limit, None -> numberOf e > limit
        | Some limit, Some first -> numberOf e > limit + numberOf first

    let wasPreceded i e =
        match steps[i].Preceded with
        | None -> No
        | Some(source, window) ->
            [
                No
                for x in List.take position stream do
                    if
                        areSame (keyOf x) (keyOf e)
                        && window |> Option.forall (fun w -> e.Time - x.Time <= w)
                    then
                        asks source x
            ]
            |> List.max

    let step i e =
        let candidates =
            if i = 0 then
                [ [] ]
            else
                waiting |> List.filter (fun p -> List.contains i (waitsFor p) && joins i p e)

        for p in candidates do
            let after (limit: int64 option) (earlier: AuditEvent) =
                limit |> Option.exists (fun limit -> e.Time - earlier.Time > limit)

            let first = if p.IsEmpty then None else Some(bound 0 p)

            if not p.IsEmpty && after rule.MaxSpan (snd p.Head) then
                drop p
            elif not p.IsEmpty && after steps[i].Within (lastOf p) then
                // What comes too late for a run that is long enough is no part of it.
                if not (fst (reached p) = i && isLongEnough i (snd (reached p))) then
                    drop p
            elif isAbove i first e && wasPreceded i e <> Yes then
                drop p
                let next = p @ [ i, e ]

                if doubted.Contains p || doubtful.Contains e || wasPreceded i e = Perhaps then
                    doubted.Add next |> ignore

                advance next

    // R47.
    let group (roles: int list) e =
        let span =
            List.min
                [
                    for s in steps[.. groupEnd - 1] do
                        yield defaultArg s.Within System.Int64.MaxValue
                    yield defaultArg rule.MaxSpan System.Int64.MaxValue
                ]

        let member' i first =
            places
            |> List.tryFindBack (fun (place, x) -> place = i && areSame (keyFor i x) (keyFor i first))

        let complete role first =
            let members =
                [
                    for i in 1 .. groupEnd - 1 -> if i = role then Some(i, e) else member' i first
                ]

            if List.exists Option.isNone members then
                None
            else
                let all = (0, first) :: List.choose id members
                let events = List.map snd all

                let different = HashSet<AuditEvent>(events, HashIdentity.Reference).Count = groupEnd

                let together = events |> List.forall (fun x -> e.Time - x.Time <= span)

                let holds = all |> List.forall (fun (i, x) -> i = 0 || isAbove i (Some first) x)

                if different && together && holds then Some all else None

        let taken =
            roles
            |> List.tryPick (fun role ->
                if role = 0 then
                    complete 0 e
                else
                    places
                    |> List.rev
                    |> List.filter (fun (place, first) ->
                        place = 0 && areSame (keyFor role first) (keyFor role e))
                    |> List.tryPick (fun (_, first) -> complete role first))

        match taken with
        | Some all ->
            places <- places |> List.filter (fun (_, x) -> not (List.exists (snd >> same x) all))
            let index x = stream |> List.findIndex (same x)
            let next = all |> List.sortBy (snd >> index)

            if next |> List.exists (fun (_, x) -> doubtful.Contains x) then
                doubted.Add next |> ignore

            advance next
        | None ->
            let keysOf role =
                if role = 0 then [ 1 .. groupEnd - 1 ] else [ role ]

            let hasKeys role =
                keysOf role |> List.forall (fun i -> (keyFor i e).Kind <> ValueKind.Nil)

            for role in List.filter hasKeys roles do
                let replaced (place, x) =
                    place = role
                    && keysOf role |> List.forall (fun i -> areSame (keyFor i x) (keyFor i e))

                places <- places |> List.filter (replaced >> not)

                if role = 0 then
                    for i in 1 .. groupEnd - 1 do
                        let rivals =
                            places
                            |> List.filter (fun (place, x) ->
                                place = 0 && areSame (keyFor i x) (keyFor i e) && e.Time - x.Time <= span)

                        if rivals.Length >= rule.Firsts then
                            let oldest = snd rivals.Head
                            places <- places |> List.filter (fun (_, x) -> not (same x oldest))

                places <- places @ [ role, e ]

    for e in stream do
        decideBefore e.Time

        // R10: later steps first, so that what the event advances is not asked again.
        let taken =
            [
                for i in final .. -1 .. 0 do
                    if takes steps[i].Source e then
                        i
            ]

        for i in taken do
            if i >= groupEnd then
                step i e

        match taken |> List.filter (fun i -> i < groupEnd && (i > 0 || isAbove 0 None e)) with
        | [] -> ()
        | roles -> group roles e

        // R13, R14, R39, R50: what the event itself was the last step of stays.
        let drops (p: Partial) (waitsFor: int) =
            [
                No
                for i in 1..waitsFor do
                    if i <= final && areSame (keyOf (bound (i - 1) p)) (keyOf e) then
                        for source in Option.toList steps[i].Until do
                            asks source e

                        if i = waitsFor then
                            for source in Option.toList steps[i].Unless do
                                asks source e
            ]
            |> List.max

        let isFollowed p =
            match rule.Absence with
            | Some(source, _) when areSame (keyOf (bound final p)) (keyOf e) -> asks source e
            | _ -> No

        // R106: what perhaps drops puts in doubt.
        let stays drops (p: Partial) =
            let dropped = if same (lastOf p) e then No else drops p

            if dropped = Perhaps then
                doubted.Add p |> ignore

            dropped <> Yes

        waiting <- waiting |> List.filter (stays (fun p -> drops p (List.max (waitsFor p))))

        absences <-
            absences
            |> List.filter (stays (fun p -> max (drops p (final + 1)) (isFollowed p)))

        position <- position + 1

    decideBefore System.Int64.MaxValue
    List.ofSeq found

/// R60 to R63: the events and, behind the event that completed it, each finding of the rule below.
let private withFindings (below: Found list) (events: AuditEvent list) =
    let cited = Dictionary<AuditEvent, AuditEvent list>(HashIdentity.Reference)
    let doubtful = HashSet<AuditEvent>(HashIdentity.Reference)

    let asEvent (f: Found) =
        let e =
            AuditEvent("#", f.Last.Arguments.SetItem(0, textOf f.Last))
                .With(time = System.Nullable f.Time, ordinal = System.Nullable f.Last.Ordinal)

        cited[e] <- f.Events

        if f.IsInDoubt then
            doubtful.Add e |> ignore

        e

    let at position =
        [
            for f in below do
                if f.Position = position && not f.Suppressed then
                    asEvent f
        ]

    let stream =
        [
            for i, e in List.indexed events do
                yield! at i
                e
            yield! at events.Length
        ]

    stream, cited, doubtful

/// Of each finding: whether it is suppressed, whether it is in doubt, and the ordinals that it cites.
let run (rule: Rule) (events: AuditEvent list) : (bool * bool * int64 list) list =
    let below =
        match rule.Below with
        | Some below -> findings below (HashSet()) events
        | None -> []

    let stream, cited, doubtful = withFindings below events

    let evidence (e: AuditEvent) =
        match cited.TryGetValue e with
        | true, events -> events
        | _ -> [ e ]

    [
        for f in findings rule doubtful stream ->
            f.Suppressed, f.IsInDoubt, f.Events |> List.collect evidence |> List.map _.Ordinal |> List.sort
    ]

/// The meaning of docs/spec/rules.md, slow and obvious: every partial match in one list, every question asked anew.
module AuditRules.Detection.Tests.ReferenceMatcher

open System.Collections.Generic
open AuditRules.Events
open AuditRules.Detection.Tests.ReferenceModel
open AuditRules.Detection.Tests.ReferenceEnds
open AuditRules.Detection.Tests.ReferenceGroup

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

    let ends = Ends(rule, doubted)
    let places = Group(rule, groupEnd, stream)
    let mutable waiting: Partial list = []
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
        | last, count when last = final && isLongEnough last count -> ends.Complete (position + 1) taken
        | last, count when
            steps[last].Runs
            |> Option.exists (fun (_, most) -> Option.exists ((>) count) most)
            ->
            ()
        | _ ->
            let now = (lastOf taken).Time

            let keysAt i =
                waiting
                |> List.filter (fun p ->
                    List.contains i (waitsFor p)
                    && joins i p (bound (i - 1) p)
                    && not (isPast now p))
                |> List.length

            let rivals i (other: Partial) =
                List.contains i (waitsFor other)
                && (not steps[i].Keyed
                    || areSame (keyFor i (bound (i - 1) other)) (keyFor i (bound (i - 1) taken)))

            let isRoom =
                waitsFor taken
                |> List.forall (fun i ->
                    match rule.All with
                    | None ->
                        // R7.
                        waiting <- waiting |> List.filter (rivals i >> not)
                        // R108. A key of null waits nowhere.
                        not (joins i taken (bound (i - 1) taken))
                        || rule.Places |> Option.forall (fun places -> keysAt i < places)
                    | Some limit ->
                        // R41.
                        match waiting |> List.filter (fun p -> rivals i p && not (isPast now p)) with
                        | oldest :: _ as all when all.Length >= limit -> drop oldest
                        | _ -> ()

                        true)

            if isRoom then
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

                if doubted.Contains p || doubtful.Contains e || wasPreceded i e > No then
                    doubted.Add next |> ignore

                advance next

    for e in stream do
        ends.DecideBefore e.Time position

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
        | roles ->
            match places.Add roles e with
            | Some next ->
                if next |> List.exists (fun (_, x) -> doubtful.Contains x) then
                    doubted.Add next |> ignore

                advance next
            | None -> ()

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

        // R106: what perhaps drops puts in doubt.
        let stays (dropped: Answer) (p: Partial) =
            if same (lastOf p) e || dropped = No then
                true
            else
                if dropped < Yes then
                    doubted.Add p |> ignore

                dropped < Yes

        waiting <- waiting |> List.filter (fun p -> stays (drops p (List.max (waitsFor p))) p)
        ends.Keep e (fun isFollowed p -> stays (max (drops p (final + 1)) isFollowed) p)

        position <- position + 1

    ends.DecideBefore System.Int64.MaxValue position
    ends.Found

/// R60 to R63: the events and, behind the event that completed it, each finding of the rule below.
let private withFindings (below: Found list) (events: AuditEvent list) =
    let cited = Dictionary<AuditEvent, AuditEvent list>(HashIdentity.Reference)
    let doubtful = HashSet<AuditEvent>(HashIdentity.Reference)

    let asEvent (f: Found) =
        let lost =
            if List.exists hasLost f.Events then
                Value.Redacted(RedactedValue("", 0L, ""))
            else
                Value.Nil

        let e =
            AuditEvent("#", f.Last.Arguments.SetItem(0, textOf f.Last).SetItem(3, lost))
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

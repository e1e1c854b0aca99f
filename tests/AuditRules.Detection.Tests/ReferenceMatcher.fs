/// The meaning of docs/spec/rules.md, slow and obvious: every partial match in one list, every question asked anew.
module AuditRules.Detection.Tests.ReferenceMatcher

open AuditRules.Events

/// A rule over events of three fields: a text, a key, a number.
type Step =
    {
        /// The step takes events of these names.
        Names: string list
        Text: string option
        /// The number is above this, and above the first step's number too.
        Above: int64 option
        /// The key is that of the step before; false for `thenBy`.
        Keyed: bool
        Within: int64 option
        /// Events of this name and the key of the step before drop what waits for this step.
        Unless: string option
        /// The same for what waits for this step or a later one.
        Until: string option
    }

type Rule =
    {
        Steps: Step list
        MaxSpan: int64 option
        /// No partial match replaces another.
        All: bool
        Count: (int * int64 * bool) option
        /// Findings whose first event has this text are suppressed.
        Suppressed: string option
    }

let textOf (e: AuditEvent) = e.Arguments[0]
let keyOf (e: AuditEvent) = e.Arguments[1]
let numberOf (e: AuditEvent) = e.Arguments[2].AsInt64

/// A partial match: for each step taken its event, in order.
type private Partial = AuditEvent list

/// Of each finding: whether it is suppressed, and the ordinals that it cites.
let run (rule: Rule) (events: AuditEvent list) : (bool * int64 list) list =
    let steps = Array.ofList rule.Steps
    let mutable waiting: Partial list = []
    let mutable counted: (Partial * Value) list = []
    let found = ResizeArray()

    let find (matches: Partial list) =
        let first = List.head (List.last matches)

        let suppressed =
            rule.Suppressed |> Option.exists (fun t -> textOf first = Value.Str t)

        found.Add(suppressed, matches |> List.collect (List.map _.Ordinal) |> List.sort)

    // R15 to R17.
    let complete (matched: Partial) =
        match rule.Count with
        | None -> find [ matched ]
        | Some(n, window, distinct) ->
            let last = List.last matched
            let value = textOf last

            let own, others =
                counted |> List.partition (fun (m, _) -> keyOf (List.last m) = keyOf last)

            let own =
                own
                |> List.filter (fun (m, v) ->
                    last.Time - (List.last m).Time <= window && not (distinct && v = value))

            let own = own @ [ matched, value ]

            if own.Length < n then
                counted <- others @ own
            else
                find (List.map fst own)
                counted <- others

    // R7: what the step after the last one taken would ask for its key.
    let sameKey (a: Partial) (b: Partial) =
        a.Length = b.Length
        && (not steps[a.Length].Keyed || keyOf (List.last a) = keyOf (List.last b))

    let drop (p: Partial) =
        waiting <- waiting |> List.filter (fun other -> not (obj.ReferenceEquals(other, p)))

    /// R4, R11, R40 and the field conditions, of the event as the next step of that partial match.
    let holds (step: Step) (p: Partial) (e: AuditEvent) =
        match step.Above, p with
        | None, _ -> true
        | Some limit, [] -> numberOf e > limit
        | Some limit, first :: _ -> numberOf e > limit + numberOf first

    let late (step: Step) (p: Partial) (e: AuditEvent) =
        step.Within |> Option.exists (fun w -> e.Time - (List.last p).Time > w)
        || rule.MaxSpan |> Option.exists (fun span -> e.Time - (List.head p).Time > span)

    for e in events do
        // R10: later steps first, so that what the event advances is not asked again.
        for i in steps.Length - 1 .. -1 .. 0 do
            let step = steps[i]

            if
                List.contains e.Name step.Names
                && step.Text |> Option.forall (fun t -> textOf e = Value.Str t)
            then
                let candidates =
                    if i = 0 then
                        [ [] ]
                    else
                        waiting
                        |> List.filter (fun p ->
                            p.Length = i && (not step.Keyed || keyOf (List.last p) = keyOf e))

                for p in candidates do
                    if not p.IsEmpty && late step p e then
                        drop p
                    elif holds step p e then
                        drop p
                        let taken = p @ [ e ]

                        if taken.Length = steps.Length then
                            complete taken
                        else
                            if not rule.All then
                                waiting <- waiting |> List.filter (fun other -> not (sameKey other taken))

                            waiting <- waiting @ [ taken ]

        // R13, R14, R39: what the event itself was the last step of stays.
        for i in 1 .. steps.Length - 1 do
            let dropped (p: Partial) =
                p.Length >= i
                && (List.last p).Ordinal <> e.Ordinal
                && keyOf p[i - 1] = keyOf e
                && (steps[i].Unless = Some e.Name && p.Length = i || steps[i].Until = Some e.Name)

            waiting <- List.filter (dropped >> not) waiting

    List.ofSeq found

/// The meaning of docs/spec/rules.md, slow and obvious: every partial match in one list, every question asked anew.
module AuditRules.Detection.Tests.ReferenceMatcher

open AuditRules.Events

/// A rule over events of three fields: a text, a key, a number.
type Step =
    {
        Name: string
        Text: string option
        Above: int64 option
        Within: int64 option
        Unless: string option
    }

type Rule =
    {
        Steps: Step list
        Count: (int * int64 * bool) option
    }

let textOf (e: AuditEvent) = e.Arguments[0]
let keyOf (e: AuditEvent) = e.Arguments[1]
let numberOf (e: AuditEvent) = e.Arguments[2].AsInt64

let private takes (step: Step) (e: AuditEvent) =
    e.Name = step.Name
    && step.Text |> Option.forall (fun t -> textOf e = Value.Str t)

/// The ordinals that each finding cites.
let run (rule: Rule) (events: AuditEvent list) : int64 list list =
    let steps = Array.ofList rule.Steps
    // Partial matches, oldest event first; the length says for which step each waits.
    let mutable partials: AuditEvent list list = []
    let mutable counted: (AuditEvent list * Value) list = []
    let found = ResizeArray()

    let complete (matched: AuditEvent list) =
        match rule.Count with
        | None -> found.Add [ for e in matched -> e.Ordinal ]
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
                found.Add(own |> List.collect fst |> List.map _.Ordinal |> List.sort)

                counted <- others

    for e in events do
        for i in steps.Length - 1 .. -1 .. 0 do
            let step = steps[i]

            if takes step e then
                let above (earlier: AuditEvent list) =
                    match step.Above, earlier with
                    | Some limit, [] -> numberOf e > limit
                    | Some limit, earlier -> numberOf e > limit + numberOf (List.head earlier)
                    | None, _ -> true

                let next =
                    if i = 0 then
                        if above [] then Some [ e ] else None
                    else
                        match
                            partials
                            |> List.tryFind (fun p -> p.Length = i && keyOf (List.last p) = keyOf e)
                        with
                        | None -> None
                        | Some p ->
                            let late = step.Within |> Option.exists (fun w -> e.Time - (List.last p).Time > w)

                            if late then
                                partials <-
                                    partials |> List.filter (fun other -> not (obj.ReferenceEquals(other, p)))

                                None
                            elif above p then
                                partials <-
                                    partials |> List.filter (fun other -> not (obj.ReferenceEquals(other, p)))

                                Some(p @ [ e ])
                            else
                                None

                match next with
                | Some matched when matched.Length = steps.Length -> complete matched
                | Some matched ->
                    let same (other: AuditEvent list) =
                        other.Length = matched.Length && keyOf (List.last other) = keyOf e

                    partials <- matched :: List.filter (same >> not) partials
                | None -> ()

        for i in 1 .. steps.Length - 1 do
            if steps[i].Unless = Some e.Name then
                partials <-
                    partials
                    |> List.filter (fun p ->
                        p.Length <> i
                        || keyOf (List.last p) <> keyOf e
                        || (List.last p).Ordinal = e.Ordinal)

    List.ofSeq found

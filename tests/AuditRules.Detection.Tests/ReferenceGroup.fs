/// The group that the first steps of a rule are where they may come in any order (R47), as the reference matcher sees it.
module AuditRules.Detection.Tests.ReferenceGroup

open System.Collections.Generic
open AuditRules.Events
open AuditRules.Detection.Tests.ReferenceModel

/// What waits for the group of so many steps of a rule to be complete.
type Group(rule: Rule, groupEnd: int, stream: AuditEvent list) =
    let steps = Array.ofList rule.Steps
    let mutable places: (int * AuditEvent) list = []

    let keyFor i e =
        if steps[i].ByText then textOf e else keyOf e

    let span =
        List.min
            [
                for s in steps[.. groupEnd - 1] do
                    yield defaultArg s.Within System.Int64.MaxValue
                yield defaultArg rule.MaxSpan System.Int64.MaxValue
            ]

    let isAbove i (first: AuditEvent) e =
        steps[i].Above
        |> Option.forall (fun limit -> numberOf e > limit + numberOf first)

    let member' i first =
        places
        |> List.tryFindBack (fun (place, x) -> place = i && areSame (keyFor i x) (keyFor i first))

    let complete e role first =
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

            let holds = all |> List.forall (fun (i, x) -> i = 0 || isAbove i first x)

            if different && together && holds then Some all else None

    let keep roles (e: AuditEvent) =
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


    /// An event that may be those steps. Gives the group that it completes, oldest event first, or else keeps it as each.
    member _.Add (roles: int list) (e: AuditEvent) : Partial option =
        let taken =
            roles
            |> List.tryPick (fun role ->
                if role = 0 then
                    complete e 0 e
                else
                    places
                    |> List.rev
                    |> List.filter (fun (place, first) ->
                        place = 0 && areSame (keyFor role first) (keyFor role e))
                    |> List.tryPick (fun (_, first) -> complete e role first))

        match taken with
        | Some all ->
            places <- places |> List.filter (fun (_, x) -> not (List.exists (snd >> same x) all))
            let index x = stream |> List.findIndex (same x)
            Some(all |> List.sortBy (snd >> index))
        | None ->
            keep roles e
            None

/// What becomes of the complete matches of the reference matcher: thresholds and absences.
module AuditRules.Detection.Tests.ReferenceEnds

open System.Collections.Generic
open AuditRules.Events
open AuditRules.Detection.Tests.ReferenceModel

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

/// The complete matches of a rule, of which some are in doubt.
type Ends(rule: Rule, doubted: HashSet<Partial>) =
    let final = rule.Steps.Length - 1
    let mutable absences: Partial list = []
    let mutable counted: Partial list = []
    let found = ResizeArray()

    let find time position (matches: Partial list) =
        let latest = List.last matches

        let isSuppressed =
            function
            | FirstText text -> textOf (bound 0 latest) = Value.Str text
            | LastNumber number -> numberOf (bound final latest) = number

        found.Add
            {
                Suppressed = Option.exists isSuppressed rule.Suppressed
                Events = List.collect (List.map snd) matches
                Last = lastOf latest
                Time = time
                Position = position
                IsInDoubt = List.exists doubted.Contains matches
            }

    // R15 to R17, R48, R49: the matches of the key that count, and what they decide.
    let count kind window position (matched: Partial) =
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
            find now position own

        counted <- if fires then others else others @ own

    /// What was found, in the order in which it was.
    member _.Found = List.ofSeq found

    /// A match whose last step was taken; so many events of the stream are then past.
    member _.Complete position (matched: Partial) =
        match rule.Threshold, rule.Absence with
        | Some(kind, window), _ ->
            if (keyOf (bound final matched)).Kind <> ValueKind.Nil then
                count kind window position matched
        | None, Some _ -> absences <- absences @ [ matched ]
        | None, None -> find (lastOf matched).Time position [ matched ]

    /// R50: before the first event that is later.
    member _.DecideBefore time position =
        match rule.Absence with
        | None -> ()
        | Some(_, window) ->
            let deadline p = (lastOf p).Time + window
            let over, open' = absences |> List.partition (fun p -> deadline p < time)
            absences <- open'

            for p in over do
                find (deadline p) position [ p ]

    /// What waits for the end of its window is left as this says; it is told what the absence itself says of the event.
    member _.Keep (e: AuditEvent) (stays: Answer -> Partial -> bool) =
        let isFollowed p =
            match rule.Absence with
            | Some(source, _) when areSame (keyOf (bound final p)) (keyOf e) -> asks source e
            | _ -> No

        absences <- absences |> List.filter (fun p -> stays (isFollowed p) p)

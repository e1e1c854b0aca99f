/// What the engine says of a rule that found nothing, or more than is kept, against the reference matcher.
module AuditRules.Detection.Tests.ReferenceVerdictTests

open System
open System.Collections.Generic
open System.Collections.Immutable
open Expecto
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Tests.Some
open AuditRules.Detection.Tests.ReferenceModel
open AuditRules.Detection.Tests.ReferenceRules
open AuditRules.Detection.Tests.ReferencePlans
open AuditRules.Detection.Tests.ReferenceRuns

/// The event with its own values in place of what was cut or redacted.
let private wholeEvent lost (e: AuditEvent) =
    AuditEvent(
        e.Name,
        e.Arguments.SetItem(0, wholeOf lost e.Arguments[0]).SetItem(3, wholeOf lost e.Arguments[3])
    )
        .With(time = Nullable e.Time, ordinal = Nullable e.Ordinal)

/// Two steps of which the second is refused by what came before, or suppressed: one rule in many is so.
let private genRefusing =
    gen {
        let! rule = genRuleOver names None
        let! window = Gen.choose64 (0L, 2L)
        let! suppressed = Gen.choose64 (0L, 3L)

        let source name text =
            {
                Names = [ name ]
                Text = text
                Item = None
                Joined = None
                Over = None
            }

        let first =
            {
                Source = source "a" None
                Above = None
                Keyed = true
                ByText = false
                Within = None
                Unless = None
                Until = None
                Runs = None
                Together = false
                Preceded = None
            }

        let second =
            { first with
                Source = source "b" None
                Preceded = Some(source "c" (Some "x"), Some window)
            }

        return
            { rule with
                Steps = [ first; second ]
                Threshold = None
                Absence = None
                Suppressed = Some(LastNumber suppressed)
            }
    }

/// A few events of one key: in a longer stream there is nearly always something else to say of the rule.
let private genFew =
    gen {
        let! events = genEvents
        let! count = Gen.choose (3, 10)

        return
            [
                for e in List.truncate count events ->
                    AuditEvent(e.Name, e.Arguments.SetItem(1, keys[0]))
                        .With(time = Nullable e.Time, ordinal = Nullable e.Ordinal)
            ]
    }

let private alsoByRefusing gen =
    let either = Gen.oneof [ Gen.zip genRule genEvents; Gen.zip genRefusing genFew ]

    Arb.fromGen (Gen.zip either gen)

let private isClean losses rule events =
    (resultWith sweeping losses (planOf rule) events).Outcomes[0].Verdict = Verdict.Clean

let private findsNothing rule events =
    ReferenceMatcher.run rule events
    |> List.forall (fun (isSuppressed, _, _) -> isSuppressed)

/// A loss of those events, told by their names.
let private lossOf (events: AuditEvent list) =
    [|
        if not events.IsEmpty then
            let counts = events |> List.countBy _.Name

            LossRecord(
                -1,
                "disk-full",
                int64 events.Length,
                events.Head.Time * 100L,
                (List.last events).Time * 100L,
                ImmutableArray.CreateRange [ for name, count in counts -> KeyValuePair(name, int64 count) ]
            )
    |]

/// Of all findings those that are kept where so many are (R107): the certain ones first.
let private keptOf limit found =
    let indexed = List.indexed found
    let suppressed, others = indexed |> List.partition (fun (_, (it, _, _)) -> it)
    let doubtful, certain = others |> List.partition (fun (_, (_, it, _)) -> it)

    List.truncate limit (certain @ doubtful) @ List.truncate limit suppressed
    |> List.sortBy fst
    |> List.map snd

[<Tests>]
let tests =
    testList
        "verdicts against the reference matcher"
        [
            testPropertyWithConfig
                config
                "R78, R106: a rule that is clean finds nothing, whatever the values were that were cut or redacted"
            <| Prop.forAll
                (alsoByRefusing (Gen.listOfLength 40 (Gen.elements [ ""; "x"; "y"; "z" ])))
                (fun ((rule, events), texts) ->
                    let whole = List.map2 wholeEvent (List.truncate events.Length texts) events
                    not (isClean [||] rule events) || findsNothing rule whole)

            testPropertyWithConfig
                config
                "R26, R56: a rule that is clean finds nothing, whatever the events were that were lost"
            <| Prop.forAll
                (alsoByRefusing (
                    Gen.zip (Gen.elements names) (Gen.listOfLength 40 (Gen.elements [ true; false ]))
                ))
                (fun ((rule, events), (name, chosen)) ->
                    let whole = events |> List.map (wholeEvent "y")

                    let lost, kept =
                        List.zip (List.truncate whole.Length chosen) whole
                        |> List.partition (fun (isLost, e) -> isLost && e.Name = name)

                    not (isClean (lossOf (List.map snd lost)) rule (List.map snd kept))
                    || findsNothing rule whole)

            testPropertyWithConfig
                short
                "R107: of more findings than are kept the certain ones are kept first, and all are counted"
            <| Prop.forAll (alsoBy (Gen.choose (1, 4))) (fun ((rule, events), limit) ->
                let options =
                    DetectionOptions(SweepAtLeast = 1, MaxPartialMatchesOfKey = perKey, MaxFindings = limit)

                let plan = planOf rule
                let once = resultWith options [||] plan events

                let result =
                    if once.HasUnjudged then
                        let known =
                            DetectionOptions(
                                SweepAtLeast = 1,
                                MaxPartialMatchesOfKey = perKey,
                                MaxFindings = limit,
                                Missing = MissingEvents([||], [||])
                            )

                        resultWith known [||] plan events
                    else
                        once

                let found = ReferenceMatcher.run rule events

                let count holds =
                    found |> List.filter holds |> List.length |> int64

                let outcome = result.Outcomes[0]

                shown result.Findings = keptOf limit found
                && outcome.Suppressed = count (fun (suppressed, _, _) -> suppressed)
                && outcome.Undecided = count (fun (suppressed, isInDoubt, _) -> isInDoubt && not suppressed)
                && outcome.Findings = count (fun (suppressed, isInDoubt, _) -> not (isInDoubt || suppressed)))

            testPropertyWithConfig
                short
                "R108: in a full table what needs a place more is turned away, and what takes another's is not"
            <| Prop.forAll (alsoBy (Gen.choose (1, 2))) (fun ((rule, events), places) ->
                // Other tables have limits of their own.
                let rule =
                    { rule with
                        Steps =
                            [
                                for s in rule.Steps ->
                                    { s with
                                        Together = false
                                        Preceded = None
                                    }
                            ]
                        All = None
                        Threshold = None
                        Absence = None
                        Below = None
                        Places = Some places
                    }
                    |> withoutFindings

                let options = DetectionOptions(SweepAtLeast = 1, MaxPartialMatches = places)
                let result = resultWith options [||] (planOf rule) events
                let outcome = result.Outcomes[0]

                shown result.Findings = ReferenceMatcher.run rule events
                && (outcome.Evicted = 0L || outcome.Verdict <> Verdict.Clean))
        ]

/// Random rules and streams for the reference matcher.
module AuditRules.Detection.Tests.ReferenceRules

open System
open System.Collections.Immutable
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection.Tests.Some

/// So many partial matches of a key at most, that random rules reach it.
let perKey = 3

let names = [ "a"; "b"; "c" ]

let sometimes often (gen: Gen<'A>) =
    Gen.frequency [ often, Gen.map Some gen; 10 - often, Gen.constant None ]

type Place =
    | First
    | InGroup
    | Later of isLast: bool

/// Events of one or two names, some of them by their text or number.
let genSource often names =
    gen {
        let! name = Gen.elements names
        let! other = sometimes 2 (Gen.elements names)
        let! text = sometimes often (Gen.elements [ "x"; "y" ])
        let! over = sometimes 1 (Gen.choose64 (0L, 1L))

        return
            {
                ReferenceMatcher.Names = List.distinct (name :: Option.toList other)
                ReferenceMatcher.Text = text
                ReferenceMatcher.Over = over
            }
    }

let genStep names hasGroup place =
    gen {
        let! source = genSource 3 names
        let! above = sometimes 3 (Gen.choose64 (-2L, 2L))
        let! keyed = Gen.frequency [ 4, Gen.constant true; 1, Gen.constant false ]
        let! byText = Gen.frequency [ 4, Gen.constant false; 1, Gen.constant true ]
        let! within = sometimes 5 (Gen.choose64 (0L, 6L))
        let! unless = sometimes 3 (genSource 5 names)
        let! until = sometimes 2 (genSource 5 names)
        let! least = Gen.choose (1, 3)
        let! runs = sometimes 3 (sometimes 5 (Gen.choose (least, 4)))

        let! preceded =
            sometimes 2 (Gen.zip (genSource 4 names) (sometimes 5 (Gen.choose64 (0L, 6L))))

        let isLater = place <> First && place <> InGroup

        return
            {
                ReferenceMatcher.Source = source
                ReferenceMatcher.Above = above
                ReferenceMatcher.Keyed = keyed || place = InGroup
                ReferenceMatcher.ByText = byText
                ReferenceMatcher.Within = if place = First then None else within
                ReferenceMatcher.Unless = if isLater then unless else None
                ReferenceMatcher.Until = if isLater then until else None
                ReferenceMatcher.Runs =
                    match place, runs with
                    | Later true, Some _ -> Some(least, None)
                    | Later false, Some most -> Some(least, most)
                    | _ -> None
                ReferenceMatcher.Together = (place = InGroup)
                ReferenceMatcher.Preceded =
                    if isLater || place = First && not hasGroup then
                        preceded
                    else
                        None
            }
    }

let genThreshold =
    gen {
        let! least = Gen.choose (1, 3)
        let! limit = Gen.choose64 (0L, 6L)
        let! distinct = Gen.elements [ true; false ]

        return!
            Gen.elements
                [
                    ReferenceMatcher.Count(least, distinct)
                    ReferenceMatcher.Sum(limit + 1L)
                    ReferenceMatcher.Fold limit
                ]
    }

let genRuleOver names below =
    gen {
        let! members =
            Gen.frequency [ 7, Gen.constant 0; 2, Gen.constant 1; 1, Gen.constant 2 ]

        let! first = genStep names (members > 0) First
        let! group = Gen.listOfLength members (genStep names true InGroup)
        let! count = Gen.choose (0, (if members = 0 then 3 else 1))

        let! later =
            Gen.sequenceToList [ for i in 1..count -> genStep names (members > 0) (Later(i = count)) ]

        let! maxSpan = sometimes 3 (Gen.choose64 (0L, 10L))
        let! all = Gen.frequency [ 3, Gen.constant false; 1, Gen.constant true ]
        let! suppressed = sometimes 2 (Gen.elements [ "x"; "y" ])
        let! threshold = sometimes 3 (Gen.zip genThreshold (Gen.choose64 (0L, 8L)))
        let! absence = sometimes 4 (Gen.zip (genSource 2 names) (Gen.choose64 (0L, 6L)))

        return
            {
                ReferenceMatcher.Steps = first :: group @ later
                ReferenceMatcher.MaxSpan = maxSpan
                ReferenceMatcher.All = if all && members = 0 then Some perKey else None
                ReferenceMatcher.Firsts = perKey
                ReferenceMatcher.Threshold = threshold
                ReferenceMatcher.Absence = if threshold.IsNone then absence else None
                ReferenceMatcher.Suppressed = suppressed
                ReferenceMatcher.Below = below
            }
    }

let genRule =
    gen {
        let! below = sometimes 2 (genRuleOver names None)

        return!
            match below with
            // Of a group it is not one step that ends it.
            | Some below when not (List.exists (fun (s: ReferenceMatcher.Step) -> s.Together) below.Steps) ->
                genRuleOver ("#" :: names) (Some below)
            | _ -> genRuleOver names None
    }

/// Keys of which two are texts that are not UTF-8: the engine compares them as rules see them, the reference as bytes.
let keys = [ Value.Str "k"; Value.Bytes [| 0xffuy |]; Value.Bytes [| 0xfeuy |] ]

/// One of them, or now and then null.
let private genKey =
    Gen.frequency [ 14, Gen.elements keys; 1, Gen.constant Value.Nil ]

/// Mostly "x" or "y"; now and then "x" with more behind it that was cut off, or a text that was redacted.
let private genText =
    Gen.frequency
        [
            8, Gen.elements [ Value.Str "x"; Value.Str "y" ]
            1,
            Gen.constant (
                Value.Truncated(TruncatedValue(ValueKind.Str, 9L, ImmutableArray.Empty, Value.Str "x"))
            )
            1, Gen.constant (Value.Redacted(RedactedValue("secret", 1L, "")))
        ]

let genEvents =
    gen {
        let! length = Gen.choose (0, 40)

        let! parts =
            Gen.listOfLength
                length
                (gen {
                    let! name = Gen.elements names
                    let! text = genText
                    let! key = genKey
                    let! number = Gen.choose (0, 3)
                    let! gap = Gen.choose (0, 3)
                    return name, text, key, number, gap
                })

        let times = parts |> List.scan (fun t (_, _, _, _, gap) -> t + gap) 0 |> List.tail

        return
            List.zip parts times
            |> List.map (fun ((name, text, key, number, _), time) ->
                (event name 0 [ text; key; number ]).With(time = Nullable(int64 time)))
            |> numbered
    }

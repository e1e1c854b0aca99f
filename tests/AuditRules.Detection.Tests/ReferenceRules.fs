/// Random rules and streams for the reference matcher.
module AuditRules.Detection.Tests.ReferenceRules

open System
open System.Collections.Generic
open System.Collections.Immutable
open FsCheck
open FsCheck.FSharp
open AuditRules.Events
open AuditRules.Detection.Tests.Some
open AuditRules.Detection.Tests.ReferenceModel

/// So many partial matches of a key at most, that random rules reach it.
let perKey = 3

let names = [ "a"; "b"; "c" ]

let sometimes often (gen: Gen<'A>) =
    Gen.frequency [ often, Gen.map Some gen; 10 - often, Gen.constant None ]

type Place =
    | First
    | InGroup
    | Later of isLast: bool

/// Events of one or two names, some of them by their text, list or number.
let genSource often names =
    gen {
        let! name = Gen.elements names
        let! other = sometimes 2 (Gen.elements names)
        let! text = sometimes often (Gen.elements [ "x"; "y" ])
        let! item = sometimes 1 (Gen.elements [ "x"; "y" ])
        let! joined = sometimes 1 (Gen.elements [ "x"; "x x"; "x y"; "y x" ])
        let! over = sometimes 1 (Gen.choose64 (0L, 1L))

        return
            {
                Names = List.distinct (name :: Option.toList other)
                Text = text
                Item = item
                Joined = joined
                Over = over
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
                Source = source
                Above = above
                Keyed = keyed || place = InGroup
                ByText = byText
                Within = if place = First then None else within
                Unless = if isLater then unless else None
                Until = if isLater then until else None
                Runs =
                    match place, runs with
                    | Later true, Some _ -> Some(least, None)
                    | Later false, Some most -> Some(least, most)
                    | _ -> None
                Together = (place = InGroup)
                Preceded =
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

        return! Gen.elements [ Count(least, distinct); Sum(limit + 1L); Fold limit ]
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

        let! suppressed =
            sometimes
                3
                (Gen.oneof
                    [
                        Gen.elements [ FirstText "x"; FirstText "y" ]
                        Gen.choose64 (0L, 3L) |> Gen.map LastNumber
                    ])

        let! threshold = sometimes 3 (Gen.zip genThreshold (Gen.choose64 (0L, 8L)))
        let! absence = sometimes 4 (Gen.zip (genSource 2 names) (Gen.choose64 (0L, 6L)))

        return
            {
                Steps = first :: group @ later
                MaxSpan = maxSpan
                All = if all && members = 0 then Some perKey else None
                Firsts = perKey
                Places = None
                Threshold = threshold
                Absence = if threshold.IsNone then absence else None
                Suppressed = suppressed
                Below = below
            }
    }

let genRule =
    gen {
        let! below = sometimes 2 (genRuleOver names None)

        return!
            match below with
            // Of a group it is not one step that ends it.
            | Some below when not (List.exists (fun (s: Step) -> s.Together) below.Steps) ->
                genRuleOver ("#" :: names) (Some below)
            | _ -> genRuleOver names None
    }

/// The same with another source wherever it asks for findings.
let withoutFindings (rule: Rule) =
    let source (s: Source) =
        { s with
            Names = s.Names |> List.map (fun name -> if name = "#" then "a" else name)
        }

    { rule with
        Steps =
            [
                for s in rule.Steps ->
                    { s with
                        Source = source s.Source
                        Unless = Option.map source s.Unless
                        Until = Option.map source s.Until
                        Preceded = s.Preceded |> Option.map (fun (s, window) -> source s, window)
                    }
            ]
        Absence = rule.Absence |> Option.map (fun (s, window) -> source s, window)
    }

/// Keys of which two are texts that are not UTF-8: the engine compares them as rules see them, the reference as bytes.
let keys = [ Value.Str "k"; Value.Bytes [| 0xffuy |]; Value.Bytes [| 0xfeuy |] ]

/// One of them, or now and then null.
let private genKey =
    Gen.frequency [ 14, Gen.elements keys; 1, Gen.constant Value.Nil ]

let private cutText = cut "x"

/// Mostly "x" or "y"; now and then "x" with more behind it that was cut off, or a text that was redacted.
let private genText =
    Gen.frequency
        [
            6, Gen.elements [ Value.Str "x"; Value.Str "y" ]
            1, Gen.constant cutText
            1, Gen.constant redacted
        ]

/// An item of a list: a text, or the path object of one.
let private genItem =
    let pathlib path =
        let facts = ImmutableArray.Create(KeyValuePair<string, Value>("path", path))
        Value.Object(ObjectValue("PosixPath", 1L, facts))

    Gen.frequency [ 9, genText; 1, Gen.map pathlib genText ]

/// Mostly a list of up to three items; now and then one that was cut behind some, or that was redacted.
let private genList =
    gen {
        let! length = Gen.choose (0, 3)
        let! items = Gen.arrayOfLength length genItem
        let list = Value.List items

        let wasCut =
            Value.Truncated(TruncatedValue(ValueKind.List, 9L, ImmutableArray.Empty, list))

        return! Gen.frequency [ 8, Gen.constant list; 1, Gen.constant wasCut; 1, Gen.constant redacted ]
    }

/// What the value may have been before it was cut or redacted; that text was lost behind what was kept.
let rec wholeOf (lost: string) (value: Value) : Value =
    let all (items: Value) =
        [ for item in items.Items.ToArray() -> wholeOf lost item ]

    match Option.ofObj value.AsTruncated, Option.ofObj value.AsObject with
    | Some cut, _ when cut.Kind = ValueKind.List ->
        Value.List(Array.ofList (all cut.Head @ [ Value.Str lost ]))
    | Some cut, _ -> Value.Str(string cut.Head.AsText + lost)
    | _, Some path -> wholeOf lost path["path"]
    | _ when value.Kind = ValueKind.List -> Value.List(Array.ofList (all value))
    | _ when value.Kind = ValueKind.Redacted -> Value.Str lost
    | _ -> value

let genEvents =
    gen {
        let! length = Gen.choose (0, 40)

        let! parts =
            Gen.listOfLength
                length
                (gen {
                    let! name = Gen.elements names
                    let! text = genText
                    let! list = genList
                    let! key = genKey
                    let! number = Gen.choose64 (0L, 3L)
                    let! gap = Gen.choose (0, 3)
                    return name, [ text; key; Value.Int number; list ], gap
                })

        let times = parts |> List.scan (fun t (_, _, gap) -> t + gap) 0 |> List.tail

        return
            List.zip parts times
            |> List.map (fun ((name, arguments, _), time) ->
                (event name 0 arguments).With(time = Nullable(int64 time)))
            |> numbered
    }

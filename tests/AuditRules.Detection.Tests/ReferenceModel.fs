/// The rules and events of the reference matcher, and what a source says of an event (docs/spec/rules.md, R78).
module AuditRules.Detection.Tests.ReferenceModel

open System
open AuditRules.Events

/// Events of four fields: a text, a key that may be null, a number, a list of texts. Any of them, and any of the list, may
/// have been cut or redacted but the key and the number.
type Source =
    {
        /// Events of these names; "#" are the findings of the rule below.
        Names: string list
        /// Those with this text.
        Text: string option
        /// Those with this first item of the list.
        Item: string option
        /// Those of which the items of the list, joined by a blank, begin so.
        Joined: string option
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

/// Findings that are suppressed.
type Suppression =
    /// Those whose first step has this text.
    | FirstText of string
    /// Those whose last step has this number.
    | LastNumber of int64

type Rule =
    {
        Steps: Step list
        MaxSpan: int64 option
        /// No partial match replaces another of its key until there are so many of them.
        All: int option
        /// Of the first step of a group so many wait for one key of a member.
        Firsts: int
        /// So many keys wait for one step (R108), where that is not more than any rule needs.
        Places: int option
        Threshold: (Threshold * int64) option
        /// No such event of the key of the last step comes behind it in that time.
        Absence: (Source * int64) option
        Suppressed: Suppression option
        /// The rule whose findings are events to this one.
        Below: Rule option
    }

/// The text as rules see it: of one that was cut what was kept.
let textOf (e: AuditEvent) =
    match e.Arguments[0].AsText with
    | null -> Value.Nil
    | text -> Value.Str text

let keyOf (e: AuditEvent) = e.Arguments[1]
let numberOf (e: AuditEvent) = e.Arguments[2].AsInt64

type Answer =
    | No
    | PerhapsNot
    | PerhapsSo
    | Yes

/// What is known of a field.
type private Known =
    | Whole of string
    /// A beginning, behind which anything may have stood.
    | Beginning of string
    /// No text.
    | NoText

let private wasLost (value: Value) =
    value.Kind = ValueKind.Truncated || value.Kind = ValueKind.Redacted

let private keptOf (value: Value) =
    defaultArg (Option.ofObj value.AsText) ""

let private known (value: Value) =
    match value.Kind, value.AsObject with
    | _ when wasLost value -> Beginning(keptOf value)
    | ValueKind.Object, NonNull path when path["path"].IsNil || wasLost path["path"] ->
        Beginning(keptOf path["path"])
    | _ when isNull value.AsText -> NoText
    | _ -> Whole(keptOf value)

/// The items of a list that were kept, and whether these are all.
let private itemsOf (value: Value) =
    match value.AsTruncated with
    | null -> List.ofSeq (value.Items.ToArray()), not (wasLost value)
    | cut -> List.ofSeq (cut.Head.Items.ToArray()), false

let private firstItem list =
    match itemsOf list with
    | first :: _, _ -> known first
    | [], true -> NoText
    | [], false -> Beginning ""

let private joined list =
    let items, isAll = itemsOf list

    let isLost item =
        match known item with
        | Beginning _ -> true
        | _ -> false

    match List.tryFindIndex isLost items with
    | Some first -> Beginning(String.Join(" ", List.take (first + 1) items |> List.map keptOf))
    | None when isAll -> Whole(String.Join(" ", List.map keptOf items))
    | None -> Beginning(String.Join(" ", List.map keptOf items))

/// All of the items' texts that were kept.
let private joinedAsKept list =
    String.Join(" ", fst (itemsOf list) |> List.map keptOf)

/// R78: whether anything of an event's text or list was not kept.
let hasLost (e: AuditEvent) =
    let isLost item =
        match known item with
        | Beginning _ -> true
        | _ -> false

    isLost e.Arguments[0]
    || isLost e.Arguments[3]
    || List.exists isLost (fst (itemsOf e.Arguments[3]))

/// What the whole field would have said, whatever was lost of it: the same of all that it may have been, or not.
let private decide (matches: string -> bool) (wanted: string) (kept: string) known =
    let among candidates =
        match List.distinct (List.map matches candidates) with
        | [ true ] -> Yes
        | [ false ] -> No
        | _ -> if matches kept then PerhapsSo else PerhapsNot

    match known with
    | Whole text -> among [ text ]
    | NoText -> No
    | Beginning text when wanted.StartsWith(text, StringComparison.Ordinal) ->
        among [ text; text + "\000"; wanted ]
    | Beginning text -> among [ text; text + "\000" ]

/// What the source says of an event: no where one condition does.
let asks (source: Source) (e: AuditEvent) =
    let equals wanted kept = decide ((=) wanted) wanted kept

    let beginsWith (wanted: string) kept =
        decide (fun text -> text.StartsWith(wanted, StringComparison.Ordinal)) wanted kept

    let answers =
        [
            if not (List.contains e.Name source.Names) then
                No

            for wanted in Option.toList source.Text do
                let answer = equals wanted (keptOf e.Arguments[0]) (known e.Arguments[0])

                // Of a finding code asks for the text, and a finding is made of the events that it cites.
                match answer with
                | Yes when e.Name = "#" && wasLost e.Arguments[3] -> PerhapsSo
                | No when e.Name = "#" && wasLost e.Arguments[3] -> PerhapsNot
                | answer -> answer

            // A finding has no such list.
            if e.Name <> "#" then
                let list = e.Arguments[3]

                for wanted in Option.toList source.Item do
                    let kept = fst (itemsOf list) |> List.tryHead |> Option.map keptOf
                    equals wanted (defaultArg kept "") (firstItem list)

                for wanted in Option.toList source.Joined do
                    beginsWith wanted (joinedAsKept list) (joined list)

            Yes
        ]

    // The code of a source is asked where its patterns say yes of what was kept.
    match List.min answers with
    | PerhapsSo
    | Yes when source.Over |> Option.exists (fun least -> numberOf e <= least) -> No
    | answer -> answer

/// A step is taken by what was kept.
let takes source e = asks source e >= PerhapsSo

/// R6: a key of null is equal to none.
let areSame (a: Value) (b: Value) = a.Kind <> ValueKind.Nil && a = b

let same (a: obj) (b: obj) = obj.ReferenceEquals(a, b)

/// A partial match: for each event the step that it took, oldest first.
type Partial = (int * AuditEvent) list

let bound (step: int) (p: Partial) =
    p |> List.findBack (fun (taken, _) -> taken = step) |> snd

let lastOf (p: Partial) = snd (List.last p)

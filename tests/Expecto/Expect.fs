/// What a test expects of the values that it made. The actual value stands first, the message last.
module Expecto.Expect

open System
open System.IO
open System.Text.RegularExpressions
open Expecto.Difference

let private caught f =
    try
        f () |> ignore
        None
    with error ->
        Some error

let private ofType<'texn when 'texn :> exn> message (thrown: exn option) =
    match thrown with
    | Some(:? 'texn) -> ()
    | Some error ->
        fail
            "%s. Expected an exception of type %s, but %s was thrown: %s"
            message
            typeof<'texn>.FullName
            (error.GetType().FullName)
            error.Message
    | None -> fail "%s. Expected an exception of type %s, but none was thrown." message typeof<'texn>.FullName

let throws (f: unit -> unit) message =
    if (caught f).IsNone then
        fail "%s. Expected an exception, but none was thrown." message

let throwsC (f: unit -> unit) (cont: exn -> 'a) : 'a =
    match caught f with
    | Some error -> cont error
    | None -> fail "Expected an exception, but none was thrown."

let throwsT<'texn when 'texn :> exn> (f: unit -> unit) message = ofType<'texn> message (caught f)

let throwsAsyncC (f: unit -> Async<unit>) (cont: exn -> Async<unit>) =
    async {
        let! result = Async.Catch(async { do! f () })

        match result with
        | Choice1Of2() -> fail "Expected an exception, but none was thrown."
        | Choice2Of2 error -> do! cont error
    }

let throwsAsync (f: unit -> Async<unit>) message =
    async {
        let! result = Async.Catch(async { do! f () })

        match result with
        | Choice1Of2() -> fail "%s. Expected an exception, but none was thrown." message
        | Choice2Of2 _ -> ()
    }

let throwsAsyncT<'texn when 'texn :> exn> (f: unit -> Async<unit>) message =
    async {
        let! result = Async.Catch(async { do! f () })

        match result with
        | Choice1Of2() -> ofType<'texn> message None
        | Choice2Of2 error -> ofType<'texn> message (Some error)
    }

let wantSome x message =
    match x with
    | Some value -> value
    | None -> fail "%s. Expected Some, but was None." message

let isSome x message = wantSome x message |> ignore

let isNone x message =
    match x with
    | None -> ()
    | Some value -> fail "%s. Expected None, but was Some %A." message value

let wantOk x message =
    match x with
    | Ok value -> value
    | Error error -> fail "%s. Expected Ok, but was Error %A." message error

let isOk x message = wantOk x message |> ignore

let wantError x message =
    match x with
    | Error error -> error
    | Ok value -> fail "%s. Expected Error, but was Ok %A." message value

let isError x message = wantError x message |> ignore

let isChoice1Of2 x message =
    match x with
    | Choice1Of2 _ -> ()
    | Choice2Of2 value -> fail "%s. Expected Choice1Of2, but was Choice2Of2 %A." message value

let isChoice2Of2 x message =
    match x with
    | Choice2Of2 _ -> ()
    | Choice1Of2 value -> fail "%s. Expected Choice2Of2, but was Choice1Of2 %A." message value

let isNotNull x message =
    if isNull (box x) then
        fail "%s. Expected a value, but was null." message

let isNull x message =
    if not (isNull (box x)) then
        fail "%s. Expected null, but was %A." message x

let isTrue actual message =
    if not actual then
        fail "%s. Expected true, but was false." message

let isFalse actual message =
    if actual then
        fail "%s. Expected false, but was true." message

let equal (actual: 'a) (expected: 'a) message =
    if actual <> expected then
        fail "%s.%s" message (describe (box actual) (box expected))

let notEqual (actual: 'a) (expected: 'a) message =
    if actual = expected then
        fail "%s. Expected anything but %A." message actual

let isLessThan a b message =
    if not (a < b) then
        fail "%s. Expected %A to be less than %A." message a b

let isLessThanOrEqual a b message =
    if not (a <= b) then
        fail "%s. Expected %A to be at most %A." message a b

let isGreaterThan a b message =
    if not (a > b) then
        fail "%s. Expected %A to be greater than %A." message a b

let isGreaterThanOrEqual a b message =
    if not (a >= b) then
        fail "%s. Expected %A to be at least %A." message a b

let floatClose accuracy (actual: float) (expected: float) message =
    if not (Double.IsFinite actual && Double.IsFinite expected) then
        fail "%s. Only finite numbers can be close: expected %g, actual %g." message expected actual
    elif not (Accuracy.areClose accuracy actual expected) then
        fail
            "%s. Expected %.17g, actual %.17g: they differ by %g, more than %g."
            message
            expected
            actual
            (Accuracy.areCloseLhs actual expected)
            (Accuracy.areCloseRhs accuracy actual expected)

let isNotNaN (f: float) message =
    if Double.IsNaN f then
        fail "%s. Expected a number, but was NaN." message

let isNotInfinity (f: float) message =
    if Double.IsInfinity f then
        fail "%s. Expected a finite number, but was %g." message f

let isEmpty (actual: seq<'a>) message =
    if not (Seq.isEmpty actual) then
        fail "%s. Expected nothing, but has %A." message (List.ofSeq (Seq.truncate 10 actual))

let isNonEmpty (actual: seq<'a>) message =
    if Seq.isEmpty actual then
        fail "%s. Expected at least one item, but was empty." message

let isNotEmpty (actual: string) message =
    if String.IsNullOrEmpty actual then
        fail
            "%s. Expected text, but was %s."
            message
            (if Object.ReferenceEquals(actual, null) then
                 "null"
             else
                 "empty")

let isNotWhitespace (actual: string) message =
    if String.IsNullOrWhiteSpace actual then
        fail "%s. Expected text, but was %A." message actual

let hasLength (actual: seq<'a>) expectedLength message =
    let length = Seq.length actual

    if length <> expectedLength then
        fail "%s. Expected %d items, but has %d: %A" message expectedLength length (List.ofSeq actual)

let hasCountOf (actual: seq<'a>) (expected: uint32) (selector: 'a -> bool) message =
    let count = actual |> Seq.filter selector |> Seq.length |> uint32

    if count <> expected then
        fail "%s. Expected %d items that satisfy the condition, but has %d." message expected count

let exists (actual: seq<'a>) (asserter: 'a -> bool) message =
    if not (Seq.exists asserter actual) then
        fail
            "%s. Expected an item that satisfies the condition, but none of %A does."
            message
            (List.ofSeq actual)

let all (actual: seq<'a>) (asserter: 'a -> bool) message =
    let others =
        actual |> Seq.indexed |> Seq.filter (snd >> asserter >> not) |> List.ofSeq

    if not others.IsEmpty then
        fail "%s. Expected all items to satisfy the condition, but not (index, item) %A." message others

let allEqual (actual: seq<'a>) equalTo message =
    let others =
        actual |> Seq.indexed |> Seq.filter (fun (_, x) -> x <> equalTo) |> List.ofSeq

    if not others.IsEmpty then
        fail "%s. Expected all items to equal %A, but not (index, item) %A." message equalTo others

let contains (sequence: seq<'a>) element message =
    if not (Seq.contains element sequence) then
        fail "%s. Expected %A among %A." message element (List.ofSeq sequence)

let containsAll (actual: seq<'a>) (expected: seq<'a>) message =
    let present = List.ofSeq actual

    let missing =
        expected |> Seq.filter (fun e -> not (List.contains e present)) |> List.ofSeq

    if not missing.IsEmpty then
        fail "%s. Missing are %A; present are %A." message missing present

let distribution (actual: seq<'a>) (expected: Map<'a, uint32>) message =
    let counted =
        actual |> Seq.countBy id |> Seq.map (fun (x, n) -> x, uint32 n) |> Map.ofSeq

    if counted <> expected then
        fail "%s.%s" message (describe (box counted) (box expected))

let sequenceEqual (actual: seq<'a>) (expected: seq<'a>) message =
    if (first actual expected).IsSome then
        fail "%s.%s" message (describe (List.ofSeq actual) (List.ofSeq expected))

let sequenceStarts (subject: seq<'a>) (prefix: seq<'a>) message =
    let start = Seq.truncate (Seq.length prefix) subject

    if (first start prefix).IsSome then
        fail "%s. Expected this start:%s" message (describe (List.ofSeq start) (List.ofSeq prefix))

let isAscending (subject: seq<'a>) message =
    for a, b in Seq.pairwise subject do
        if a > b then
            fail "%s. Expected ascending order, but %A stands before %A." message a b

let isDescending (subject: seq<'a>) message =
    for a, b in Seq.pairwise subject do
        if a < b then
            fail "%s. Expected descending order, but %A stands before %A." message a b

let isMatch (actual: string) (pattern: string) message =
    if not (Regex.IsMatch(actual, pattern)) then
        fail "%s. Expected a match of /%s/ in:\n%s" message pattern actual

let isNotMatch (actual: string) (pattern: string) message =
    if Regex.IsMatch(actual, pattern) then
        fail "%s. Expected no match of /%s/ in:\n%s" message pattern actual

let isRegexMatch (actual: string) (regex: Regex) message =
    if not (regex.IsMatch actual) then
        fail "%s. Expected a match of /%O/ in:\n%s" message regex actual

let isNotRegexMatch (actual: string) (regex: Regex) message =
    if regex.IsMatch actual then
        fail "%s. Expected no match of /%O/ in:\n%s" message regex actual

let stringContains (subject: string) (substring: string) message =
    if not (subject.Contains(substring, StringComparison.Ordinal)) then
        fail "%s. Expected \"%s\" in:\n%s" message substring subject

let stringStarts (subject: string) (prefix: string) message =
    if not (subject.StartsWith(prefix, StringComparison.Ordinal)) then
        fail "%s. Expected \"%s\" at the start of:\n%s" message prefix subject

let stringEnds (subject: string) (suffix: string) message =
    if not (subject.EndsWith(suffix, StringComparison.Ordinal)) then
        fail "%s. Expected \"%s\" at the end of:\n%s" message suffix subject

let stringHasLength (subject: string) (length: int) message =
    if subject.Length <> length then
        fail "%s. Expected %d characters, but has %d:\n%s" message length subject.Length subject

let streamsEqual (actual: Stream) (expected: Stream) message =
    let rec step position =
        match actual.ReadByte(), expected.ReadByte() with
        | -1, -1 -> ()
        | a, e when a = e -> step (position + 1L)
        | a, e ->
            fail "%s. Streams differ at byte %d: expected %d, actual %d (-1 is the end)." message position e a

    step 0L

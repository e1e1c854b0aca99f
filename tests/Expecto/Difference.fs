module internal Expecto.Difference

open System
open System.Collections
open Microsoft.FSharp.Reflection

/// Fails the running test with a message that follows the printf format.
let fail format =
    Printf.ksprintf (fun message -> raise (AssertException message)) format

/// The first place where two sequences differ; a side that has ended is None there.
let first (actual: seq<'a>) (expected: seq<'a>) : (int * 'a option * 'a option) option =
    use left = actual.GetEnumerator()
    use right = expected.GetEnumerator()

    let rec step index =
        match left.MoveNext(), right.MoveNext() with
        | false, false -> None
        | true, false -> Some(index, Some left.Current, None)
        | false, true -> Some(index, None, Some right.Current)
        | true, true when Unchecked.equals left.Current right.Current -> step (index + 1)
        | true, true -> Some(index, Some left.Current, Some right.Current)

    step 0

let private shown (value: obj | null) =
    match value with
    | null -> "null"
    | :? string as text ->
        "\""
        + text.Replace("\r", "\\r").Replace("\n", "\\n").Replace("\t", "\\t")
        + "\""
    | :? (byte[]) as bytes when bytes.Length <= 64 -> $"bytes[{bytes.Length}] {Convert.ToHexString bytes}"
    | value -> sprintf "%A" value

// Around a difference in a long text, this much is enough to find it.
let private nearby (text: string) index =
    let start = max 0 (index - 20)
    let length = min 60 (text.Length - start)
    let before = if start > 0 then "..." else ""
    let after = if start + length < text.Length then "..." else ""
    before + text.Substring(start, length) + after

let private sides (actual: obj | null) (expected: obj | null) =
    $"\n  expected: {shown expected}\n    actual: {shown actual}"

let private ofItems noun (actual: seq<obj>) (expected: seq<obj>) =
    let at =
        function
        | Some value -> shown value
        | None -> "nothing (it ends here)"

    match first actual expected with
    | None -> ""
    | Some(index, a, e) -> $"\n  first difference at {noun} {index}: expected {at e}, actual {at a}"

let private ofStrings (actual: string) (expected: string) =
    match first actual expected with
    | None -> ""
    | Some(index, _, _) when actual.Length <= 60 && expected.Length <= 60 ->
        $"\n  first difference at character {index}"
    | Some(index, _, _) ->
        $"\n  first difference at character {index}:"
        + $"\n    expected {shown (nearby expected index)}"
        + $"\n      actual {shown (nearby actual index)}"

let private ofRecords (kind: Type) (actual: obj) (expected: obj) =
    FSharpType.GetRecordFields(kind, true)
    |> Array.filter (fun field -> not (Unchecked.equals (field.GetValue actual) (field.GetValue expected)))
    |> Array.map (fun field ->
        $"\n  field {field.Name}: expected {shown (field.GetValue expected)}, "
        + $"actual {shown (field.GetValue actual)}")
    |> String.concat ""

/// Both values, and the first place where they differ if they have places.
let describe (actual: obj | null) (expected: obj | null) =
    let where =
        match actual, expected with
        | null, _
        | _, null -> ""
        | (:? string as a), (:? string as e) -> ofStrings a e
        | (:? IEnumerable as a), (:? IEnumerable as e) -> ofItems "index" (Seq.cast<obj> a) (Seq.cast<obj> e)
        | a, e when a.GetType() = e.GetType() && FSharpType.IsRecord(a.GetType(), true) ->
            ofRecords (a.GetType()) a e
        | _ -> ""

    sides actual expected + where

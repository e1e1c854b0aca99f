/// Mistakes in how a rule is laid out, which the compiler tells elsewhere: a clause that does not begin under the others
/// belongs for it to the clause above, or ends the rule.
module internal AuditRules.Scripting.RuleLayout

open System.Text.RegularExpressions

/// A mistake at its own place.
type Mistake =
    {
        Line: int
        /// From 0.
        Column: int
        Length: int
        Message: string
        Hint: string
    }

/// The numbers of what the compiler says of such mistakes: of syntax, and of clauses that do not fit.
let private tells =
    set
        [
            10
            58
            583
            604
            708
            3086
            3095
            3097
            3098
            3099
            3106
            3118
            3123
            3156
            3524
        ]

let mayTell (number: int) (message: string) =
    tells.Contains number && not (message.StartsWith "Unexpected character")

/// The lines that begin with a clause, or with the `for` of a rule.
let private clauseLines (own: (int * string) list) =
    own
    |> List.skipWhile (fun (_, line) -> Spot.firstWord line <> "for")
    |> List.filter (fun (_, line) ->
        let word = Spot.firstWord line
        word = "for" || (ClauseShapes.find word).IsSome)

let private misplaced own =
    match clauseLines own with
    | (_, first) :: (_ :: _ as clauses) ->
        let start = Spot.indent first

        // Most of them stand right. All of them may stand further to the right than the `for`.
        let column, _ =
            [
                for _, line in clauses do
                    Spot.indent line
            ]
            |> List.countBy id
            |> List.maxBy (fun (column, count) -> count, (column = start))

        clauses
        |> List.tryFind (fun (_, line) -> Spot.indent line <> column)
        |> Option.map (fun (number, line) ->
            let word = Spot.firstWord line
            let own = Spot.indent line
            let side = if own > column then "right" else "left"

            {
                Line = number
                Column = own
                Length = word.Length
                Message = $"{word} begins further to the {side} than the other clauses of the rule"
                Hint = $"Begin it at column {column + 1}, under the others."
            })
    | _ -> None

let private header =
    Regex(@"^let\s+(?:private\s+|rec\s+|inline\s+)*(\w+)\s*$", RegexOptions.NonBacktracking)

let private unequal own =
    match own with
    | (number, line: string) :: (_, next: string) :: _ when
        header.IsMatch line && not (next.TrimStart().StartsWith '=')
        ->
        let name = (header.Match line).Groups[1].Value

        Some
            {
                Line = number
                Column = 0
                Length = line.TrimEnd().Length
                Message = $"the value {name} has no = behind its name"
                Hint = $"Write let {name} ="
            }
    | _ -> None

/// What is wrong with the layout of a top-level value, by its lines of code.
let mistake own =
    unequal own |> Option.orElseWith (fun () -> misplaced own)

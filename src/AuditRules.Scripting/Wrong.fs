/// What is wrong with compiled code, before its place is known.
module internal AuditRules.Scripting.Wrong

let private trust =
    "--trust-rules lets the rules do what any program of yours may do."

/// One thing that is wrong.
type Wrong =
    {
        Id: string
        Message: string
        Hint: string
        /// Of those with one cause one is told a line.
        Cause: string
        /// The word of the source that is meant.
        Word: string
        /// What the author may have written in its place: the compiler puts what these do where they stand.
        Others: string list
    }

let unchecked what word =
    {
        Id = Problem.Unchecked
        Message = $"code that cannot be checked: {what}"
        Hint = $"Write it without. {trust}"
        Cause = Problem.Unchecked
        Word = word
        Others = []
    }

/// Something that rules may not do, as "use files", by that name.
let forbidden purpose name hint word =
    {
        Id = Problem.Forbidden
        Message = $"rules may not {purpose}: {name}"
        Hint = $"{hint} {trust}"
        Cause = purpose
        Word = word
        Others =
            match purpose with
            | GuardList.Console -> [ "printfn"; "printf"; "eprintfn"; "eprintf"; "stdout"; "stderr"; "stdin" ]
            | GuardList.Threads -> [ "lock"; "task"; "backgroundTask"; "async" ]
            | _ -> []
    }

let member' (typeName: string) (memberName: string) =
    let name = GuardList.shown typeName memberName
    let word = name.Substring(name.LastIndexOf '.' + 1)

    match GuardList.purpose typeName memberName with
    | GuardList.Time ->
        forbidden GuardList.Time name "An event has its own time, and within and atLeast measure it." word
    | purpose -> forbidden purpose name "A rule decides by events alone." word

let hashCode =
    { forbidden
          GuardList.Chance
          "a hash code"
          "A hash code is another in every run: compare the values themselves."
          "hash" with
        Others = [ "GetHashCode"; "Combine" ]
    }

let keptHashCode =
    { hashCode with
        Hint =
            $"A GetHashCode that asks for hash codes may do nothing else: it sets nothing, decides nothing by them, throws nothing, does not loop, makes and calls nothing of yours (R80). {trust}"
    }

let backtracking =
    forbidden
        "take hours over a text"
        "a Regex that backtracks"
        "Use the pattern regex \"...\", or make the Regex with the constant RegexOptions.NonBacktracking."
        "Regex"

let mayBacktrack =
    forbidden
        "take hours over a text"
        "a Regex that may backtrack"
        "Its options are no constant there: write RegexOptions.NonBacktracking where the Regex is made, or use the pattern regex \"...\"."
        "Regex"

/// What to do about a value that can change.
let stateHint =
    "A replay must give the same every time: make it a list, a set [ ... ] or a Map, or make it inside the function that uses it."

let changes what word =
    {
        Id = Problem.Mutable
        Message = $"{what} can change"
        Hint = stateHint
        Cause = Problem.Mutable
        Word = word
        Others = []
    }

/// Tells code from texts and comments in a rule file, in one pass, the way the compiler's lexer does.
/// Where the lexer's answer depends on its version, the scan refuses the file rather than guess.
module internal AuditRules.Scripting.SourceScan

open System
open System.Collections.Generic
open System.Text
open AuditRules.Scripting.SourceWords

/// A `#` in code that begins a directive.
type Directive =
    {
        /// The line, from 1.
        Line: int
        /// The column, from 1.
        Column: int
        /// The word or number behind the `#`; empty when there is none.
        Name: string
        /// What stands behind the name, up to the end of the line.
        Rest: string
        /// False when something stands before it on its line.
        First: bool
    }

/// What the scan cannot accept.
type Doubt =
    {
        /// The line, from 1.
        Line: int
        /// The column, from 1.
        Column: int
        Message: string
        Hint: string
    }

type Scan =
    {
        Directives: Directive list
        Doubts: Doubt list
        /// The lines on which an ordinary text begins that goes on over the end of its line: mostly one that lacks its
        /// quotation mark.
        Wrapped: int list
        /// The text with blanks for comments and for what stands in texts; each line and column as in the text.
        Code: string
    }

type private Text =
    {
        Verbatim: bool
        Triple: bool
        /// How many `$` stand before it: so many braces open a hole.
        Dollars: int
    }

/// What is left on the way back out: the hole of an interpolated text, with the braces open in it.
[<Sealed>]
type private Hole(text: Text) =
    member _.Text = text
    member val Braces = 0 with get, set

let scan (text: string) : Scan =
    let code = StringBuilder(text)
    let directives = ResizeArray<Directive>()
    let doubts = ResizeArray<Doubt>()
    let wrapped = ResizeArray<int>()
    let holes = Stack<Hole>()
    let mutable at = 0
    let mutable line = 1
    let mutable lineStart = 0
    let mutable openIfs = 0

    let peek n =
        if at + n < text.Length then text[at + n] else '\000'

    let follows (s: string) =
        String.CompareOrdinal(text, at, s, 0, s.Length) = 0

    let doubt message hint =
        doubts.Add
            {
                Line = line
                Column = at - lineStart + 1
                Message = message
                Hint = hint
            }

    /// A `#if`, `#else` or `#endif` counts for the compiler even where what stands before it is left out.
    let branchInLiteral () =
        if openIfs > 0 then
            let rest = text.AsSpan(at).TrimStart([| ' '; '\t' |].AsSpan())

            if rest.StartsWith "#if" || rest.StartsWith "#else" || rest.StartsWith "#endif" then
                doubt
                    "this line begins with a directive inside a text or a comment, between #if and #endif"
                    "Close the text or the comment before it."

    /// Goes on by n characters; true for those of a text or a comment.
    let rec go n literal =
        if n > 0 && at < text.Length then
            let isEnd = text[at] = '\n'

            if literal && not isEnd then
                code[at] <- ' '

            at <- at + 1

            if isEnd then
                line <- line + 1
                lineStart <- at

                if literal then
                    branchInLiteral ()

            go (n - 1) literal

    let toLineEnd literal =
        match text.IndexOf('\n', at) with
        | -1 -> go (text.Length - at) literal
        | stop -> go (stop - at) literal

    let character () = characterLength text at

    /// The rest of a text, after its opening quotes or after a hole. Stops behind the end or behind the braces of a hole.
    let rest (kind: Text) =
        let mutable inside = true
        let first = line

        while inside && at < text.Length do
            let c = text[at]

            if kind.Triple && follows "\"\"\"" then
                go 3 false
                inside <- false
            elif kind.Triple && c = '"' then
                go 1 true
            elif not kind.Triple && kind.Verbatim && follows "\"\"" then
                go 2 true
            elif c = '"' then
                go 1 false
                inside <- false
            elif not kind.Triple && not kind.Verbatim && c = '\\' then
                // A backslash does not take a brace with it.
                go
                    (if kind.Dollars > 0 && (peek 1 = '{' || peek 1 = '}') then
                         1
                     else
                         2)
                    true
            elif kind.Dollars > 0 && c = '{' then
                let mutable run = 1

                while peek run = '{' do
                    run <- run + 1

                // With one $, a pair of braces is a brace; with more, fewer braces than $ are braces.
                let isHole =
                    if kind.Dollars = 1 then
                        run % 2 = 1
                    else
                        run >= kind.Dollars

                go run true

                if isHole then
                    holes.Push(Hole kind)
                    inside <- false
            else
                go 1 true

        if line > first && not kind.Triple && not kind.Verbatim then
            wrapped.Add first

    let comment () =
        go 2 true
        let mutable depth = 1

        while depth > 0 && at < text.Length do
            let quoted = if text[at] = '\'' then character () else 0

            if quoted > 0 then
                go quoted true
            elif follows "(*)" then
                go 3 true
            elif follows "(*" then
                go 2 true
                depth <- depth + 1
            elif follows "*)" then
                go 2 true
                depth <- depth - 1
            elif follows "\"\"\"" then
                go 3 true

                rest
                    {
                        Verbatim = false
                        Triple = true
                        Dollars = 0
                    }
            elif follows "@\"" then
                go 2 true

                rest
                    {
                        Verbatim = true
                        Triple = false
                        Dollars = 0
                    }
            elif text[at] = '"' then
                go 1 true

                rest
                    {
                        Verbatim = false
                        Triple = false
                        Dollars = 0
                    }
            else
                go 1 true

    let openText (prefix: string) =
        go prefix.Length false
        // With @, three quotation marks are one that opens and a pair that stands for one.
        let triple = follows "\"\"\"" && not (prefix.Contains '@')
        go (if triple then 3 else 1) false

        rest
            {
                Verbatim = prefix.Contains '@'
                Triple = triple
                Dollars = prefix.AsSpan().Count '$'
            }

    let operator () =
        let mutable n = 1

        while isOperator (peek n) do
            n <- n + 1

        let run = text.Substring(at, n)

        let prefix =
            if peek n <> '"' then
                ""
            else
                run.Substring(run.AsSpan().TrimEnd("$@".AsSpan()).Length)

        if run.StartsWith "//" then
            toLineEnd true
        elif run.Contains "//" then
            doubt $"{run} can be read as an operator or as a comment" "Put a blank before the //."
            go n false
        elif prefix <> "" then
            let before = run.Substring(0, n - prefix.Length)

            let isKnown =
                match prefix with
                | "@"
                | "$"
                | "$@"
                | "@$" -> true
                | _ -> String.forall ((=) '$') prefix && peek (n + 1) = '"' && peek (n + 2) = '"'

            if not isKnown || (before <> "" && not (before = "=" && prefix = "$")) then
                doubt
                    $"{run}\" can be read as an operator or as the beginning of a text"
                    "Put a blank between the operator and the text."

            go before.Length false
            openText prefix
        else
            go n false

    let hash () =
        let mutable n = 1

        while peek n = ' ' || peek n = '\t' do
            n <- n + 1

        let first = n

        while isWord (peek n) do
            n <- n + 1

        let name = text.Substring(at + first, n - first)

        let stop =
            match text.IndexOf('\n', at) with
            | -1 -> text.Length
            | stop -> stop

        let rest = text.Substring(at + n, stop - at - n)

        let isFirst = String.IsNullOrWhiteSpace(text.Substring(lineStart, at - lineStart))

        let isDirective =
            isFirst
            || words.Contains name
            || (name <> "" && Char.IsDigit name[0])
            || rest.TrimStart().StartsWith '"'
            || rest.TrimStart().StartsWith "@\""

        if isDirective then
            directives.Add
                {
                    Line = line
                    Column = at - lineStart + 1
                    Name = name
                    Rest = rest
                    First = isFirst
                }

            match name with
            | "if" -> openIfs <- openIfs + 1
            | "endif" -> openIfs <- max 0 (openIfs - 1)
            | _ -> ()

            go (stop - at) true
        else
            // Inline IL has its text behind the #, perhaps lines behind it. A type has its name there.
            let message = "a # without a name right behind it is not allowed in a rule file"

            if (name = "" || first > 1) && not (doubts.Exists(fun d -> d.Message = message)) then
                doubt
                    message
                    (if name = "" then
                         "What inline IL does cannot be checked; a type is written as #seq<int>, without a blank."
                     else
                         "A comment begins with //. A type is written as #seq<int>, without a blank.")

            go n false

    while at < text.Length do
        let c = text[at]

        if c = '#' then
            hash ()
        elif follows "(*)" then
            go 3 false
        elif follows "(*" then
            comment ()
        elif c = '"' then
            openText ""
        elif follows "``" then
            match text.IndexOf("``", at + 2, StringComparison.Ordinal), text.IndexOf('\n', at) with
            | stop, lineEnd when stop > 0 && (lineEnd < 0 || stop < lineEnd) -> go (stop + 2 - at) false
            | _ ->
                doubt "`` is not closed on its line" "Close the name with ``."
                go 2 false
        elif c = '\'' then
            match character () with
            | 0 -> go 1 false
            | n ->
                go 1 false
                go (n - 2) true
                go 1 false
        elif isWord c then
            while isWord (peek 0) || peek 0 = '\'' do
                go 1 false
        elif (c = '[' || c = '{' || c = '(') && (peek 1 = '|' || (c = '[' && peek 1 = '<')) then
            if c = '{' && holes.Count > 0 then
                holes.Peek().Braces <- holes.Peek().Braces + 1

            go 2 false
        elif follows "|}" then
            if holes.Count > 0 && holes.Peek().Braces > 0 then
                holes.Peek().Braces <- holes.Peek().Braces - 1

            go 2 false
        elif isOperator c then
            operator ()
        elif c = '{' && holes.Count > 0 then
            holes.Peek().Braces <- holes.Peek().Braces + 1
            go 1 false
        elif c = '}' && holes.Count > 0 then
            if holes.Peek().Braces > 0 then
                holes.Peek().Braces <- holes.Peek().Braces - 1
                go 1 false
            else
                let hole = holes.Pop()
                go (max 1 hole.Text.Dollars) false
                rest hole.Text
        else
            go 1 false

    {
        Directives = List.ofSeq directives
        Doubts = List.ofSeq doubts
        Wrapped = List.ofSeq wrapped
        Code = code.ToString()
    }

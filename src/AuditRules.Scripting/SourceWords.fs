/// What the compiler's lexer takes for a name, an operator, a character or the word of a directive.
module internal AuditRules.Scripting.SourceWords

open System
open System.Globalization

let isOperator c = "!$%&*+-./<=>?@^|~:".Contains(c: char)

/// What the lexer takes into a name, besides the quote.
let isWord c =
    Char.IsLetterOrDigit c
    || match Char.GetUnicodeCategory c with
       | UnicodeCategory.LetterNumber
       | UnicodeCategory.ConnectorPunctuation
       | UnicodeCategory.NonSpacingMark
       | UnicodeCategory.SpacingCombiningMark
       | UnicodeCategory.Format -> true
       | _ -> false

/// The words of directives. A `#` with another word inside a line is a type, as in `x: #seq<int>`.
let words =
    set (
        "if else elif endif light indent load r R reference I i line nowarn warnon quit q help h time silentCd dbgbreak"
            .Split
            ' '
    )

/// The length of the character literal at that quote; 0 when the quote begins something else.
let characterLength (text: string) at =
    let peek n =
        if at + n < text.Length then text[at + n] else '\000'

    let ends n (isDigit: char -> bool) first =
        if peek n = '\'' && Seq.forall (peek >> isDigit) (seq { first .. n - 1 }) then
            n + 1
        else
            0

    if peek 1 = '\\' then
        match peek 2 with
        | 'x' -> ends 5 Char.IsAsciiHexDigit 3
        | 'u' -> ends 7 Char.IsAsciiHexDigit 3
        | 'U' -> ends 11 Char.IsAsciiHexDigit 3
        | c when Char.IsAsciiDigit c && peek 3 <> '\'' -> ends 5 Char.IsAsciiDigit 2
        | c when "\\\"'abfnrtv0".Contains c -> ends 3 (fun _ -> true) 3
        | _ -> 0
    elif peek 2 = '\'' && peek 1 <> '\n' then
        3
    else
        0

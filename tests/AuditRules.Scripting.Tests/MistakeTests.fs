/// What is said of mistakes in the language: words, types, texts and patterns.
module AuditRules.Scripting.Tests.MistakeTests

open Expecto
open AuditRules.Scripting.Tests.Folder

let private rule =
    """open AuditRules

let secret = glob "*/.ssh/*"

let exfiltration =
    rule ("AR1001", "secret read, then network", High, mitre = [ "T1041" ]) {
        for o in Py.Open.matching (path = secret) do
        where (not o.IsWrite)
        followedBy c in Py.SocketConnect.matching (host = notLike "localhost") on (o.Process = c.Process)
        within (seconds 5)
        message $"{o.Path} was read, then {c.Host}:{c.Port} connected"
        shouldFire [ Py.Open.make (path = "/u/.ssh/id", mode = "r"); Py.SocketConnect.make (host = "h", port = 1) ]
    }
"""

let label = "mistakes of authors: one diagnostic, at the place, with a hint"

/// The rule with one mistake, and all that is said of it.
let private mistake (right: string) (wrong: string) =
    if not (rule.Contains right) then
        failtest $"the rule does not contain {right}"

    told (compile (rule.Replace(right, wrong)))

/// A test of each mistake: its name, what it stands in place of, itself, and all that is said of it.
let each cases =
    [
        for name, right, wrong, expected in cases ->
            testCase name (fun () -> Expect.equal (mistake right wrong) expected "all that is said")
    ]

let private cases =
    [
        "a misspelt event",
        "Py.Open.matching",
        "Py.Opne.matching",
        [
            "x.fsx(7,21) FS0039: The type 'Py' does not define a field, constructor, or member named 'Opne'. | Maybe you want Open."
        ]

        "a misspelt field of a pattern",
        "path = secret",
        "pth = secret",
        [
            "x.fsx(7,36) FS0495: The member or object constructor 'matching' has no argument or settable return property 'pth'. | Maybe you want path."
        ]

        "a misspelt field of an event",
        "{o.Path}",
        "{o.Pth}",
        [
            "x.fsx(11,22) FS0039: The type 'Open' does not define a field, constructor, or member named 'Pth'. | Maybe you want Path."
        ]

        "a missing parenthesis",
        "where (not o.IsWrite)",
        "where (not o.IsWrite",
        [
            "x.fsx(8,15) FS0583: Unmatched '(' | Look for a missing parenthesis or bracket on this line or the one before."
        ]

        "a misspelt severity",
        "High,",
        "Hihg,",
        [
            "x.fsx(6,50) FS0039: The value or constructor 'Hihg' is not defined. | Maybe you want High."
        ]

        "== for =",
        "where (not o.IsWrite)",
        "where (o.Path == \"x\")",
        [
            "x.fsx(8,23) FS0043: The type 'string' does not support the operator '==' | F# compares with = and <>."
        ]

        "and for &&",
        "where (not o.IsWrite)",
        "where (not o.IsWrite and true)",
        [
            "x.fsx(8,30) FS0010: Unexpected keyword 'and' in expression | F# writes && for and, || for or."
        ]

        "a number that is a text",
        "where (not o.IsWrite)",
        "where (o.Flags = \"x\")",
        [
            "x.fsx(8,26) FS0001: This expression was expected to have type 'int64' but here has type 'string' | This is a number: compare it with 443L."
        ]

        "a number of 32 bits",
        "where (not o.IsWrite)",
        "where (5 = o.Flags)",
        [
            "x.fsx(8,20) FS0193: Type constraint mismatch. The type 'int64' is not compatible with type 'int' | Whole numbers of events have 64 bits: write 443L."
        ]

        "a text on the left of |||",
        "glob \"*/.ssh/*\"",
        "\"/tmp\" ||| glob \"/x\"",
        [
            "x.fsx(3,14) FS0001: The type 'string' does not support the operator '|||' | A text alone is no pattern there: write equals \"/tmp\" ||| ..."
        ]

        "a text on the left of &&&",
        "glob \"*/.ssh/*\"",
        "\"/tmp\" &&& glob \"/x\"",
        [
            "x.fsx(3,14) FS0001: The type 'string' does not support the operator '&&&' | A text alone is no pattern there: write contains \"tmp\" &&& ..."
        ]

        "an undefined name in notLike, of which there are two",
        "notLike \"localhost\"",
        "notLike (glb \"x\")",
        [
            "x.fsx(9,68) FS0039: The value or constructor 'glb' is not defined. | Maybe you want glob."
        ]

        "a pattern of two without parentheses",
        "path = secret",
        "path = glob \"/x\" ||| \"/y\"",
        [
            "x.fsx(7,36) FS0001: The type 'bool' does not support the operator '|||' | Put the pattern in parentheses: path = (... ||| ...)"
        ]

        "a pattern of two with &&&, without parentheses",
        "path = secret",
        "path = secret &&& notLike \"/y\"",
        [
            "x.fsx(7,36) FS0001: The type 'bool' does not support the operator '&&&' | Put the pattern in parentheses: path = (... &&& ...)"
        ]

        "a pattern of two without parentheses behind another field",
        "path = secret",
        "flags = write, path = secret ||| \"/z\"",
        [
            "x.fsx(7,51) FS0691: Named arguments must appear after all other arguments | Put the pattern in parentheses: path = (... ||| ...)"
        ]

        "numbers of two without parentheses",
        "host = notLike \"localhost\"",
        "port = between (1, 5) ||| 6",
        [
            "x.fsx(9,52) FS0001: The type 'bool' does not support the operator '|||' | Put the pattern in parentheses: port = (... ||| ...)"
        ]

        "a number that is given as a text",
        "host = notLike \"localhost\"",
        "port = \"443\"",
        [
            "x.fsx(9,59) FS0001: The type 'string' is not compatible with the type 'Detection.Patterns.NumberPattern' | This is a number: write 443."
        ]

        "a number that is given a pattern of text",
        "host = notLike \"localhost\"",
        "port = glob \"44*\"",
        [
            "x.fsx(9,59) FS0193: The type 'Detection.Patterns.TextPattern' is not compatible with the type 'Detection.Patterns.NumberPattern' | This field is a number: write 443, or a pattern as oneOf [ 80; 443 ]."
        ]

        "a text that is given as a number",
        "host = notLike \"localhost\"",
        "host = 5",
        [
            "x.fsx(9,59) FS0001: The type 'int' is not compatible with the type 'Detection.Patterns.TextPattern' | This is a text: write \"5\"."
        ]

        "a text that is given a pattern of numbers",
        "host = notLike \"localhost\"",
        "host = between (1, 2)",
        [
            "x.fsx(9,59) FS0193: The type 'Detection.Patterns.NumberPattern' is not compatible with the type 'Detection.Patterns.TextPattern' | This field is a text: write \"...\", or a pattern as glob \"...\"."
        ]

        "a number given as a text in an example",
        "port = 1)",
        "port = \"1\")",
        [
            "x.fsx(12,112) FS0001: This expression was expected to have type 'int64' but here has type 'string' | This is a number: write 1."
        ]

        "a text given as a number in an example",
        "host = \"h\"",
        "host = 1",
        [
            "x.fsx(12,100) FS0001: This expression was expected to have type 'string' but here has type 'int' | This is a text: write \"1\"."
        ]

        "oneOf of both",
        "host = notLike \"localhost\"",
        "port = oneOf [ 80; \"x\" ]",
        [
            "x.fsx(9,71) FS0001: All elements of a list must be implicitly convertible to the type of the first element, which here is 'int'. This element has type 'string'. | The items of a list are all texts or all numbers."
        ]

        "a tab",
        "        where (not",
        "\twhere (not",
        [
            "x.fsx(8,1) FS1161: TABs are not allowed in F# code | Use spaces: F# takes no tabs before code."
        ]

        "a comment of Python",
        "let secret",
        "# secret\nlet secret",
        [
            "x.fsx(3,1) AR0001: #secret is not allowed in a rule file | A comment begins with //. Of directives #load, #if, #else, #endif and #light are allowed."
        ]

        "a comment of Python behind code",
        "where (not o.IsWrite)",
        "where (not o.IsWrite) # write",
        [
            "x.fsx(8,31) AR0001: a # without a name right behind it is not allowed in a rule file | A comment begins with //. A type is written as #seq<int>, without a blank."
        ]

        "an unclosed quotation mark",
        "notLike \"localhost\"",
        "notLike \"localhost",
        [
            "x.fsx(6,77) FS0604: Unmatched '{' | A text that begins on line 9 does not end there: look for a missing quotation mark."
        ]

        "an unclosed quotation mark in the title",
        "then network\",",
        "then network,",
        [
            "x.fsx(6,10) FS0583: Unmatched '(' | A text that begins on line 6 does not end there: look for a missing quotation mark."
        ]

        "an unclosed quotation mark at the last text",
        "host = \"h\"",
        "host = \"h",
        [
            "x.fsx(6,77) FS0604: Unmatched '{' | A text that begins on line 12 does not end there: look for a missing quotation mark."
        ]

        "a pattern of regex that is none",
        "glob \"*/.ssh/*\"",
        "regex \"(a\"",
        [
            "x.fsx(3,20) AR0005: the regular expression (a is wrong at character 2: Not enough )'s. | A bracket that stands for itself needs a backslash: regex @\"\\(\"."
        ]

        "a pattern of regex in a step that is none",
        "path = secret",
        "path = regex \"(a\"",
        [
            "x.fsx(7,49) AR0005: the regular expression (a is wrong at character 2: Not enough )'s. | A bracket that stands for itself needs a backslash: regex @\"\\(\"."
        ]

        "a value that throws",
        "glob \"*/.ssh/*\"",
        "failwith \"boom\"",
        [
            "x.fsx(3,5) AR0005: the file throws when it is loaded: the value secret always does | A value at the top of a rule file must not fail."
        ]

        "a number that is added to a text",
        "{o.Path} was",
        "{o.Path + 1} was",
        [
            "x.fsx(11,29) FS0001: The type 'int' does not match the type 'string' | A number is no text: put it into one as $\"{n}\", or write string n."
        ]

        "an example with a number where a text is",
        "path = \"/u/.ssh/id\"",
        "path = 1.5",
        [
            "x.fsx(12,43) FS0001: This expression was expected to have type 'string' but here has type 'float' | This is a text: write \"1.5\"."
        ]

        "R85: a path that is to be two texts",
        "path = secret",
        "path = (equals \"/a\" &&& equals \"/b\")",
        [
            "x.fsx(7,36) AR0016: rule AR1001 waits for open with path = (\"/a\" and \"/b\"), which no event has | Join what may be either with |||; a list for oneOf must not be empty."
        ]

        "R85: a path of two beginnings",
        "path = secret",
        "path = (startsWith \"/etc/\" &&& startsWith \"/home/\")",
        [
            "x.fsx(7,36) AR0016: rule AR1001 waits for open with path = (startsWith \"/etc/\" and startsWith \"/home/\"), which no event has | Join what may be either with |||; a list for oneOf must not be empty."
        ]

        "R85: one of no numbers",
        "host = notLike \"localhost\"",
        "port = oneOf ([]: int list)",
        [
            "x.fsx(9,52) AR0016: rule AR1001 waits for socket.connect with port = nothing, which no event has | Join what may be either with |||; a list for oneOf must not be empty."
        ]

        "R85: ranges that do not meet",
        "host = notLike \"localhost\"",
        "port = (between (1, 5) &&& between (6, 9))",
        [
            "x.fsx(9,52) AR0016: rule AR1001 waits for socket.connect with port = (1 to 5 and 6 to 9), which no event has | Join what may be either with |||; a list for oneOf must not be empty."
        ]
    ]

[<Tests>]
let tests =
    testList
        label
        [
            testCase "the rule without a mistake compiles"
            <| fun () ->
                use rules = compile rule
                Expect.equal (told rules) [] "nothing to say"
                Expect.equal [ for r in rules.Rules -> r.Info.Id ] [ "AR1001" ] "one rule"

            yield! each cases

            testCase "a rule that has no name"
            <| fun () ->
                use rules =
                    compile
                        "open AuditRules\nrule (\"A\", \"t\", High) {\n    for o in Py.Open do\n    message \"x\"\n}\n"

                Expect.equal
                    (told rules)
                    [
                        "x.fsx(2,1) FS0020: The result of this expression has type 'Rule' and is implicitly ignored. | A rule that has no name is not used: write let name = before it."
                    ]
                    "the warning"

            testCase "two rules with a mistake each are both told"
            <| fun () ->
                let broken (id: string) =
                    rule
                        .Replace("Py.Open.matching", "Py.Opne.matching")
                        .Replace("exfiltration", id)
                        .Replace("open AuditRules\n", "")
                        .Replace("secret", "secret" + id)

                let text = "open AuditRules\n" + broken "a" + broken "b"
                Expect.hasLength (told (compile text)) 2 "one each"
        ]

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

/// The rule with one mistake, and all that is said of it.
let private mistake (right: string) (wrong: string) =
    if not (rule.Contains right) then
        failtest $"the rule does not contain {right}"

    told (compile (rule.Replace(right, wrong)))

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

        "a key of two types",
        "o.Process = c.Process",
        "o.Path = c.Process",
        [
            "x.fsx(9,93) FS0193: Type constraint mismatch. The type 'int' is not compatible with type 'string' | Both sides of a key must have the same type."
        ]

        "a key the wrong way round",
        "o.Process = c.Process",
        "c.Process = o.Process",
        [
            "x.fsx(9,84) FS0039: The value, namespace, type or module 'c' is not defined. | In `on (a = b)` the steps before stand on the left, the new one on the right."
        ]

        "a misspelt clause",
        "where (not",
        "whre (not",
        [
            "x.fsx(8,9) FS0039: The value or constructor 'whre' is not defined. | Maybe you want where."
        ]

        "a clause without parentheses",
        "where (not o.IsWrite)",
        "where o.Path = \"x\"",
        [
            "x.fsx(8,9) FS3095: 'where' is not used correctly. This is a custom operation in this query or computation expression. | Put the argument of where in parentheses."
        ]

        "a time that is a number",
        "within (seconds 5)",
        "within 5",
        [
            "x.fsx(10,16) FS0001: This expression was expected to have type 'System.TimeSpan' but here has type 'int' | Write a time as (seconds 5) or (minutes 1)."
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

        "no for",
        "for o in Py.Open.matching (path = secret) do",
        "message \"x\"",
        [
            "x.fsx(7,9) FS0193: The type 'Yielded<unit>' is not compatible with the type 'Flow<'a>' | A rule begins with: for e in Py.Event do"
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

        "a key the wrong way round, with a name near others",
        "followedBy c in Py.SocketConnect.matching (host = notLike \"localhost\") on (o.Process = c.Process)",
        "followedBy conn in Py.SocketConnect on (conn.Process = o.Process)",
        [
            "x.fsx(9,49) FS0039: The value, namespace, type or module 'conn' is not defined. | In `on (a = b)` the steps before stand on the left, the new one on the right."
        ]

        "the step before on both sides of a key",
        "o.Process = c.Process",
        "o.Process = o.Process",
        [
            "x.fsx(9,96) FS0039: The value, namespace, type or module 'o' is not defined. | In `on (a = b)` the steps before stand on the left, the new one on the right."
        ]

        "a misspelt name in a key",
        "o.Process = c.Process",
        "oo.Process = c.Process",
        [
            "x.fsx(9,84) FS0039: The value, namespace, type or module 'oo' is not defined."
        ]

        "two keys with &&",
        "o.Process = c.Process",
        "o.Process = c.Process && true",
        [
            "x.fsx(9,84) FS3125: Invalid join relation in 'followedBy'. Expected 'expr <op> expr', where <op> is =, =?, ?= or ?=?. | `on` takes one =. For several keys write on (struct (a, b) = struct (c, d))."
        ]
        "a pattern of two without parentheses",
        "path = secret",
        "path = glob \"/x\" ||| \"/y\"",
        [
            "x.fsx(7,36) FS0001: The type 'bool' does not support the operator '|||' | Put the pattern in parentheses: path = (... ||| ...)"
        ]

        "a pattern of two without parentheses, texts alone",
        "path = secret",
        "path = \"/x\" ||| \"/y\"",
        [
            "x.fsx(7,36) FS0001: The type 'bool' does not support the operator '|||' | Put the pattern in parentheses: path = (... ||| ...)"
        ]

        "a pattern of two with &&&, without parentheses",
        "path = secret",
        "path = secret &&& notLike \"/y\"",
        [
            "x.fsx(7,36) FS0001: The type 'bool' does not support the operator '&&&' | Put the pattern in parentheses: path = (... &&& ...)"
        ]

        "three patterns without parentheses",
        "path = secret",
        "path = secret ||| under \"/y\" ||| \"/z\"",
        [
            "x.fsx(7,36) FS0001: The type 'bool' does not support the operator '|||' | Put the pattern in parentheses: path = (... ||| ...)"
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
    ]

[<Tests>]
let tests =
    testList
        "mistakes of authors: one diagnostic, at the place, with a hint"
        [
            testCase "the rule without a mistake compiles"
            <| fun () ->
                use rules = compile rule
                Expect.equal (told rules) [] "nothing to say"
                Expect.equal [ for r in rules.Rules -> r.Info.Id ] [ "AR1001" ] "one rule"

            for name, right, wrong, expected in cases do
                testCase name
                <| fun () -> Expect.equal (mistake right wrong) expected "all that is said"

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

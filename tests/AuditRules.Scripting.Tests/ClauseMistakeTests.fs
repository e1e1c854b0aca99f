/// What is said of mistakes in clauses and keys, and in what a rule must have.
module AuditRules.Scripting.Tests.ClauseMistakeTests

open Expecto
open AuditRules.Scripting.Tests.MistakeTests

[<Tests>]
let tests =
    testList label
    <| each
        [
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
                "x.fsx(8,9) FS3095: 'where' is not used correctly. This is a custom operation in this query or computation expression. | Put the argument of where in parentheses. Write it as: where (o.Path <> \"/tmp/x\")"
            ]

            "a time that is a number",
            "within (seconds 5)",
            "within 5",
            [
                "x.fsx(10,16) FS0001: This expression was expected to have type 'System.TimeSpan' but here has type 'int' | Write a time as (seconds 5) or (minutes 1)."
            ]

            "no for",
            "for o in Py.Open.matching (path = secret) do",
            "message \"x\"",
            [
                "x.fsx(7,9) FS0193: The type 'Yielded<unit>' is not compatible with the type 'Flow<'a>' | A rule begins with: for o in Py.Open do"
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

            "do left out",
            "(path = secret) do",
            "(path = secret)",
            [
                "x.fsx(8,9) FS0010: Unexpected identifier in expression. Expected '->' or other token. | Write do at the end of the line before: for e in Py.Event do"
            ]

            "followedBy without on",
            " on (o.Process = c.Process)",
            "",
            [
                "x.fsx(9,9) FS3097: Incorrect syntax for 'followedBy'. Usage: followedBy var in collection on (outerKey = innerKey). Note that parentheses are required after 'on'. | followedBy needs a key: followedBy c in Py.SocketConnect on (o.Process = c.Process)"
            ]

            "a clause that does not fit",
            "within (seconds 5)",
            "within (seconds 0)",
            [
                "x.fsx(6,11) AR0007: rule AR1001: within needs a time above zero | Write it as: within (seconds 5)"
            ]

            "a condition over a step that there is not",
            "where (not o.IsWrite)",
            "where (d.Path = \"x\")",
            [
                "x.fsx(8,16) FS0039: The value, namespace, type or module 'd' is not defined."
            ]

            "a misspelt field in unless",
            "within (seconds 5)",
            "unless Py.OsRemove _.Pth o.Path",
            [
                "x.fsx(10,30) FS0039: The type 'OsRemove' does not define a field, constructor, or member named 'Pth'. | Maybe you want Path."
            ]

            "a field that another event has",
            "within (seconds 5)",
            "unless Py.OsRemove _.IsRead o.Path",
            [
                "x.fsx(10,30) FS0039: The type 'OsRemove' does not define a field, constructor, or member named 'IsRead'. | The fields of os.remove are Path, DirFd."
            ]

            "a window without a second step",
            "        followedBy c in Py.SocketConnect.matching (host = notLike \"localhost\") on (o.Process = c.Process)\n        within (seconds 5)\n        message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\"\n",
            "        within (seconds 5)\n        message o.Path\n",
            [
                "x.fsx(6,11) AR0007: rule AR1001: within needs two steps: put followedBy before it"
            ]

            "two messages",
            "within (seconds 5)",
            "message \"other\"",
            [ "x.fsx(6,11) AR0007: rule AR1001: message stands twice; a rule has one" ]

            "R112: a clause with two problems",
            "within (seconds 5)",
            "runs (3, 2)",
            [
                "x.fsx(6,11) AR0007: rule AR1001: runs (from, to) needs from to be at most to"
            ]

            "no id",
            "AR1001",
            "",
            [
                "x.fsx(6,11) AR0013: \"\" cannot be a rule's id | Write letters of A to Z, digits, _, - and ., beginning with a letter or a digit: MY0001."
            ]
        ]

/// What is said of mistakes in events, in steps and in examples.
module AuditRules.Scripting.Tests.SourceHintTests

open AuditRules.Scripting.Tests.MistakeRun

[<Expecto.Tests>]
let tests =
    each
        "hints: events, in steps and in examples"
        [
            "Py.Socket.Connect",
            whole
                "open AuditRules\n\nlet secret = glob \"*/.ssh/*\"\n\nlet exfiltration =\n    rule (\"MY0001\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open.matching (path = secret) do\n        where (not o.IsWrite)\n        followedBy c in Py.Socket.Connect.matching (host = notLike loopback) on (o.Process = c.Process)\n        within (seconds 5)\n        message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\"\n        shouldFire [ Py.Open.make (path = \"/u/.ssh/id\", mode = \"r\"); Py.Socket.Connect.make (host = \"192.0.2.1\", port = 1) ]\n        shouldNotFire [ Py.Open.make (path = \"/u/x\", mode = \"r\") ]\n    }\n",
            "(9,28) FS0039 | Write Py.SocketConnect."

            "the name that Python gives an event",
            whole
                "open AuditRules\n\nlet secret = glob \"*/.ssh/*\"\n\nlet exfiltration =\n    rule (\"MY0001\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open.matching (path = secret) do\n        where (not o.IsWrite)\n        followedBy c in socket.connect.matching (host = notLike loopback) on (o.Process = c.Process)\n        within (seconds 5)\n        message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\"\n        shouldFire [ Py.Open.make (path = \"/u/.ssh/id\", mode = \"r\"); socket.connect.make (host = \"192.0.2.1\", port = 1) ]\n        shouldNotFire [ Py.Open.make (path = \"/u/x\", mode = \"r\") ]\n    }\n",
            "(9,25) FS0039 | Write Py.SocketConnect."

            "py in small letters",
            whole
                "open AuditRules\n\nlet secret = glob \"*/.ssh/*\"\n\nlet exfiltration =\n    rule (\"MY0001\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open.matching (path = secret) do\n        where (not o.IsWrite)\n        followedBy c in py.SocketConnect.matching (host = notLike loopback) on (o.Process = c.Process)\n        within (seconds 5)\n        message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\"\n        shouldFire [ Py.Open.make (path = \"/u/.ssh/id\", mode = \"r\"); py.SocketConnect.make (host = \"192.0.2.1\", port = 1) ]\n        shouldNotFire [ Py.Open.make (path = \"/u/x\", mode = \"r\") ]\n    }\n",
            "(9,25) FS0039 | Write Py.SocketConnect."

            "Py.open",
            whole
                "open AuditRules\n\nlet secret = glob \"*/.ssh/*\"\n\nlet exfiltration =\n    rule (\"MY0001\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.open.matching (path = secret) do\n        where (not o.IsWrite)\n        followedBy c in Py.SocketConnect.matching (host = notLike loopback) on (o.Process = c.Process)\n        within (seconds 5)\n        message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\"\n        shouldFire [ Py.open.make (path = \"/u/.ssh/id\", mode = \"r\"); Py.SocketConnect.make (host = \"192.0.2.1\", port = 1) ]\n        shouldNotFire [ Py.open.make (path = \"/u/x\", mode = \"r\") ]\n    }\n",
            "(7,20) FS0599 | Write Py.Open."

            "an event that there is not",
            sequence "Py.Open.matching (path = secret)" "Py.OsWrite",
            "(7,21) FS0039 | docs/events.md lists the events of Python; one that a program raises itself is Custom \"its.name\"."

            "a namespace that there is not",
            whole
                "open AuditRules\n\nlet secret = glob \"*/.ssh/*\"\n\nlet exfiltration =\n    rule (\"MY0001\", \"secret read, then network\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open.matching (path = secret) do\n        where (not o.IsWrite)\n        followedBy c in Net.HttpRequest.matching (host = notLike loopback) on (o.Process = c.Process)\n        within (seconds 5)\n        message $\"{o.Path} was read, then {c.Host}:{c.Port} connected\"\n        shouldFire [ Py.Open.make (path = \"/u/.ssh/id\", mode = \"r\"); Net.HttpRequest.make (host = \"192.0.2.1\", port = 1) ]\n        shouldNotFire [ Py.Open.make (path = \"/u/x\", mode = \"r\") ]\n    }\n",
            "(9,25) FS0039 | There are no typed events of .NET: name them with Custom, as Custom \"app.login\"."

            "Py.Open without matching",
            sequence "Py.Open.matching" "Py.Open",
            "(7,18) FS0003 | Write Py.Open.matching (...)."

            "Py.Open without make",
            sequence "shouldNotFire [ Py.Open.make" "shouldNotFire [ Py.Open",
            "(13,25) FS0003 | Write Py.Open.make (...)."

            "make without its values",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        message \"x\"\n        shouldFire [ Py.Open.make ]\n    }\n",
            "(7,22) FS0002 | make takes what the event has: Py.Open.make (...)."

            "an example of a source",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        message \"x\"\n        shouldFire [ Py.Open ]\n    }\n",
            "(7,22) FS0193 | An example is made of events: shouldFire [ Py.Open.make (path = \"/etc/shadow\") ]"

            "an example of matching",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        message \"x\"\n        shouldFire [ Py.Open.matching (path = \"/a\") ]\n    }\n",
            "(7,22) FS0193 | An example is made of events: shouldFire [ Py.Open.make (path = \"/etc/shadow\") ]"

            "an example with commas",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        message \"x\"\n        shouldFire [ Py.Open.make (path = \"/a\"), Py.Open.make (path = \"/b\") ]\n    }\n",
            "(7,22) FS0001 | A semicolon stands between the events of an example: [ a; b ]."

            "an example without brackets",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        message \"x\"\n        shouldFire (Py.Open.make (path = \"/a\"))\n    }\n",
            "(7,21) FS0193 | An example is a list: shouldFire [ ... ]"

            "after without an event",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for o in Py.Open do\n        message \"x\"\n        shouldFire [ Py.Open.make (path = \"/a\"); after (seconds 6) ]\n    }\n",
            "(7,56) FS0001 | after and inProcess stand behind an event: Py.Open.make (path = \"/etc/shadow\") |> after (seconds 6)"

            "anyOf of two types in brackets",
            single
                "o in Py.Open do\n        where (o.Path <> \"/x\")"
                "e in anyOf [ Py.Open; Py.OsRemove ] do",
            "(5,35) FS0193 | anyOf takes events of different types in parentheses, anyOf (Py.Open, Py.OsRemove), and of one type in brackets, anyOf [ a; b ]."

            "anyOf with blanks",
            single "o in Py.Open do\n        where (o.Path <> \"/x\")" "e in anyOf Py.Open Py.OsRemove do",
            "(5,18) FS0003 | anyOf takes events of different types in parentheses, anyOf (Py.Open, Py.OsRemove), and of one type in brackets, anyOf [ a; b ]."

            "anyOf of five",
            single
                "o in Py.Open do\n        where (o.Path <> \"/x\")"
                "e in anyOf (Py.Open, Py.OsRemove, Py.OsSystem, Py.OsChmod, Py.OsRename) do",
            "(5,18) FS0505 | anyOf takes two to four events of different types."

            "a field of anyOf",
            single
                "o in Py.Open do\n        where (o.Path <> \"/x\""
                "e in anyOf (Py.Open, Py.OsRemove) do\n        where (e.Path = \"/a\"",
            "(6,18) FS0039 | Ask which event it is: match e.Case with Choice1Of2 o -> ... | Choice2Of2 r -> ..., or give each event a rule of its own."

            "a declared field without Args",
            whole
                "open AuditRules\ntype L = { User: string; Port: int64 }\nlet l = Custom<L> \"app.login\"\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for e in l do\n        where (e.User = \"x\")\n        message \"x\"\n    }\n",
            "(8,18) FS0039 | What a program declares stands in Args: e.Args.User"

            "where of a source without fun",
            sequence "Py.Open.matching (path = secret" "Py.Open.where (o.IsWrite",
            "(7,33) FS0039 | The where of a source takes a function: .where (fun o -> o.IsWrite)"

            "findingsOf of a text",
            whole
                "open AuditRules\n\nlet r =\n    rule (\"MY0001\", \"t\", High, mitre = [ \"T1041\" ]) {\n        for f in findingsOf \"MY0002\" do\n        message \"x\"\n    }\n",
            "(5,29) FS0001 | findingsOf takes a rule by the name of its value: findingsOf exfiltration"

            "unless of a text",
            single
                "where (o.Path <> \"/x\""
                "unless \"os.remove\" _.Path o.Path\n        followedBy c in Py.SocketConnect on (o.Process = c.Process",
            "(6,16) FS0001 | Write Py.OsRemove."

            "for in a text",
            single "Py.Open do\n        where (o.Path <> \"/x\")" "\"open\" do",
            "(5,18) FS0001 | Write Py.Open."

            "for in a list",
            single "Py.Open do\n        where (o.Path <> \"/x\")" "[ Py.Open; Py.Open ] do",
            "(5,18) FS0001 | Of several sources write anyOf [ a; b ]."

            "Custom without a name",
            single "o in Py.Open do\n        where (o.Path <> \"/x\")" "e in Custom do",
            "(5,18) FS0002 | Custom takes the name of the event: Custom \"app.login\"."

            "matching of a custom event without a type",
            single
                "o in Py.Open do\n        where (o.Path <> \"/x\")"
                "e in Custom(\"a.b\").matching (user = \"x\") do",
            "(5,32) FS0039 | matching needs the fields of the event: declare a record, and write Custom<Login> \"app.login\"."
        ]

/// The generated event sources: what `matching` takes and what `make` makes.
module AuditRules.Rules.Tests.SourceTests

open System.Collections.Immutable
open System.Reflection
open AuditRules
open AuditRules.Detection.Patterns
open AuditRules.Events
open AuditRules.Events.Python
open Expecto

let private raised name (arguments: Value list) =
    AuditEvent(name, ImmutableArray.CreateRange arguments)

let private takes (source: EventSource<'V>) (audited: AuditEvent) = source.Pattern.Matches audited.View

[<Tests>]
let matching =
    testList
        "matching"
        [
            testCase "says in words what it takes"
            <| fun () ->
                let source =
                    Py.Open.matching (path = (under "/etc" ||| glob "*/.ssh/*"), flags = anyBit 3)

                Expect.equal
                    (source.Pattern.ToString())
                    "open (path = (under \"/etc\" or glob \"*/.ssh/*\"), flags = any bit of 0x3)"
                    "pattern"

            testCase "takes literals: text, number, truth value"
            <| fun () ->
                let source = Py.SocketConnect.matching (host = "10.1.2.3", port = 443)

                Expect.equal
                    (source.Pattern.ToString())
                    "socket.connect (host = \"10.1.2.3\", port = 443)"
                    "socket"

                let source = Py.GlobGlob.matching (recursive = true)
                Expect.isTrue (takes source (Py.GlobGlob.make (pathname = "*", recursive = true))) "true"
                Expect.isFalse (takes source (Py.GlobGlob.make (pathname = "*", recursive = false))) "false"

            testCase "without conditions takes every event of the name and no other"
            <| fun () ->
                Expect.isTrue (takes Py.Open (Py.Open.make ())) "open"
                Expect.isFalse (takes Py.Open (Py.OsRemove.make (path = "x"))) "os.remove"

            testCase "a field's condition looks at its own place"
            <| fun () ->
                let connect = Py.SocketConnect.make (host = "10.1.2.3", port = 443)
                Expect.isTrue (takes (Py.SocketConnect.matching (port = between (400, 500))) connect) "port"
                Expect.isFalse (takes (Py.SocketConnect.matching (port = 80)) connect) "another port"
                Expect.isTrue (takes (Py.SocketConnect.matching (host = startsWith "10.")) connect) "host"
                Expect.isFalse (takes (Py.SocketConnect.matching (path = glob "*")) connect) "no path"

            testCase "all conditions must hold"
            <| fun () ->
                let source = Py.OsRename.matching (src = "a", dst = "b")
                Expect.isTrue (takes source (Py.OsRename.make (src = "a", dst = "b"))) "both"
                Expect.isFalse (takes source (Py.OsRename.make (src = "a", dst = "c"))) "one"

            testCase "a command line is the arguments joined by blanks"
            <| fun () ->
                let source = Py.SubprocessPopen.matching (commandLine = contains "-c curl")

                Expect.isTrue
                    (takes source (Py.SubprocessPopen.make (args = [ "/bin/sh"; "-c"; "curl x" ])))
                    "list"

                Expect.isFalse
                    (takes source (Py.SubprocessPopen.make (args = [ "curl"; "-c" ])))
                    "other order"

            testCase "a command line is the same to a pattern and to the view, empty words too"
            <| fun () ->
                let audited = Py.OsExec.make (args = [ ""; "a"; ""; "b" ])
                Expect.equal (OsExec.Create audited.View).CommandLine " a  b" "view"
                Expect.isTrue (takes (Py.OsExec.matching (commandLine = " a  b")) audited) "pattern"

            testCase "flags = write takes what opens to write"
            <| fun () ->
                let source = Py.Open.matching (flags = write)
                Expect.isTrue (takes source (Py.Open.make (path = "f", mode = "w", flags = 524865))) "w"
                Expect.isTrue (takes source (Py.Open.make (path = "f", flags = 655554))) "O_RDWR"
                Expect.isFalse (takes source (Py.Open.make (path = "f", mode = "r", flags = 524288))) "r"

            testCase "R105: an argument that was renamed goes by both names, in patterns, examples and events"
            <| fun () ->
                let audited = Py.Open.make (path = "/etc/x")

                Expect.equal
                    [ for v in (Py.Open.make (file = "/etc/x")).Arguments -> v ]
                    [ for v in audited.Arguments -> v ]
                    "an example by the older name"

                Expect.isTrue (takes (Py.Open.matching (file = under "/etc")) audited) "a pattern"
                Expect.isFalse (takes (Py.Open.matching (file = under "/tmp")) audited) "a pattern that fails"
                let o = Open.Create audited.View
                Expect.equal (o.Path, o.File) ("/etc/x", "/etc/x") "an event"
                let read = Py.CtypesStringAt.make (address = 7L)
                Expect.equal (CtypesStringAt.Create read.View).Ptr 7L "ptr"
                Expect.isTrue (takes (Py.CtypesStringAt.matching (ptr = 7, address = 7)) read) "both"

            testCase "R105: patterns take text and numbers in every form that Python has them in"
            <| fun () ->
                let opened path =
                    raised "open" [ path; Value.Nil; Value.Int 0L ]

                let etc = Py.Open.matching (path = under "/etc")
                Expect.isTrue (takes etc (opened (Value.Str "/etc/x"))) "str"
                Expect.isTrue (takes etc (opened (Value.Bytes "/etc/x"B))) "bytes"
                Expect.isFalse (takes etc (opened (Value.Int 3L))) "a descriptor"
                Expect.isFalse (takes etc (opened Value.Nil)) "None"

                let connected address =
                    raised "socket.connect" [ Value.Nil; address ]

                let https = Py.SocketConnect.matching (host = network "10.0.0.0/8", port = 443)
                let tuple (items: Value list) = Value.List(Array.ofList items)
                Expect.isTrue (takes https (connected (tuple [ "10.1.2.3"; 443 ]))) "IPv4"
                let within6 = tuple [ "::ffff:10.1.2.3"; 443; 0; 0 ]
                Expect.isTrue (takes https (connected within6)) "IPv4 within IPv6, a tuple of four"
                Expect.isFalse (takes https (connected (Value.Str "/run/x"))) "a path"
                Expect.isFalse (takes https (connected Value.Nil)) "None"

                let started (arguments: Value) =
                    raised "subprocess.Popen" [ "sh"; arguments ]

                let curl = Py.SubprocessPopen.matching (commandLine = startsWith "curl -s")
                Expect.isTrue (takes curl (started (tuple [ "curl"; "-s" ]))) "a list of str"
                let ofBytes = tuple [ Value.Bytes "curl"B; Value.Bytes "-s"B ]
                Expect.isTrue (takes curl (started ofBytes)) "a list of bytes"
                Expect.isTrue (takes curl (started (Value.Str "curl -s x"))) "one str"
                Expect.isTrue (takes curl (started (Value.Bytes "curl -s x"B))) "one of bytes"
                Expect.isFalse (takes curl (started Value.Nil)) "None"

            testCase "os.truncate by either form"
            <| fun () ->
                Expect.isTrue
                    (takes (Py.OsTruncate.matching (path = "a")) (Py.OsTruncate.make (path = "a")))
                    "path"

                Expect.isTrue (takes (Py.OsTruncate.matching (fd = 3)) (Py.OsTruncate.make (fd = 3))) "fd"

                Expect.isFalse
                    (takes (Py.OsTruncate.matching (path = "a")) (Py.OsTruncate.make (fd = 3)))
                    "not both"
        ]

[<Tests>]
let making =
    testList
        "make"
        [
            testCase "puts arguments in the catalogue's order, nil where none is given"
            <| fun () ->
                let audited = Py.Open.make (flags = 5L, path = "/home/u/.ssh/id_rsa")
                Expect.equal audited.Name "open" "name"

                Expect.equal
                    (List.ofSeq audited.Arguments)
                    [ Value.Str "/home/u/.ssh/id_rsa"; Value.Nil; Value.Int 5L ]
                    "arguments"

            testCase "makes a socket's address of host and port, and a socket of its family"
            <| fun () ->
                let audited = Py.SocketConnect.make (host = "10.1.2.3", port = 443)

                Expect.equal
                    audited.Arguments[1]
                    (Value.List [| Value.Str "10.1.2.3"; Value.Int 443L |])
                    "address"

                let c = SocketConnect.Create audited.View
                Expect.equal (c.Host, c.Port, c.Family, c.Fd) ("10.1.2.3", 443L, 2L, 3L) "view"

                let c =
                    SocketConnect.Create (Py.SocketConnect.make (host = "::1", port = 1, fd = 9)).View

                Expect.equal (c.Host, c.Family, c.Fd) ("::1", 10L, 9L) "IPv6"
                let c = SocketConnect.Create (Py.SocketConnect.make (path = "/run/x")).View
                Expect.equal (c.Path, c.Host, c.Family) ("/run/x", "", 1L) "AF_UNIX"

            testCase "an argument that is given itself goes before what it could be made of"
            <| fun () ->
                let address = Value.List [| Value.Str "a"; Value.Int 1L |]

                let audited =
                    Py.SocketConnect.make (address = address, host = "b", self = Value.Nil)

                Expect.equal audited.Arguments[1] address "address"

            testCase "splits a command line into words"
            <| fun () ->
                let p =
                    SubprocessPopen.Create (Py.SubprocessPopen.make (commandLine = "ls -l  /tmp")).View

                Expect.equal (List.ofSeq p.Args, p.CommandLine) ([ "ls"; "-l"; "/tmp" ], "ls -l /tmp") "args"

            testCase "makes a code object of its file and name"
            <| fun () ->
                let e =
                    Exec.Create (Py.Exec.make (codeFile = "<string>", codeName = "<module>")).View

                Expect.equal (e.CodeFile, e.CodeName, e.CodeLine) ("<string>", "<module>", 0L) "facts"
                Expect.isTrue (Py.Exec.make ()).Arguments[0].IsNil "nothing given"

            testCase "takes numbers, truth values and values as they are written"
            <| fun () ->
                Expect.equal
                    (List.ofSeq (Py.TimeSleep.make (seconds = 0.5)).Arguments)
                    [ Value.Float 0.5 ]
                    "float"

                Expect.equal
                    (List.ofSeq (Py.OsKill.make (targetPid = 7, signal = 9)).Arguments)
                    [ Value.Int 7L; Value.Int 9L ]
                    "int"

                Expect.equal
                    (Py.SubprocessPopen.make (env = Value.Map [||])).Arguments[3]
                    (Value.Map [||])
                    "value"
        ]

let private sources =
    [
        for property in typeof<Py>.GetProperties(BindingFlags.Public ||| BindingFlags.Static) ->
            property.Name, nonNull (property.GetValue null)
    ]

[<Tests>]
let every =
    testList
        "every event of the catalogue"
        [
            testCase "has a source of its type's name"
            <| fun () ->
                Expect.equal
                    (List.sort (List.map fst sources))
                    (List.sort [ for entry in Catalogue.All -> entry.TypeName ])
                    "sources"

            testCase "is what its source takes and makes, with as many arguments as the catalogue has"
            <| fun () ->
                for name, source in sources do
                    let entry = nonNull (Catalogue.FindType name)
                    let make = nonNull (source.GetType().GetMethod "make")
                    let nothing: objnull[] = Array.create (make.GetParameters().Length) null
                    let audited = nonNull (make.Invoke(source, nothing)) :?> AuditEvent

                    let count =
                        Seq.fold (fun most (a: CatalogueField) -> max most (a.Argument + 1)) 0 entry.Arguments

                    let pattern = (nonNull (source.GetType().GetProperty "Pattern")).GetValue source

                    Expect.equal (audited.Name, audited.Arguments.Length) (entry.Name, count) name
                    Expect.equal pattern (box (EventPattern entry.Name)) name

            testCase "can be matched by each field that holds text, a number or a truth value"
            <| fun () ->
                for name, source in sources do
                    let entry = nonNull (Catalogue.FindType name)

                    for field in entry.Arguments do
                        if
                            field.Type <> CatalogueType.Value
                            && field.Type <> CatalogueType.Texts
                            && field.Type <> CatalogueType.Float
                        then
                            let parameters =
                                match source.GetType().GetMethod "matching" with
                                | null -> []
                                | matching -> [ for parameter in matching.GetParameters() -> parameter.Name ]

                            Expect.contains parameters field.ParameterName name
        ]

module AuditRules.Events.Tests.CatalogueTests

open AuditRules.Events
open Expecto

let private name (entry: CatalogueEntry | null) =
    match entry with
    | null -> None
    | entry -> Some entry.Name

let private found (entry: CatalogueEntry | null) =
    match entry with
    | null -> failtest "no such entry"
    | entry -> entry

[<Tests>]
let catalogue =
    testList
        "the catalogue"
        [
            testCase "R105: has every row of the table, with its arguments in order"
            <| fun () ->
                let missing =
                    [
                        for event, arguments in DataFiles.rows () do
                            let entry = found (Catalogue.Find event)

                            for index, argument in List.indexed arguments do
                                let known =
                                    entry.Arguments
                                    |> Seq.exists (fun a -> a.Name = argument && a.Argument = index)

                                if not known then
                                    event, argument
                    ]

                Expect.isEmpty missing "rows that are not in the catalogue"
                Expect.isGreaterThanOrEqual Catalogue.All.Length 196 "197 rows, of which os.truncate has two"

            testCase "has the events that CPython raises and does not document"
            <| fun () ->
                for event in
                    [
                        "_thread.start_joinable_thread"
                        "pathlib.Path.walk"
                        "sys.set_asyncgen_hook_finalizer"
                        "sys.set_asyncgen_hook_firstiter"
                    ] do
                    Expect.equal (found (Catalogue.Find event)).Kind CatalogueKind.Undocumented event

            testCase "is ordered by name and holds each name once"
            <| fun () ->
                let names = [ for entry in Catalogue.All -> entry.Name ]
                let sorted = List.sortWith (fun a b -> System.String.CompareOrdinal(a, b)) names
                Expect.equal names sorted "order"
                Expect.equal (List.distinct names) names "each once"

            testCase "tells what is known of open"
            <| fun () ->
                let entry = found (Catalogue.Find "open")
                Expect.equal entry.TypeName "Open" "type"
                Expect.equal entry.FirstDocumented "3.8" "since"
                Expect.isNull entry.RemovedIn "still raised"
                Expect.equal entry.Source "Doc/library/functions.rst" "source"

                Expect.equal
                    [
                        for field in entry.Fields ->
                            field.Name, field.PropertyName, field.Type, field.Argument
                    ]
                    [
                        "path", "Path", CatalogueType.Text, 0
                        "mode", "Mode", CatalogueType.Text, 1
                        "flags", "Flags", CatalogueType.Int, 2
                        "file", "File", CatalogueType.Text, 0
                    ]
                    "fields"

                Expect.equal
                    [ for seen in entry.Observed -> seen.Version, List.ofSeq seen.Counts ]
                    [ "3.8.18", [ 3 ]; "3.13.0", [ 3 ] ]
                    "observed"

            testCase "tells since when telnetlib is gone"
            <| fun () ->
                let entry = found (Catalogue.Find "telnetlib.Telnet.open")
                Expect.equal entry.RemovedIn "3.13" "removed"
                Expect.equal entry.Kind CatalogueKind.Removed "kind"

            testCase "joins both forms of os.truncate"
            <| fun () ->
                let entry = found (Catalogue.Find "os.truncate")

                Expect.equal
                    [ for field in entry.Fields -> field.Name, field.Argument ]
                    [ "fd", 0; "length", 1; "path", 0 ]
                    "fields"

            testCase "finds an event by its type's name"
            <| fun () ->
                Expect.equal (name (Catalogue.FindType "SocketConnect")) (Some "socket.connect") "known"
                Expect.equal (name (Catalogue.FindType "socket.connect")) None "not by the event's name"

            testCase "finds nothing for names that it does not have"
            <| fun () ->
                Expect.equal (name (Catalogue.Find "Open")) None "case matters"
                Expect.equal (name (Catalogue.Find "")) None "empty"

            testCase "finds a field by argument, property and parameter"
            <| fun () ->
                let entry = found (Catalogue.Find "os.kill")

                for spelling in [ "sig"; "Signal"; "signal" ] do
                    match entry.FindField spelling with
                    | null -> failtest $"no field {spelling}"
                    | field -> Expect.equal field.Argument 1 spelling

                Expect.isNull (entry.FindField "process") "no such field"
        ]

[<Tests>]
let suggestions =
    testList
        "maybe you want"
        [
            for wrong, right in
                [
                    "socket.conect", "socket.connect"
                    "SocketConect", "socket.connect"
                    "socketconnect", "socket.connect"
                    "Opne", "open"
                    "os.exce", "os.exec"
                    "Subprocess.popen", "subprocess.Popen"
                    "SubprocesPopen", "subprocess.Popen"
                    "pickle.findclass", "pickle.find_class"
                    "glob.glob/2", "glob.glob/2"
                    "sys.set_asyncgen_hook_finaliser", "sys.set_asyncgen_hook_finalizer"
                ] do
                testCase $"{wrong}: {right}"
                <| fun () -> Expect.equal (name (Catalogue.Suggest wrong)) (Some right) wrong

            for wrong in [ ""; "zzzzzzzz"; "Frobnicate"; "..."; String.replicate 100_000 "open" ] do
                testCase $"nothing for {wrong.Substring(0, min 20 wrong.Length)}"
                <| fun () -> Expect.equal (name (Catalogue.Suggest wrong)) None "far from every name"

            testCase "takes the nearest of the names that are offered, the first of equals"
            <| fun () ->
                Expect.equal (NearestName.Find("pth", [ "mode"; "path"; "port" ])) "path" "one letter"
                Expect.equal (NearestName.Find("hots", [ "port"; "host" ])) "host" "swapped"

                Expect.equal
                    (NearestName.Find("dirfd", [ "dst_dir_fd"; "dir_fd" ]))
                    "dir_fd"
                    "underscores are free"

                Expect.isNull (NearestName.Find("flags", [])) "none offered"

                Expect.equal
                    (NearestName.Find("eader", [ "Thread"; "Header" ]))
                    "Header"
                    "the first letter left out"

                Expect.isNull (NearestName.Find("IsRead", [ "Thread"; "Path" ])) "another word"
        ]

module AuditRules.Events.Tests.ViewTests

open System.Collections.Generic
open System.Collections.Immutable
open AuditRules.Events
open AuditRules.Events.Python
open Expecto

let private audited name (arguments: Value list) =
    AuditEvent(name, ImmutableArray.CreateRange arguments).View

let private objectOf kind (facts: (string * Value) list) =
    Value.Object(
        ObjectValue(
            kind,
            140_000L,
            ImmutableArray.CreateRange [ for name, fact in facts -> KeyValuePair(name, fact) ]
        )
    )

let private socket family =
    objectOf
        "socket"
        [
            "fd", Value.Int 5L
            "family", Value.Int family
            "type", Value.Int 1L
            "proto", Value.Int 0L
        ]

let private str (text: string) = Value.Str text

let private bytes (text: string) =
    Value.Bytes(System.Text.Encoding.UTF8.GetBytes text)

let private list (items: Value list) = Value.List(Array.ofList items)

let private opened path mode flags =
    Open.Create(audited "open" [ path; mode; flags ])

[<Tests>]
let opening =
    testList
        "open"
        [
            testCase "as open(path) raises it"
            <| fun () ->
                let o = opened (str "/etc/passwd") (str "r") (Value.Int 524288L)
                Expect.equal (o.Path, o.Mode, o.Flags) ("/etc/passwd", "r", 524288L) "arguments"
                Expect.equal (o.IsRead, o.IsWrite) (true, false) "intent"

            testCase "as os.open raises it: no mode, the flags tell"
            <| fun () ->
                let o = opened (str "/tmp/x") Value.Nil (Value.Int 655554L)
                Expect.equal (o.Path, o.Mode) ("/tmp/x", "") "arguments"
                Expect.equal (o.IsRead, o.IsWrite) (true, true) "O_RDWR|O_CREAT|O_EXCL|..."

            testTheory
                "R36: what is not UTF-8 is text as Python's surrogateescape has it"
                [
                    Value.Bytes [| 0x61uy; 0xffuy; 0x62uy |], "a\\xff" + "b"
                    Value.Bytes [| 0xc3uy; 0xa9uy; 0xe9uy |], "é\\xe9"
                    // A character that is cut off, and one that is longer than it need be.
                    Value.Bytes [| 0xe2uy; 0x82uy |], "\\xe2\\x82"
                    Value.Bytes [| 0xc0uy; 0xafuy |], "\\xc0\\xaf"
                    // os.fsdecode(b"\xff") as the hook records it is the same text as the byte.
                    Value.RawStr [| 0x61uy; 0xeduy; 0xb3uy; 0xbfuy |], "a\\xff"
                    Value.Bytes [| 0x61uy; 0xeduy; 0xb3uy; 0xbfuy |], "a\\xed\\xb3\\xbf"
                    Value.RawStr [| 0xeduy; 0xa0uy; 0x80uy |], "\\xed\\xa0\\x80"
                    Value.RawStr [| 0xeduy; 0xb3uy |], "\\xed\\xb3"
                ]
            <| fun (value, expected) ->
                let shown (text: string) =
                    text
                    |> String.collect (fun c ->
                        if c >= char 0xdc80 && c <= char 0xdcff then
                            $"\\x%02x{int c &&& 0xff}"
                        else
                            string c)

                Expect.equal (shown (string value.AsText)) expected "text"

                Expect.equal
                    (opened value (str "r") (Value.Int 0L)).Path
                    (string value.AsText)
                    "the path of a view"

            testCase "R36: text that is not UTF-8 becomes a value that is not, and the same text again"
            <| fun () ->
                let text = "a😀" + string (char 0xdcff)
                let value = Value.From text
                Expect.equal value.Kind ValueKind.RawStr "kind"

                Expect.equal
                    (value.AsBytes.ToArray())
                    [| 0x61uy; 0xf0uy; 0x9fuy; 0x98uy; 0x80uy; 0xeduy; 0xb3uy; 0xbfuy |]
                    "bytes"

                Expect.equal value.AsText text "text"
                Expect.equal (Value.From "a😀").Kind ValueKind.Str "UTF-8 is text"

            testCase "a path of bytes is text"
            <| fun () -> Expect.equal (opened (bytes "a") (str "r") (Value.Int 524288L)).Path "a" "path"

            testCase "a descriptor is no path"
            <| fun () ->
                let o = opened (Value.Int 3L) (str "w") (Value.Int 524865L)
                Expect.equal o.Path "" "path"
                Expect.equal (o.Argument 0) (Value.Int 3L) "the argument itself"
                Expect.equal (o.IsRead, o.IsWrite) (false, true) "intent"

            for mode, flags, isRead, isWrite in
                [
                    "r", Value.Int 524288L, true, false
                    "w", Value.Int 524865L, false, true
                    "a", Value.Int 525377L, false, true
                    "x", Value.Int 524481L, false, true
                    "r+", Value.Int 524290L, true, true
                    "rb", Value.Int 0L, true, false
                    "r", Value.Nil, true, false
                    "w", Value.Nil, false, true
                    "w+b", Value.Nil, true, true
                    "ab", Value.Nil, false, true
                    "", Value.Nil, false, false
                ] do
                testCase $"mode '{mode}' with flags {flags.AsInt64} of kind {flags.Kind}"
                <| fun () ->
                    let o = opened (str "f") (str mode) flags
                    Expect.equal (o.IsRead, o.IsWrite) (isRead, isWrite) "read, write"
        ]

[<Tests>]
let shapes =
    testList
        "views on the shapes that CPython raises"
        [
            testCase "socket.connect to IPv4"
            <| fun () ->
                let c =
                    SocketConnect.Create(
                        audited "socket.connect" [ socket 2L; list [ str "10.1.2.3"; Value.Int 443L ] ]
                    )

                Expect.equal (c.Host, c.Port, c.Path) ("10.1.2.3", 443L, "") "address"
                Expect.equal (c.Fd, c.Family) (5L, 2L) "socket"

            testCase "socket.connect to IPv6: an address of four"
            <| fun () ->
                let address = list [ str "::1"; Value.Int 8080L; Value.Int 0L; Value.Int 0L ]
                let c = SocketConnect.Create(audited "socket.connect" [ socket 10L; address ])
                Expect.equal (c.Host, c.Port, c.Family) ("::1", 8080L, 10L) "address"

            testCase "socket.connect to a path, and to an abstract name of bytes"
            <| fun () ->
                let c =
                    SocketConnect.Create(audited "socket.connect" [ socket 1L; str "/run/x.sock" ])

                Expect.equal (c.Host, c.Port, c.Path) ("", 0L, "/run/x.sock") "path"

                let c =
                    SocketConnect.Create(audited "socket.connect" [ socket 1L; bytes "\000abc" ])

                Expect.equal c.Path "\000abc" "abstract"

            testTheory
                "R105: host, port and path of an address in every form"
                [
                    "a tuple of two", list [ str "h"; Value.Int 1L ], ("h", 1L, "")
                    "a tuple of four",
                    list [ str "::1"; Value.Int 1L; Value.Int 0L; Value.Int 0L ],
                    ("::1", 1L, "")
                    "bytes as host", list [ bytes "h"; Value.Int 1L ], ("h", 1L, "")
                    "a path", str "/run/x", ("", 0L, "/run/x")
                    "a path of bytes", bytes "/run/x", ("", 0L, "/run/x")
                    "a number (AF_QIPCRTR, AF_VSOCK in part)", Value.Int 3L, ("", 0L, "")
                    "None", Value.Nil, ("", 0L, "")
                    "an empty tuple", list [], ("", 0L, "")
                    "None in a tuple", list [ Value.Nil; Value.Nil ], ("", 0L, "")
                ]
            <| fun (what, address, expected) ->
                let c = SocketConnect.Create(audited "socket.connect" [ socket 2L; address ])
                Expect.equal (c.Host, c.Port, c.Path) expected what

            testTheory
                "R105: a command line in every form"
                [
                    "a list of str", list [ str "ls"; str "-l" ], "ls -l"
                    "a list of bytes", list [ bytes "ls"; bytes "-l" ], "ls -l"
                    "str", str "ls -l", "ls -l"
                    "bytes", bytes "ls -l", "ls -l"
                    "a list with what is no text", list [ str "ls"; Value.Int 1L; Value.Nil ], "ls  "
                    "an empty list", list [], ""
                    "int", Value.Int 1L, ""
                    "None", Value.Nil, ""
                ]
            <| fun (what, arguments, expected) ->
                let p = SubprocessPopen.Create(audited "subprocess.Popen" [ str "ls"; arguments ])
                Expect.equal p.CommandLine expected what

            testTheory
                "R105: what is opened, in every form"
                [
                    "str", str "/a", "/a"
                    "bytes", bytes "/a", "/a"
                    "a path object", objectOf "PosixPath" [ "path", str "/a" ], "/a"
                    "int", Value.Int 3L, ""
                    "None", Value.Nil, ""
                    "a tuple", list [ str "/a" ], ""
                ]
            <| fun (what, path, expected) ->
                let o = opened path (str "w") Value.Nil
                Expect.equal (o.Path, o.File, o.IsWrite) (expected, expected, true) what

            testCase "socket.sendmsg without an address"
            <| fun () ->
                let m = SocketSendmsg.Create(audited "socket.sendmsg" [ socket 2L; Value.Nil ])
                Expect.equal (m.Host, m.Port, m.Path) ("", 0L, "") "address"

            testCase "socket.getaddrinfo with a service by name"
            <| fun () ->
                let by port =
                    SocketGetaddrinfo.Create(
                        audited
                            "socket.getaddrinfo"
                            [ str "localhost"; port; Value.Int 0L; Value.Int 0L; Value.Int 0L ]
                    )

                Expect.equal ((by (str "http")).Service, (by (str "http")).Port) ("http", 0L) "by name"
                Expect.equal ((by (Value.Int 80L)).Service, (by (Value.Int 80L)).Port) ("", 80L) "by number"

            testCase "subprocess.Popen with a list"
            <| fun () ->
                let arguments = list [ str "/bin/sh"; str "-c"; str "echo hi" ]

                let p =
                    SubprocessPopen.Create(
                        audited "subprocess.Popen" [ str "/bin/sh"; arguments; Value.Nil; Value.Nil ]
                    )

                Expect.equal (List.ofSeq p.Args) [ "/bin/sh"; "-c"; "echo hi" ] "args"
                Expect.equal p.CommandLine "/bin/sh -c echo hi" "command line"
                Expect.equal (p.Executable, p.Cwd) ("/bin/sh", "") "executable and folder"

            testCase "subprocess.Popen with one text"
            <| fun () ->
                let p =
                    SubprocessPopen.Create(
                        audited "subprocess.Popen" [ Value.Nil; str "dir /b"; str "C:\\"; Value.Nil ]
                    )

                Expect.equal (List.ofSeq p.Args) [ "dir /b" ] "args"
                Expect.equal p.CommandLine "dir /b" "command line"

            testCase "subprocess.Popen with bytes and path objects"
            <| fun () ->
                let ls = objectOf "PosixPath" [ "path", str "/bin/ls" ]
                let arguments = list [ ls; bytes "-l"; objectOf "Odd" [] ]

                let p =
                    SubprocessPopen.Create(audited "subprocess.Popen" [ ls; arguments; Value.Nil; Value.Nil ])

                Expect.equal p.Executable "/bin/ls" "a path object counts as text"
                Expect.equal (List.ofSeq p.Args) [ "/bin/ls"; "-l"; "" ] "positions hold"
                Expect.equal p.CommandLine "/bin/ls -l " "command line"

            testCase "shutil.rmtree before 3.11 has no dir_fd"
            <| fun () ->
                let r =
                    ShutilRmtree.Create(
                        audited "shutil.rmtree" [ objectOf "PosixPath" [ "path", str "/srv" ] ]
                    )

                Expect.equal (r.Path, r.DirFd) ("/srv", 0L) "path"

            testCase "pathlib.Path.glob names its path"
            <| fun () ->
                let g =
                    PathlibPathGlob.Create(
                        audited "pathlib.Path.glob" [ objectOf "PosixPath" [ "path", str "." ]; str "*" ]
                    )

                Expect.equal (g.Path, g.Pattern) (".", "*") "path and pattern"

            testCase "os.truncate by path and by descriptor"
            <| fun () ->
                let t = OsTruncate.Create(audited "os.truncate" [ str "a"; Value.Int 7L ])
                Expect.equal (t.Path, t.Fd, t.Length) ("a", 0L, 7L) "by path"
                let t = OsTruncate.Create(audited "os.truncate" [ Value.Int 11L; Value.Int 7L ])
                Expect.equal (t.Path, t.Fd, t.Length) ("", 11L, 7L) "by descriptor"

            testCase "import, with and without the search paths"
            <| fun () ->
                let i =
                    Import.Create(
                        audited
                            "import"
                            [ str "json"; Value.Nil; list [ str "/app"; str "/usr/lib" ]; list []; list [] ]
                    )

                Expect.equal
                    (i.ModuleName, i.Filename, List.ofSeq i.SysPath)
                    ("json", "", [ "/app"; "/usr/lib" ])
                    "full"

                let i =
                    Import.Create(
                        audited "import" [ str "_ssl"; str "/lib/_ssl.so"; Value.Nil; Value.Nil; Value.Nil ]
                    )

                Expect.equal
                    (i.ModuleName, i.Filename, List.ofSeq i.SysPath)
                    ("_ssl", "/lib/_ssl.so", [])
                    "native"

            testCase "exec of a code object"
            <| fun () ->
                let code =
                    objectOf "code" [ "name", str "<module>"; "file", str "<string>"; "line", Value.Int 1L ]

                let e = Exec.Create(audited "exec" [ code ])
                Expect.equal (e.CodeFile, e.CodeName, e.CodeLine) ("<string>", "<module>", 1L) "facts"

            testCase "pickle.find_class"
            <| fun () ->
                let f =
                    PickleFindClass.Create(audited "pickle.find_class" [ str "posix"; str "system" ])

                Expect.equal
                    (f.ModuleName, f.GlobalName, f.QualifiedName)
                    ("posix", "system", "posix.system")
                    "global"

            testCase "urllib.Request"
            <| fun () ->
                let at url =
                    UrllibRequest.Create(
                        audited "urllib.Request" [ str url; Value.Nil; Value.Map [||]; str "GET" ]
                    )

                let r = at "HTTPS://u:p@Example.ORG:8443/x?y"
                Expect.equal (r.Scheme, r.Host, r.Method) ("https", "example.org", "GET") "https"
                Expect.equal (at "http://[::1]:80/").Host "[::1]" "IPv6"
                Expect.equal ((at "data:,x").Scheme, (at "data:,x").Host) ("data", "") "no host"

                for text in [ "no url"; "/etc/passwd"; @"C:\x"; @"\\server\share" ] do
                    Expect.equal ((at text).Scheme, (at text).Host) ("", "") text

            testCase "os.putenv: bytes are text"
            <| fun () ->
                let p =
                    OsPutenv.Create(audited "os.putenv" [ bytes "LD_PRELOAD"; bytes "/tmp/x.so" ])

                Expect.equal (p.Key, p.Value) ("LD_PRELOAD", "/tmp/x.so") "variable"

            testCase "os.kill: the event's own pid and the target's"
            <| fun () ->
                let k =
                    OsKill.Create(
                        AuditEvent("os.kill", ImmutableArray.Create(Value.Int 8035L, Value.Int 9L), Pid = 7)
                            .View
                    )

                Expect.equal (k.Pid, k.TargetPid, k.Signal) (7, 8035L, 9L) "pids"

            testCase "time.sleep of an integer, a float, nothing"
            <| fun () ->
                Expect.equal (TimeSleep.Create(audited "time.sleep" [ Value.Int 2L ])).Seconds 2.0 "int"
                Expect.equal (TimeSleep.Create(audited "time.sleep" [ Value.Float 0.5 ])).Seconds 0.5 "float"

                Expect.isTrue
                    (System.Double.IsNaN (TimeSleep.Create(audited "time.sleep" [])).Seconds)
                    "absent"

            testCase "a caller that was not recorded has no file"
            <| fun () ->
                let f = OsFork.Create(audited "os.fork" [])
                Expect.equal f.Caller (Caller("", 0, "")) "never null"
        ]

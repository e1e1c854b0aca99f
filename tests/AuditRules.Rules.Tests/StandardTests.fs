/// The patterns that come with the language: what each takes, and its nearest neighbour that it leaves.
module AuditRules.Rules.Tests.StandardTests

open System
open System.IO
open AuditRules
open AuditRules.Detection.Patterns
open Expecto
open AuditRules.Tests.Root

let private pattern name (pattern: TextPattern) (takes: string list) (leaves: string list) =
    testList
        name
        [
            for text in takes do
                testCase $"takes '{text}'"
                <| fun () -> Expect.isTrue (pattern.Matches text) (string pattern)

            for text in leaves do
                testCase $"leaves '{text}'"
                <| fun () -> Expect.isFalse (pattern.Matches text) (string pattern)
        ]

[<Tests>]
let addresses =
    testList
        "addresses"
        [
            pattern "present" present [ ""; "x"; "10.1.2.3" ] []

            pattern
                "loopback"
                loopback
                [
                    "127.0.0.1"
                    "127.255.0.9"
                    "::1"
                    "0:0::1"
                    "::ffff:127.0.0.1"
                    "localhost"
                    "LocalHost"
                    // connect takes it for 127.0.0.1.
                    "127.1"
                ]
                [
                    ""
                    "127.0.0.1.example.org"
                    "1.127.0.0"
                    "::"
                    "0.0.0.0"
                    "128.0.0.1"
                    "localhost.example.org"
                ]

            pattern
                "privateAddress"
                privateAddress
                [
                    "10.0.0.1"
                    "172.16.0.1"
                    "172.31.255.255"
                    "192.168.1.1"
                    "169.254.1.1"
                    "100.64.0.1"
                    "100.127.1.1"
                    "::ffff:10.0.0.1"
                    "fd00::1"
                    "fe80::1"
                    "FEBF::1"
                ]
                [
                    "11.0.0.1"
                    "172.15.0.1"
                    "172.32.0.1"
                    "192.169.1.1"
                    "100.63.0.1"
                    "100.128.0.1"
                    "127.0.0.1"
                    "10.example.org"
                    "10.0.0.1.example.org"
                    "fec0::1"
                    "fd.example.org"
                    "fe80.example.org"
                    "8.8.8.8"
                ]

            pattern
                "numericAddress"
                numericAddress
                [ "1.2.3.4"; "::1"; "fe80::1%eth0" ]
                [ ""; "example.org"; "1.2.3.4.example.org"; "/run/x"; "1.2.3.4:80" ]

            pattern
                "publicAddress"
                publicAddress
                [ "8.8.8.8"; "2001:db8::1"; "::ffff:8.8.8.8"; "172.32.0.1" ]
                [
                    "127.0.0.1"
                    "10.1.2.3"
                    "::1"
                    "fd00::1"
                    "0.0.0.0"
                    "::"
                    "224.0.0.1"
                    "255.255.255.255"
                    "ff02::1"
                    "example.org"
                    ""
                ]

            pattern
                "metadataAddress"
                metadataAddress
                [
                    "169.254.169.254"
                    "fd00:ec2::254"
                    "metadata.google.internal"
                    "METADATA.google.internal"
                    "0xa9fea9fe"
                    "2852039166"
                    "::ffff:169.254.169.254"
                    "fd00:ec2:0::254"
                ]
                [ "169.254.169.253"; "169.254.169.2540" ]
        ]

let private numbers name (pattern: NumberPattern) (takes: int64 list) (leaves: int64 list) =
    testCase name
    <| fun () ->
        Expect.equal (List.filter (pattern.Matches: int64 -> bool) (takes @ leaves)) takes (string pattern)

[<Tests>]
let ports =
    testList
        "ports and flags"
        [
            numbers "privilegedPorts" privilegedPorts [ 1L; 22L; 1023L ] [ 0L; 1024L ]
            numbers "ephemeralPorts" ephemeralPorts [ 49152L; 65535L ] [ 49151L; 65536L ]
            // O_WRONLY, O_RDWR, with O_CREAT and O_TRUNC; O_CREAT alone opens to read.
            numbers "write" Words.write [ 1L; 2L; 0o1101L ] [ 0L; 0o100L ]
            numbers "readOnly" Words.readOnly [ 0L; 0o100L; 0o2000000L ] [ 1L; 2L; 0o1101L ]
            pattern "writeMode" Words.writeMode [ "w"; "a"; "x"; "r+"; "wb" ] [ "r"; "rb"; "" ]
        ]

[<Tests>]
let files =
    testList
        "files"
        [
            pattern
                "secretFiles"
                secretFiles
                [
                    "/home/u/.ssh/id_rsa"
                    "/root/.ssh/id_ed25519"
                    "/etc/shadow"
                    "/home/u/.aws/credentials"
                    "/etc/ssh/ssh_host_rsa_key"
                    "/home/u/.kube/config"
                ]
                [
                    "/home/u/.ssh/id_rsa.pub"
                    "/home/u/.ssh/known_hosts"
                    "/home/u/.ssh/config"
                    "/etc/passwd"
                    "/etc/shadow.txt"
                    "/etc/ssh/ssh_host_rsa_key.pub"
                    "/app/.env"
                    "/home/u/.netrc"
                    "/home/u/.aws/config"
                ]

            pattern
                "browserStores"
                browserStores
                [
                    "/home/u/.mozilla/firefox/x.default/logins.json"
                    "/home/u/.config/google-chrome/Default/Login Data"
                    "/home/u/.config/google-chrome/Default/Network/Cookies"
                    "/Users/u/Library/Application Support/Google/Chrome/Default/Cookies"
                ]
                [
                    "/home/u/.mozilla/firefox/profiles.ini"
                    "/home/u/logins.json"
                    "/home/u/Cookies"
                ]

            pattern
                "temporaryFolders"
                temporaryFolders
                [
                    "/tmp"
                    "/tmp/x"
                    "/var/tmp/x/y"
                    "/dev/shm/.a"
                    "/private/tmp/x"
                    "/var/folders/ab/T/x"
                ]
                [ "/tmpfiles/x"; "/home/u/tmp/x"; "tmp/x"; "/var/tmpx"; "/dev/null" ]

            pattern
                "persistencePlaces"
                persistencePlaces
                [
                    "/etc/crontab"
                    "/etc/cron.d/x"
                    "/var/spool/cron/crontabs/root"
                    "/home/u/.bashrc"
                    "/etc/profile.d/x.sh"
                    "/etc/systemd/system/x.service"
                    "/home/u/.config/systemd/user/x.timer"
                    "/home/u/.config/autostart/x.desktop"
                    "/Users/u/Library/LaunchAgents/x.plist"
                    "/etc/ld.so.preload"
                ]
                [
                    "/etc/cron.allow"
                    "/home/u/bashrc"
                    "/home/u/.bashrc.swp"
                    "/home/u/.bash_history"
                    "/etc/profiles"
                    "/etc/ld.so.conf"
                    "/srv/systemd/x.service"
                ]

            pattern
                "pythonStartupFiles"
                pythonStartupFiles
                [
                    "/v/lib/python3.12/site-packages/x.pth"
                    "/usr/lib/python3/dist-packages/x.pth"
                    "/v/lib/python3.12/sitecustomize.py"
                    "/home/u/.local/lib/python3.12/site-packages/usercustomize.py"
                ]
                [
                    "/v/lib/python3.12/site-packages/model/weights.pth"
                    "/data/weights.pth"
                    "/v/lib/python3.12/site-packages/x.py"
                    "/v/mysitecustomize.py"
                ]

            pattern
                "authorizedKeys"
                authorizedKeys
                [ "/root/.ssh/authorized_keys"; "/home/u/.ssh/authorized_keys2" ]
                [ "/root/.ssh/authorized_keys.bak"; "/root/.ssh/known_hosts" ]

            pattern
                "histories"
                histories
                [ "/root/.bash_history"; "/home/u/.python_history" ]
                [ "/root/.bashrc"; "/root/bash_history" ]

            pattern
                "systemLogs"
                systemLogs
                [
                    "/var/log/auth.log"
                    "/var/log/auth.log.1"
                    "/var/log/wtmp"
                    "/var/log/audit/audit.log"
                ]
                [ "/var/log/app/app.log"; "/var/log/nginx/access.log"; "/home/u/auth.log" ]

            pattern
                "archives"
                archives
                [ "/x/a.zip"; "a.tar.gz"; "a.tgz" ]
                [ "/x/zip"; "/x/a.zip.txt"; "a.gz" ]
        ]

[<Tests>]
let programs =
    testList
        "programs"
        [
            pattern
                "program"
                (program [ "curl" ])
                [ "curl"; "/usr/bin/curl"; "./curl" ]
                [ "libcurl"; "curl2" ]
            pattern "shells" shells [ "sh"; "/bin/bash"; "zsh" ] [ "ssh"; "/usr/bin/fresh"; "bash.py"; "" ]

            pattern
                "interactiveShell"
                interactiveShell
                [ "sh"; "/bin/sh -i"; "bash --norc -i"; "zsh -l" ]
                [ "sh -c ls"; "bash x.sh"; "ssh"; "/bin/sh -i -c ls"; "" ]

            pattern
                "interpreters"
                interpreters
                [ "python"; "/usr/bin/python3.11"; "sh"; "perl"; "node" ]
                [ "python-config"; "cat"; "/usr/bin/pythonw" ]

            pattern
                "packageManagers"
                packageManagers
                [ "pip"; "/usr/bin/pip3.12"; "apt-get"; "npm" ]
                [ "pip-audit"; "python"; "/usr/lib/npm/x"; "apt-cache" ]

            pattern "downloaders" downloaders [ "curl"; "/usr/bin/wget" ] [ "libcurl"; "curl.sh"; "ssh" ]

            pattern
                "packageFolders"
                packageFolders
                [
                    "/usr/lib/python3/dist-packages"
                    "/v/lib/python3.12/site-packages/x.py"
                    "site-packages/x"
                ]
                [ "/x/site-packages.txt"; "/x/my-site-packages/y" ]
        ]

let private manual () =
    File.ReadAllLines(Path.Combine(root, "docs", "rules.md"))

[<Tests>]
let documented =
    testCase "every pattern stands in docs/rules.md, in a line of its own, and no other does"
    <| fun () ->
        let library = typeof<Rule>.Assembly.GetType "AuditRules.Standard" |> nonNull

        let values = [ for property in library.GetProperties() -> property.Name ]

        let functions =
            [
                for m in library.GetMethods() do
                    if m.IsStatic && not m.IsSpecialName then
                        m.Name
            ]

        let listed =
            manual ()
            |> Array.skipWhile (fun line -> not (line.StartsWith "## Patterns"))
            |> Array.filter (fun line -> line.StartsWith "| `")
            |> Array.map (fun line -> line.Split('`')[1])

        Expect.equal (List.sort (values @ functions)) (listed |> Array.sort |> List.ofArray) "names"

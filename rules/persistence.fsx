// A file is written that makes a program run again: cron, a shell's profile, a service, an autostart entry, or the list
// of libraries that every program loads.
open AuditRules

let private mitre = [ "T1053.003"; "T1546.004"; "T1543.002"; "T1547.013"; "T1574.006" ]

let private falsePositives =
    [ "Installers and configuration management, which write such files by design: except them by program." ]

let private remediation = "Read the file, remove what nobody asked for, and look for what wrote it."

let written =
    rule (
        "AR1012",
        "a start-up file was opened for writing",
        High,
        mitre = mitre,
        tags = [ "persistence" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for file in Py.Open.matching (path = persistencePlaces) do
        where file.IsWrite
        message $"{file.Path} was opened for writing"
        shouldFire [ Py.Open.make (path = "/etc/cron.d/sync", mode = "w", flags = 0o1101L) ]
        shouldFire [ Py.Open.make (path = "/home/u/.bashrc", mode = "a") ]
        shouldFire [ Py.Open.make (path = "/home/u/.config/systemd/user/sync.service", flags = 0o101L) ]
        shouldFire [ Py.Open.make (path = "/etc/ld.so.preload", flags = 2L) ]
        shouldNotFire [ Py.Open.make (path = "/home/u/.bashrc", mode = "r", flags = 0L) ]
        shouldNotFire [ Py.Open.make (path = "/home/u/project/bashrc", mode = "w") ]
        shouldNotFire [ Py.Open.make (path = "/etc/crontab", flags = 0o2000000L) ]
    }

let moved =
    rule (
        "AR1013",
        "a file was moved to a start-up file's place",
        High,
        mitre = mitre,
        tags = [ "persistence" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for file in Py.OsRename.matching (dst = persistencePlaces) do
        message $"{file.Src} was moved to {file.Dst}"
        shouldFire [ Py.OsRename.make (src = "/tmp/x", dst = "/var/spool/cron/root") ]
        shouldNotFire [ Py.OsRename.make (src = "/home/u/.bashrc", dst = "/home/u/.bashrc.old") ]
    }

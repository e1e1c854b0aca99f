// Many files get a new ending, or are removed, in a short time: what ransomware and wipers do.
open AuditRules

/// So many files ...
let many = 30

/// ... within that time.
let massWindow = seconds 10

/// What may go without harm: temporary files and compiled modules.
let disposable = temporaryFolders ||| endsWith ".pyc"

let private locked i = Py.OsRename.make (src = $"/home/u/{i}.doc", dst = $"/home/u/{i}.doc.locked")
let private gone i = Py.OsRemove.make (path = $"/home/u/{i}.doc", dirFd = -1L)

let renamed =
    rule (
        "AR1032",
        "many files were given a further ending",
        Critical,
        mitre = [ "T1486" ],
        tags = [ "impact" ],
        falsePositives = [ "Batch renaming on purpose; rotation of many logs at once." ],
        remediation = "Stop the process and keep its memory: the key may still be in it."
    ) {
        for file in Py.OsRename do
        where (file.Dst.Length > file.Src.Length && file.Dst.StartsWith(file.Src + "."))
        atLeastDistinct many massWindow file.Process file.Src
        message $"at least {many} files were renamed, the last {file.Src} to {file.Dst}"
        shouldFire [ for i in 1..30 -> locked i ]
        shouldNotFire [ for i in 1..29 -> locked i ]
        shouldNotFire [ for i in 1..60 -> Py.OsRename.make (src = $"/home/u/{i}.pyc.140", dst = $"/home/u/{i}.pyc") ]
        shouldNotFire [ for i in 1..60 -> locked i |> after (seconds 1) ]
        shouldNotFire [ for i in 1..60 -> locked i |> inProcess i ]
    }

let removed =
    rule (
        "AR1033",
        "many files outside temporary folders were removed",
        Medium,
        mitre = [ "T1485" ],
        tags = [ "impact" ],
        falsePositives = [ "Uninstallers, cache cleaners and build tools." ],
        remediation = "Stop the process; restore from a backup that it cannot reach."
    ) {
        // shutil.rmtree names files in an open folder (dir_fd); a loop over paths does not.
        for file in Py.OsRemove.matching (path = (startsWith "/" &&& notLike disposable), dirFd = -1) do
        atLeastDistinct many massWindow file.Process file.Path
        message $"at least {many} files were removed, the last {file.Path}"
        shouldFire [ for i in 1..30 -> gone i ]
        shouldNotFire [ for i in 1..29 -> gone i ]
        shouldNotFire [ for i in 1..60 -> Py.OsRemove.make (path = $"/tmp/u/{i}.doc", dirFd = -1L) ]
        shouldNotFire [ for i in 1..60 -> Py.OsRemove.make (path = $"/usr/lib/x/{i}.pyc", dirFd = -1L) ]
        shouldNotFire [ for i in 1..60 -> Py.OsRemove.make (path = $"{i}.doc", dirFd = 4L) ]
    }

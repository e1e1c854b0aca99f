// The files are opened in which browsers keep passwords, cookies and the key to them.
open AuditRules

let private mitre = [ "T1555.003"; "T1539" ]
let private falsePositives = [ "Backups of a home; tools that read the cookies of one's own browser." ]
let private remediation = "End the sessions of the browser's user and change the stored passwords."

let opened =
    rule (
        "AR1030",
        "a browser's password or cookie store was read",
        High,
        mitre = mitre,
        tags = [ "credentials" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for file in Py.Open.matching (path = browserStores) do
        where file.IsRead
        message $"{file.Path} was read"
        shouldFire [ Py.Open.make (path = "/home/u/.mozilla/firefox/a.default/logins.json", mode = "r") ]
        shouldFire [ Py.Open.make (path = "/home/u/.config/google-chrome/Default/Login Data", mode = "rb", flags = 0L) ]
        shouldNotFire [ Py.Open.make (path = "/home/u/.mozilla/firefox/profiles.ini", mode = "r") ]
        shouldNotFire [ Py.Open.make (path = "/home/u/logins.json", mode = "r") ]
    }

let queried =
    rule (
        "AR1031",
        "a browser's database was opened with SQLite",
        High,
        mitre = mitre,
        tags = [ "credentials" ],
        falsePositives = falsePositives,
        remediation = remediation
    ) {
        for database in Py.Sqlite3Connect.matching (database = browserStores) do
        message $"{database.Database} was opened"
        shouldFire [ Py.Sqlite3Connect.make (database = "/home/u/.mozilla/firefox/a.default/cookies.sqlite") ]
        shouldNotFire [ Py.Sqlite3Connect.make (database = ":memory:") ]
        shouldNotFire [ Py.Sqlite3Connect.make (database = "/home/u/app/cookies.sqlite") ]
    }

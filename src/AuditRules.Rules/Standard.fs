/// Patterns that many rules need: who is asked, which files matter, which programs are shells. Paths are those of Linux
/// and, where they differ, of macOS. All of them take a path as the program wrote it: a relative path, a symbolic link or
/// `/tmp/../etc` is not resolved.
[<AutoOpen>]
module AuditRules.Standard

open AuditRules.Detection.Patterns

/// Any text: the field is there. `host = present` takes a connection to a host, not one to a socket file.
let present: TextPattern = glob "*"

/// One of those programs, by name alone or with any folder before it: `program [ "curl" ]` takes `curl` and
/// `/usr/bin/curl`, not `libcurl`.
let program (names: string list) : TextPattern =
    anyLike
        [
            for name in names do
                equals name
                endsWith $"/{name}"
        ]

let private files (globs: string list) : TextPattern = anyLike (List.map glob globs)

/// The machine itself: 127.0.0.0/8, `::1`, also within IPv6 as `::ffff:127.0.0.1`, and `localhost`.
let loopback: TextPattern =
    network [ "127.0.0.0/8"; "::1" ] ||| ignoringCase (equals "localhost")

/// Networks of one's own: 10/8, 172.16/12, 192.168/16 (RFC 1918), 100.64/10 (RFC 6598), fc00::/7 (RFC 4193), and what
/// reaches no further than the link: 169.254/16 and fe80::/10. Loopback is not among them.
let privateAddress: TextPattern =
    network
        [
            "10.0.0.0/8"
            "172.16.0.0/12"
            "192.168.0.0/16"
            "100.64.0.0/10"
            "169.254.0.0/16"
            "fc00::/7"
            "fe80::/10"
        ]

/// An address in numbers, of any network: no name, so that nothing looks it up.
let numericAddress: TextPattern = network [ "0.0.0.0/0"; "::/0" ]

/// An address in numbers that is neither the machine's own nor of a private network, and no multicast or broadcast.
let publicAddress: TextPattern =
    numericAddress
    &&& notLike (loopback ||| privateAddress)
    &&& notLike (network [ "0.0.0.0/8"; "::"; "224.0.0.0/4"; "255.255.255.255"; "ff00::/8" ])

/// Ports that a program without rights may not bind: 1 to 1023.
let privilegedPorts: NumberPattern = between (1L, 1023L)

/// Ports that systems give to clients (RFC 6335): 49152 to 65535.
let ephemeralPorts: NumberPattern = between (49152L, 65535L)

/// Where clouds hand out credentials to whoever asks from inside a machine or a container.
let metadataAddress: TextPattern =
    network
        [
            "169.254.169.254" // AWS, Azure, GCP, OpenStack and others
            "fd00:ec2::254" // AWS over IPv6
            "169.254.170.2" // AWS, for containers
            "169.254.170.23" // AWS, for pods
            "100.100.100.200" // Alibaba
        ]
    ||| ignoringCase (equals "metadata.google.internal")

/// Files that hold private keys, passwords or tokens. Not among them: `.env`, which programs read to start, and
/// `.netrc`, which the package requests reads before every connection.
let secretFiles: TextPattern =
    (files [ "*/.ssh/id_*" ] &&& notLike (endsWith ".pub"))
    ||| files
            [
                "/etc/shadow"
                "/etc/gshadow"
                "/etc/ssh/ssh_host_*_key"
                "*/.aws/credentials"
                "*/.aws/sso/cache/*.json"
                "*/.azure/accessTokens.json"
                "*/.azure/msal_token_cache.*"
                "*/.config/gcloud/access_tokens.db"
                "*/.config/gcloud/application_default_credentials.json"
                "*/.config/gcloud/credentials.db"
                "*/.config/gh/hosts.yml"
                "*/.docker/config.json"
                "*/.git-credentials"
                "*/.gnupg/private-keys-v1.d/*"
                "*/.kube/config"
                "*/.npmrc"
                "*/.pgpass"
                "*/.pypirc"
                "*/.vault-token"
            ]

/// Where browsers keep passwords, cookies and the key to them: Firefox, Chrome and what is built on it.
let browserStores: TextPattern =
    files
        [
            "*/firefox/*/logins.json"
            "*/firefox/*/key4.db"
            "*/firefox/*/cookies.sqlite"
            "*/Firefox/Profiles/*/logins.json"
            "*/Firefox/Profiles/*/key4.db"
            "*/Firefox/Profiles/*/cookies.sqlite"
            "*/google-chrome*/*Login Data"
            "*/google-chrome*/*Cookies"
            "*/chromium/*Login Data"
            "*/chromium/*Cookies"
            "*/BraveSoftware/*Login Data"
            "*/BraveSoftware/*Cookies"
            "*/microsoft-edge*/*Login Data"
            "*/microsoft-edge*/*Cookies"
            "*/Google/Chrome/*Login Data"
            "*/Google/Chrome/*Cookies"
        ]

/// Folders in which anyone may write and programs have no place.
let temporaryFolders: TextPattern =
    under "/tmp"
    ||| under "/var/tmp"
    ||| under "/dev/shm"
    ||| under "/private/tmp"
    ||| under "/private/var/tmp"
    ||| under "/var/folders"
    ||| under "/private/var/folders"

/// Files that make a program run at a set time: cron and anacron.
let cronFiles: TextPattern =
    files [ "/etc/crontab"; "/etc/anacrontab"; "/etc/cron.*/*"; "/var/spool/cron/*" ]

/// Files that a shell runs when it starts or ends.
let shellProfiles: TextPattern =
    files
        [
            "*/.bashrc"
            "*/.bash_profile"
            "*/.bash_login"
            "*/.bash_logout"
            "*/.profile"
            "*/.zshrc"
            "*/.zshenv"
            "*/.zprofile"
            "*/.zlogin"
            "*/.config/fish/*.fish"
            "/etc/profile"
            "/etc/profile.d/*"
            "/etc/bash.bashrc"
            "/etc/zsh/*"
        ]

/// Services: systemd's units, of the system and of a user, and the older init scripts.
let serviceFiles: TextPattern =
    files
        [
            "/etc/systemd/system/*"
            "/lib/systemd/system/*"
            "/usr/lib/systemd/system/*"
            "*/.config/systemd/user/*"
            "*/.local/share/systemd/user/*"
            "/etc/init.d/*"
            "/etc/rc.local"
        ]

/// What a desktop starts at login: XDG autostart, and the launch agents and daemons of macOS.
let autostartEntries: TextPattern =
    files
        [
            "*/.config/autostart/*"
            "/etc/xdg/autostart/*"
            "*/Library/LaunchAgents/*"
            "/Library/LaunchDaemons/*"
        ]

/// Files that run a program again after it has ended: cron, shell profiles, services, autostart entries, and the list of
/// libraries that every program loads.
let persistencePlaces: TextPattern =
    cronFiles
    ||| shellProfiles
    ||| serviceFiles
    ||| autostartEntries
    ||| equals "/etc/ld.so.preload"

/// Files that Python runs whenever it starts: `.pth` files of a packages folder, sitecustomize and usercustomize. A `.pth`
/// file below a package is none of them (PyTorch names its weights so).
let pythonStartupFiles: TextPattern =
    regex @"/(site|user)customize\.py$"
    ||| regex @"/(site|dist)-packages/[^/]+\.pth$"

/// The keys that may log in over SSH.
let authorizedKeys: TextPattern =
    files
        [
            "*/.ssh/authorized_keys"
            "*/.ssh/authorized_keys2"
            "/etc/ssh/authorized_keys/*"
        ]

/// What people typed: histories of shells, databases and Python.
let histories: TextPattern =
    files
        [
            "*/.bash_history"
            "*/.zsh_history"
            "*/.sh_history"
            "*/.ash_history"
            "*/.local/share/fish/fish_history"
            "*/.python_history"
            "*/.mysql_history"
            "*/.psql_history"
            "*/.sqlite_history"
        ]

/// The system's own logs, which say who was there; an application's log below `/var/log` is none of them.
let systemLogs: TextPattern =
    files
        [
            "/var/log/auth.log*"
            "/var/log/secure*"
            "/var/log/syslog*"
            "/var/log/messages*"
            "/var/log/kern.log*"
            "/var/log/wtmp*"
            "/var/log/btmp*"
            "/var/log/lastlog"
            "/var/log/faillog"
            "/var/log/audit/*"
            "/var/log/journal/*"
            "/run/log/journal/*"
            "/var/run/utmp"
            "/run/utmp"
        ]

/// Archives, by the end of the name.
let archives: TextPattern =
    anyLike
        [
            for ending in
                [
                    "zip"
                    "tar"
                    "tar.gz"
                    "tgz"
                    "tar.bz2"
                    "tbz2"
                    "tar.xz"
                    "txz"
                    "7z"
                    "rar"
                ] do
                endsWith $".{ending}"
        ]

/// Shells.
let shells: TextPattern =
    program [ "sh"; "bash"; "dash"; "zsh"; "ksh"; "ash"; "csh"; "tcsh"; "fish" ]

/// A command line that starts a shell which waits for commands: no `-c`, no script.
let interactiveShell: TextPattern =
    regex @"^(\S*/)?(ba|da|z|k|a|c|tc|fi)?sh( +(-i|-l|-il|-li|--login|--norc|--noprofile))*$"

/// Programs that run a script which is named on their command line, shells among them.
let interpreters: TextPattern =
    shells ||| regex @"(^|/)(python|pypy|perl|ruby|node|php|lua)[0-9.]*$"

/// Programs that install packages: of Python, of Linux distributions and of other languages.
let packageManagers: TextPattern =
    regex @"(^|/)pip[0-9.]*$"
    ||| program
            [
                "pipx"
                "uv"
                "poetry"
                "conda"
                "mamba"
                "easy_install"
                "apt"
                "apt-get"
                "dpkg"
                "dnf"
                "yum"
                "rpm"
                "apk"
                "pacman"
                "zypper"
                "snap"
                "brew"
                "npm"
                "npx"
                "yarn"
                "pnpm"
                "gem"
                "cargo"
            ]

/// Programs that fetch files from a network, or move them over it.
let downloaders: TextPattern =
    program [ "curl"; "wget"; "aria2c"; "scp"; "sftp"; "rsync"; "ftp"; "tftp" ]

/// Where Python keeps packages: site-packages and dist-packages, of the system and of environments.
let packageFolders: TextPattern = regex @"(^|/)(site|dist)-packages(/|$)"

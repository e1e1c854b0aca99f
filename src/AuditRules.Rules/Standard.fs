[<AutoOpen>]
module AuditRules.Standard

open AuditRules.Detection.Patterns

let present: TextPattern = glob "*"

let program (names: string list) : TextPattern =
    anyLike
        [
            for name in names do
                equals name
                endsWith $"/{name}"
        ]

let private files (globs: string list) : TextPattern = anyLike (List.map glob globs)

let loopback: TextPattern =
    network [ "127.0.0.0/8"; "::1" ] ||| ignoringCase (equals "localhost")

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

let numericAddress: TextPattern = network [ "0.0.0.0/0"; "::/0" ]

let publicAddress: TextPattern =
    numericAddress
    &&& notLike (loopback ||| privateAddress)
    &&& notLike (network [ "0.0.0.0/8"; "::"; "224.0.0.0/4"; "255.255.255.255"; "ff00::/8" ])

let privilegedPorts: NumberPattern = between (1L, 1023L)

let ephemeralPorts: NumberPattern = between (49152L, 65535L)

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

let temporaryFolders: TextPattern =
    under "/tmp"
    ||| under "/var/tmp"
    ||| under "/dev/shm"
    ||| under "/private/tmp"
    ||| under "/private/var/tmp"
    ||| under "/var/folders"
    ||| under "/private/var/folders"

let cronFiles: TextPattern =
    files [ "/etc/crontab"; "/etc/anacrontab"; "/etc/cron.*/*"; "/var/spool/cron/*" ]

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

let autostartEntries: TextPattern =
    files
        [
            "*/.config/autostart/*"
            "/etc/xdg/autostart/*"
            "*/Library/LaunchAgents/*"
            "/Library/LaunchDaemons/*"
        ]

let persistencePlaces: TextPattern =
    cronFiles
    ||| shellProfiles
    ||| serviceFiles
    ||| autostartEntries
    ||| equals "/etc/ld.so.preload"

let pythonStartupFiles: TextPattern =
    regex @"/(site|user)customize\.py$"
    ||| regex @"/(site|dist)-packages/[^/]+\.pth$"

let authorizedKeys: TextPattern =
    files
        [
            "*/.ssh/authorized_keys"
            "*/.ssh/authorized_keys2"
            "/etc/ssh/authorized_keys/*"
        ]

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

let shells: TextPattern =
    program [ "sh"; "bash"; "dash"; "zsh"; "ksh"; "ash"; "csh"; "tcsh"; "fish" ]

let interactiveShell: TextPattern =
    regex @"^(\S*/)?(ba|da|z|k|a|c|tc|fi)?sh( +(-i|-l|-il|-li|--login|--norc|--noprofile))*$"

let interpreters: TextPattern =
    shells ||| regex @"(^|/)(python|pypy|perl|ruby|node|php|lua)[0-9.]*$"

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

let downloaders: TextPattern =
    program [ "curl"; "wget"; "aria2c"; "scp"; "sftp"; "rsync"; "ftp"; "tftp" ]

let packageFolders: TextPattern = regex @"(^|/)(site|dist)-packages(/|$)"

/// Patterns that many rules need: who is asked, which files matter, which programs are shells. Paths are those of Linux
/// and, where they differ, of macOS. All of them take a path as the program wrote it: a relative path, a symbolic link or
/// `/tmp/../etc` is not resolved.
[<AutoOpen>]
module AuditRules.Standard

open AuditRules.Detection.Patterns

/// Any text: the field is there. `host = present` takes a connection to a host, not one to a socket file.
val present: TextPattern

/// One of those programs, by name alone or with any folder before it: `program [ "curl" ]` takes `curl` and
/// `/usr/bin/curl`, not `libcurl`.
val program: names: string list -> TextPattern

/// The machine itself: 127.0.0.0/8, `::1`, also within IPv6 as `::ffff:127.0.0.1`, and `localhost`.
val loopback: TextPattern

/// Networks of one's own: 10/8, 172.16/12, 192.168/16 (RFC 1918), 100.64/10 (RFC 6598), fc00::/7 (RFC 4193), and what
/// reaches no further than the link: 169.254/16 and fe80::/10. Loopback is not among them.
val privateAddress: TextPattern

/// An address in numbers, of any network: no name, so that nothing looks it up.
val numericAddress: TextPattern

/// An address in numbers that is neither the machine's own nor of a private network, and no multicast or broadcast.
val publicAddress: TextPattern

/// Ports that a program without rights may not bind: 1 to 1023.
val privilegedPorts: NumberPattern

/// Ports that systems give to clients (RFC 6335): 49152 to 65535.
val ephemeralPorts: NumberPattern

/// Where clouds hand out credentials to whoever asks from inside a machine or a container.
val metadataAddress: TextPattern

/// Files that hold private keys, passwords or tokens. Not among them: `.env`, which programs read to start, and
/// `.netrc`, which the package requests reads before every connection.
val secretFiles: TextPattern

/// Where browsers keep passwords, cookies and the key to them: Firefox, Chrome and what is built on it.
val browserStores: TextPattern

/// Folders in which anyone may write and programs have no place.
val temporaryFolders: TextPattern

/// Files that make a program run at a set time: cron and anacron.
val cronFiles: TextPattern

/// Files that a shell runs when it starts or ends.
val shellProfiles: TextPattern

/// Services: systemd's units, of the system and of a user, and the older init scripts.
val serviceFiles: TextPattern

/// What a desktop starts at login: XDG autostart, and the launch agents and daemons of macOS.
val autostartEntries: TextPattern

/// Files that run a program again after it has ended: cron, shell profiles, services, autostart entries, and the list of
/// libraries that every program loads.
val persistencePlaces: TextPattern

/// Files that Python runs whenever it starts: `.pth` files of a packages folder, sitecustomize and usercustomize. A `.pth`
/// file below a package is none of them (PyTorch names its weights so).
val pythonStartupFiles: TextPattern

/// The keys that may log in over SSH.
val authorizedKeys: TextPattern

/// What people typed: histories of shells, databases and Python.
val histories: TextPattern

/// The system's own logs, which say who was there; an application's log below `/var/log` is none of them.
val systemLogs: TextPattern

/// Archives, by the end of the name.
val archives: TextPattern

/// Shells.
val shells: TextPattern

/// A command line that starts a shell which waits for commands: no `-c`, no script.
val interactiveShell: TextPattern

/// Programs that run a script which is named on their command line, shells among them.
val interpreters: TextPattern

/// Programs that install packages: of Python, of Linux distributions and of other languages.
val packageManagers: TextPattern

/// Programs that fetch files from a network, or move them over it.
val downloaders: TextPattern

/// Where Python keeps packages: site-packages and dist-packages, of the system and of environments.
val packageFolders: TextPattern

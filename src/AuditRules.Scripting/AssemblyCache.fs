/// Keeps compiled rules by the content of everything that decides them. Always safe to delete.
module internal AuditRules.Scripting.AssemblyCache

open System
open System.IO
open System.Text

// FNV-1a of 64 bits, told whether bytes are damaged and how a file is named: neither needs a cryptographic digest, for
// which .NET loads OpenSSL, 5 MB and some milliseconds of every run.
let private digest (bytes: ReadOnlySpan<byte>) =
    let mutable hash = 0xcbf29ce484222325UL

    for b in bytes do
        hash <- (hash ^^^ uint64 b) * 0x100000001b3UL

    hash

/// All that decides an assembly; each part with its length, so that parts cannot run into each other.
type Key = private Key of byte array

let key (parts: string list) =
    let text = StringBuilder()

    for part in parts do
        text.Append(part.Length).Append('\n').Append(part) |> ignore

    Key(Encoding.UTF8.GetBytes(text.ToString()))

/// An assembly of the cache.
type Entry =
    {
        Assembly: byte array
        /// Whether the guard has looked at it and found nothing. The key holds the guard's version.
        IsGuarded: bool
        /// Whether it was loaded, and nothing was to be said of its values and its rules.
        IsClean: bool
    }

// An entry is | digest of the rest: 8 bytes | 1 if the guard passed it, else 0: a byte | 1 if it is clean, else 0: a byte |
// length of the key: 4 bytes | the key | the assembly |, numbers as the machine has them. The key is compared whole: two that share
// a name take each other's place, nothing else.
let private headerSize = 14

let private extension = ".rules"
let private asideExtension = ".rules.tmp"
let private longestWrite = TimeSpan.FromHours 1.0
let private longestKept = TimeSpan.FromDays 90.0

let private path (folder: string) (Key key) =
    Path.Combine(folder, (digest (ReadOnlySpan key)).ToString("x16") + extension)

/// Why the folder cannot be trusted, and what to do: what is there need not be the work of this user. None if it can, or
/// does not exist.
let distrust (folder: string) =
    let others = UnixFileMode.GroupWrite ||| UnixFileMode.OtherWrite

    try
        if OperatingSystem.IsWindows() || not (Directory.Exists folder) then
            None
        elif (File.GetUnixFileMode folder &&& others) <> UnixFileMode.None then
            Some(
                "others may write to its folder",
                "Take the right from them (chmod go-w), or name another folder for the cache."
            )
        elif FileOwner.isAnother folder then
            Some("its folder belongs to another user", "Name another folder for the cache.")
        else
            None
    with
    | :? IOException
    | :? UnauthorizedAccessException -> None

/// The assembly of that key, or nothing: an entry that is missing, cut or changed is no entry.
let tryRead (folder: string) (Key own as key) =
    try
        let bytes = File.ReadAllBytes(path folder key)
        let start = headerSize + own.Length

        if
            bytes.Length > start
            && BitConverter.ToUInt64(bytes, 0) = digest (ReadOnlySpan(bytes, 8, bytes.Length - 8))
            && BitConverter.ToInt32(bytes, 10) = own.Length
            && bytes.AsSpan(headerSize, own.Length).SequenceEqual own
        then
            Some
                {
                    Assembly = bytes[start..]
                    IsGuarded = (bytes[8] = 1uy)
                    IsClean = (bytes[9] = 1uy)
                }
        else
            None
    with
    | :? IOException
    | :? UnauthorizedAccessException -> None

/// Removes what a writer left behind that was ended, and entries of long ago: mostly of rules that were changed since.
let private tidy (now: FileInfo) =
    for file in (nonNull now.Directory).EnumerateFiles() do
        let age = now.LastWriteTimeUtc - file.LastWriteTimeUtc

        if
            file.Name.EndsWith(asideExtension, StringComparison.Ordinal)
            && age > longestWrite
            || file.Name.EndsWith(extension, StringComparison.Ordinal) && age > longestKept
        then
            file.Delete()

/// Keeps an assembly. A cache that cannot be written costs time, nothing else.
let write (folder: string) (Key own as key) (entry: Entry) =
    try
        if OperatingSystem.IsWindows() then
            Directory.CreateDirectory folder |> ignore
        else
            let onlyOwner =
                UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute

            Directory.CreateDirectory(folder, onlyOwner) |> ignore

        let byteOf verdict = if verdict then 1uy else 0uy

        let rest =
            Array.concat
                [
                    [| byteOf entry.IsGuarded; byteOf entry.IsClean |]
                    BitConverter.GetBytes own.Length
                    own
                    entry.Assembly
                ]

        let aside = Path.Combine(folder, $"{Guid.NewGuid():N}{asideExtension}")

        try
            File.WriteAllBytes(aside, Array.append (BitConverter.GetBytes(digest (ReadOnlySpan rest))) rest)
            File.Move(aside, path folder key, true)
            tidy (FileInfo(path folder key))
        finally
            // Not there any more once it has its place.
            File.Delete aside
    with
    | :? IOException
    | :? UnauthorizedAccessException -> ()

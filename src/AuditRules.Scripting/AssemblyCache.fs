/// Keeps compiled rules by the content of everything that decides them. Always safe to delete.
module internal AuditRules.Scripting.AssemblyCache

open System
open System.IO
open System.Security.Cryptography
open System.Text

/// The key of those parts; each part is hashed with its length, so that parts cannot run into each other.
let key (parts: string list) =
    use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256

    for part in parts do
        let bytes = Encoding.UTF8.GetBytes part
        hash.AppendData(BitConverter.GetBytes bytes.Length)
        hash.AppendData bytes

    Convert.ToHexStringLower(hash.GetHashAndReset())

/// An assembly of the cache.
type Entry =
    {
        Assembly: byte array
        /// Whether the guard has looked at it and found nothing. The key holds the guard's version.
        IsGuarded: bool
    }

// An entry is | SHA-256 of the rest: 32 bytes | 1 if the guard passed it, else 0: a byte | the assembly |.
let private path (folder: string) (key: string) = Path.Combine(folder, key + ".rules")

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
let tryRead (folder: string) (key: string) =
    try
        let bytes = File.ReadAllBytes(path folder key)

        if
            bytes.Length > 33
            && SHA256.HashData(bytes.AsSpan 32).AsSpan().SequenceEqual(bytes.AsSpan(0, 32))
        then
            Some
                {
                    Assembly = bytes[33..]
                    IsGuarded = (bytes[32] = 1uy)
                }
        else
            None
    with
    | :? IOException
    | :? UnauthorizedAccessException -> None

/// Keeps an assembly. A cache that cannot be written costs time, nothing else.
let write (folder: string) (key: string) (entry: Entry) =
    try
        if OperatingSystem.IsWindows() then
            Directory.CreateDirectory folder |> ignore
        else
            let onlyOwner =
                UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute

            Directory.CreateDirectory(folder, onlyOwner) |> ignore

        let verdict = if entry.IsGuarded then 1uy else 0uy
        let rest = Array.append [| verdict |] entry.Assembly
        let aside = Path.Combine(folder, $"{Guid.NewGuid():N}.tmp")
        File.WriteAllBytes(aside, Array.append (SHA256.HashData rest) rest)
        File.Move(aside, path folder key, true)
    with
    | :? IOException
    | :? UnauthorizedAccessException -> ()

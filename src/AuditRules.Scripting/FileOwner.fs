/// Whose a file is. .NET does not say.
module internal AuditRules.Scripting.FileOwner

open System
open System.Runtime.InteropServices

[<DllImport("libc")>]
extern uint private geteuid()

// What it writes is laid out alike on every machine, as that of stat is not.
[<DllImport("libc")>]
extern int private statx(int folder, string path, int flags, uint mask, byte[] found)

[<Literal>]
let private CurrentFolder = -100

[<Literal>]
let private AskForOwner = 8u

[<Literal>]
let private Size = 256

[<Literal>]
let private OwnerAt = 20

/// Whether the file belongs to a user who is neither this one nor root; false where that is not known, as elsewhere than
/// on Linux.
let isAnother (path: string) =
    if not (OperatingSystem.IsLinux()) then
        false
    else
        try
            let found = Array.zeroCreate<byte> Size

            if statx (CurrentFolder, path, 0, AskForOwner, found) <> 0 then
                false
            else
                let owner = BitConverter.ToUInt32(found, OwnerAt)
                owner <> 0u && owner <> geteuid ()
        with :? EntryPointNotFoundException ->
            false

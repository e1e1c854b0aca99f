/// The folder of this repository, for tests that read its files.
module AuditRules.Tests.Root

open System
open System.IO

/// The folder of AuditRules.sln.
let root =
    let rec climb (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith "AuditRules.sln stands in no folder above the test program"
        | folder when File.Exists(Path.Combine(folder.FullName, "AuditRules.sln")) -> folder.FullName
        | folder -> climb folder.Parent

    climb (DirectoryInfo AppContext.BaseDirectory)

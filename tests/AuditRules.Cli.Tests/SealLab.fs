/// A trace, a key, and what befalls them.
module AuditRules.Cli.Tests.SealLab

open System.IO
open System.Text.RegularExpressions
open Expecto
open AuditRules.Cli.Tests.Cli

let bytesOf (folder: Folder) name = File.ReadAllBytes(folder.File name)

let headIn (text: string) =
    let found = Regex.Match(text, @"\d+:[0-9a-f]{64}")
    Expect.isTrue found.Success text
    found.Value

let withKey lines =
    let folder = withTrace lines
    let ran = run folder [ "seal"; "--new-key"; "ci.pem"; "-q" ]
    Expect.equal (ran.Code, ran.Out, ran.Error) (0, "", "") "a pair of keys"
    folder

let sealRun folder =
    let ran = run folder [ "seal"; "run.atrace"; "--key"; "ci.pem"; "--name"; "ci" ]
    Expect.equal (ran.Code, ran.Error) (0, "") "sealed"
    ran.Out.TrimEnd '\n'

let flip (folder: Folder) fromEnd =
    let bytes = bytesOf folder "run.atrace"
    let at = bytes.Length - fromEnd
    bytes[at] <- bytes[at] ^^^ 1uy
    File.WriteAllBytes(folder.File "run.atrace", bytes)

/// The trace without its last 300 bytes: END is not whole any more.
let cut (folder: Folder) =
    let bytes = bytesOf folder "run.atrace"
    File.WriteAllBytes(folder.File "run.atrace", bytes[.. bytes.Length - 301])

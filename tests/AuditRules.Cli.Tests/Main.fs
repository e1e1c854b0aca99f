module AuditRules.Cli.Tests.Main

[<EntryPoint>]
let main _ = 0

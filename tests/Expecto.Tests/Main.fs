module Expecto.Tests.Main

open Expecto
open Expecto.Tests

[<EntryPoint>]
let main args =
    match Child.asked args with
    | Some(suite, rest) -> runTestsWithCLIArgs [] rest suite
    | None -> runTestsInAssemblyWithCLIArgs [] args

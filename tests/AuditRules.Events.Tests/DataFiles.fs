/// The repository's data files, as the build copied them beside the tests.
module AuditRules.Events.Tests.DataFiles

open System
open System.IO
open System.Text.Json

let private read (name: string) =
    File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", name))

let events () = read "audit_events.json"
let overlay () = read "event_overlay.json"
let manual () = read "events.md"

/// Name and argument names of every row of data/audit_events.json.
let rows () =
    use document = JsonDocument.Parse(events ())

    [
        for row in document.RootElement.EnumerateArray() ->
            nonNull (row.GetProperty("event").GetString()),
            [
                for argument in row.GetProperty("args").EnumerateArray() -> nonNull (argument.GetString())
            ]
    ]

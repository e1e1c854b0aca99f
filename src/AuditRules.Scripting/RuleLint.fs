/// What a reader of a rule would remark, and its examples (R85 to R87). It runs the rules.
module internal AuditRules.Scripting.RuleLint

open System
open AuditRules.Detection.Examples
open AuditRules.Detection.Findings
open AuditRules.Detection.Matching
open AuditRules.Detection.Plans
open AuditRules.Events.Diagnostics

/// Longer titles do not fit the line of a report.
let private longestTitle = 80

let private lineOf (files: RuleFile list) (source: SourceLocation) =
    files
    |> List.tryFind (fun file -> file.Shown = source.File)
    |> Option.bind (fun file -> Array.tryItem (source.Line - 1) file.Lines)
    |> Option.defaultValue ""

/// A diagnostic under the rule's id.
let private tell severity (files: RuleFile list) (rule: RulePlan) id message hint =
    let source = rule.Info.Source
    let text = lineOf files source
    let literal = $"\"{rule.Info.Id}\""

    let column, width =
        match text.IndexOf(literal, StringComparison.Ordinal) with
        | -1 -> text.Length - text.TrimStart().Length, text.Trim().Length
        | i -> i, literal.Length

    let place =
        TextSpan(source.File, source.Line, column + 1, source.Line, column + 1 + max 1 width)

    Diagnostic(id, severity, $"rule {rule.Info.Id}{message}", place, text, hint)

let private style files (rule: RulePlan) =
    let warn = tell DiagnosticSeverity.Warning files rule
    let title = rule.Info.Title

    [
        if not rule.Examples.IsEmpty && rule.Examples |> Seq.forall _.ShouldFire then
            warn
                Problem.NoSilentExample
                " has no example that it must not fire on"
                "Add shouldNotFire [ ... ] with what is close, and harmless."

        if isNull rule.Message then
            warn
                Problem.NoMessage
                " has no message: a finding says its title alone"
                "Add message $\"...\" with what happened, and to what."

        if rule.Info.Mitre.IsEmpty then
            warn
                Problem.NoMitre
                " names no ATT&CK technique"
                "Add mitre = [ \"T1041\" ] behind the severity; attack.mitre.org lists them."

        if title.Trim() = "" then
            warn Problem.BadTitle " has no title" "Say in a few words what it finds."
        elif title.Length > longestTitle then
            warn
                Problem.BadTitle
                $" has a title of {title.Length} characters"
                $"A title has at most {longestTitle}; the rest belongs into the message."
        elif title.EndsWith '.' then
            warn Problem.BadTitle " has a title that ends in a full stop" "Take it off."
        elif title <> title.Trim() then
            warn Problem.BadTitle " has a title that begins or ends in blanks" "Take them off."
    ]

let private examples (options: DetectionOptions) files (rule: RulePlan) =
    let fail text =
        tell
            DiagnosticSeverity.Error
            files
            rule
            Problem.FailingExample
            text
            "Mend the example or the rule. The first example is number 1."

    match options.Stopped.TryGetValue rule.Info.Id with
    | true, stopped ->
        [
            let at =
                if stopped.Ordinal = RuleFailure.NoEvent then
                    "in"
                else
                    $"on event {stopped.Ordinal} {stopped.EventName} of"

            fail $": {stopped.Message}, {at} its examples"
        ]
    | _ ->
        [
            for result in ExampleRunner.Run(rule, options) do
                if not result.Passed then
                    fail $", example {result.Number}: {result.Reason}"
        ]

/// What a reader would remark of those rules, which are not run.
let remarks (files: RuleFile list) (rules: RulePlan seq) : Diagnostic list =
    List.collect (style files) (List.ofSeq rules)

/// Everything that is to be said of those rules beyond what loading says.
let check (options: DetectionOptions) (files: RuleFile list) (rules: RulePlan seq) : Diagnostic list =
    [
        for rule in rules do
            yield! style files rule
            yield! examples options files rule
    ]

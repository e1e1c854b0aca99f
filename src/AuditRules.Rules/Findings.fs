namespace AuditRules

open AuditRules.Detection.Findings
open AuditRules.Detection.Patterns

[<AutoOpen; AbstractClass; Sealed>]
type FindingsOf =
    static member findingsOf(rule: Rule) : EventSource<FindingView> =
        EventSource<FindingView>(
            EventPattern.OfFindings rule.Plan,
            [ for problem in rule.Problems -> $"built on {rule.Id}: {problem}" ]
        )

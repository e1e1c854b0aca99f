namespace AuditRules

open AuditRules.Detection.Findings
open AuditRules.Detection.Patterns

/// Rules that are built on rules.
[<AutoOpen; AbstractClass; Sealed>]
type FindingsOf =
    /// The findings of another rule, as events: `for f in findingsOf login do`. `f.Message`, `f.Process` and so on are those of
    /// the finding; `f.StepEvent "o"` is the event that it cites as `o`. A private rule is a part of others and reports nothing
    /// of its own.
    static member findingsOf(rule: Rule) : EventSource<FindingView> =
        EventSource<FindingView>(
            EventPattern.OfFindings rule.Plan,
            [ for problem in rule.Problems -> $"built on {rule.Id}: {problem}" ]
        )

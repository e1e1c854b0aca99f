namespace AuditRules

open AuditRules.Detection.Findings

/// Rules that are built on rules.
[<AutoOpen; AbstractClass; Sealed; Class>]
type FindingsOf =
    /// <summary>
    /// The findings of another rule, as events (R60 to R64): <c>for f in findingsOf login do</c>. <c>f.Message</c>,
    /// <c>f.Process</c> and so on are those of the finding; <c>f.StepEvent "o"</c> is the event that it cites as <c>o</c>.
    /// </summary>
    /// <param name="rule">The other rule. A private one is a part of others and reports nothing of its own.</param>
    static member findingsOf: rule: Rule -> EventSource<FindingView>

namespace AuditRules

open System.Collections.Immutable
open AuditRules.Detection.Plans

/// A rule: what `rule (...) { ... }` makes. A rule file's public top-level values of this type are its rules (R30).
[<Sealed; AllowNullLiteral>]
type Rule =
    internal new: plan: RulePlan * problems: ImmutableArray<string> -> Rule

    /// The rule as data: what the matcher runs, and what `auditrules rules show` prints.
    member Plan: RulePlan

    /// The rule's id, as `AR1001`.
    member Id: string

    /// What is wrong with the rule although it compiles, a sentence each (AR0007); a rule with problems is not run.
    member Problems: ImmutableArray<string>

namespace AuditRules

open System.Collections.Immutable
open AuditRules.Detection.Plans

/// A rule. A rule file's public top-level values of this type are its rules.
[<Sealed; AllowNullLiteral>]
type Rule internal (plan: RulePlan, problems: ImmutableArray<string>) =
    /// What the matcher runs.
    member _.Plan = plan
    /// The rule's id, as `AR1001`.
    member _.Id = plan.Info.Id
    /// What is wrong with the rule although it compiles; a rule with problems is not run.
    member _.Problems = problems
    override _.ToString() = $"{plan.Info.Id} {plan.Info.Title}"

namespace AuditRules

open System.Collections.Immutable
open AuditRules.Detection.Plans

[<Sealed; AllowNullLiteral>]
type Rule internal (plan: RulePlan, problems: ImmutableArray<string>) =
    member _.Plan = plan
    member _.Id = plan.Info.Id
    member _.Problems = problems
    override _.ToString() = $"{plan.Info.Id} {plan.Info.Title}"

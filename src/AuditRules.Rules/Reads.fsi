/// What the author's expressions read of events, from their quotations (docs/spec/rules.md, R110).
module internal AuditRules.Reads

open System.Collections.Immutable
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans

/// The names that an expression over all that is bound may use.
type Scope =
    {
        /// The steps, first to last.
        Steps: string list
        /// What `let` bound, and what it read.
        Lets: Map<string, FieldRead list>
    }

/// What an expression over all that is bound reads.
val overBound: scope: Scope -> expr: Expr -> ImmutableArray<FieldRead>

/// What an expression over one event reads, as the event of that step.
val ofEvent: step: int -> expr: Expr -> ImmutableArray<FieldRead>

/// What is read for the names that the body of a `for` binds by `let`.
val lets: scope: Scope -> expr: Expr -> Map<string, FieldRead list>

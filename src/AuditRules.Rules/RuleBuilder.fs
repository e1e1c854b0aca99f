namespace AuditRules

open System
open System.Collections.Immutable
open System.Runtime.CompilerServices
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans
open AuditRules.Events

[<Sealed>]
type RuleBuilder internal (info: RuleInfo, overlap: Overlap) =
    inherit ThresholdClauses()

    member _.Run(flow: Flow<'T>) : Rule =
        let plan, problems = Lower.plan info overlap flow.Draft
        Rule(plan, problems)

    [<CustomOperation("message", MaintainsVariableSpace = true)>]
    member _.Message(flow: Flow<'T>, [<ProjectionParameter>] text: 'T -> string) : Flow<'T> =
        let bind = flow.Bind

        let draft =
            if flow.Draft.Message.IsNone then
                flow.Draft
            else
                Draft.problem "message stands twice; a rule has one" flow.Draft

        flow.With
            { draft with
                Message = Some(Func<_, _>(fun bindings -> text (bind bindings)))
            }

    [<CustomOperation("suppress", MaintainsVariableSpace = true)>]
    member _.Suppress
        (
            flow: Flow<'T>,
            reason: string,
            [<ProjectionParameter; ReflectedDefinition(true)>] condition: Expr<'T -> bool>
        ) : Flow<'T> =
        let draft =
            if String.IsNullOrWhiteSpace reason then
                Draft.problem "suppress needs a reason" flow.Draft
            else
                flow.Draft

        let plan =
            SuppressPlan(
                reason,
                Lower.condition flow (Lower.named (Printing.variable condition) draft) condition
            )

        flow.With
            { draft with
                Suppressions = plan :: draft.Suppressions
            }

    [<CustomOperation("shouldFire", MaintainsVariableSpace = true)>]
    member _.ShouldFire(flow: Flow<'T>, events: AuditEvent list) : Flow<'T> =
        flow.With
            { flow.Draft with
                Examples = (true, events) :: flow.Draft.Examples
            }

    [<CustomOperation("shouldNotFire", MaintainsVariableSpace = true)>]
    member _.ShouldNotFire(flow: Flow<'T>, events: AuditEvent list) : Flow<'T> =
        flow.With
            { flow.Draft with
                Examples = (false, events) :: flow.Draft.Examples
            }

[<AutoOpen; AbstractClass; Sealed>]
type RuleEntry =
    static member rule
        (
            id: string,
            title: string,
            severity: Severity,
            ?mitre: string list,
            ?tags: string list,
            ?references: string list,
            ?falsePositives: string list,
            ?remediation: string,
            ?maturity: Maturity,
            ?overlap: Overlap,
            [<CallerFilePath>] ?file: string,
            [<CallerLineNumber>] ?line: int
        ) =
        // Null is a text for F#, and what is said of an empty one serves.
        let orEmpty (text: string) = if isNull (box text) then "" else text

        let list (items: string list option) =
            ImmutableArray.CreateRange(List.map orEmpty (defaultArg items []))

        RuleBuilder(
            RuleInfo(
                Id = orEmpty id,
                Title = orEmpty title,
                Severity = severity,
                Source = SourceLocation((defaultArg file "").Replace('\\', '/'), defaultArg line 0),
                Mitre = list mitre,
                Tags = list tags,
                References = list references,
                FalsePositives = list falsePositives,
                Remediation = orEmpty (defaultArg remediation ""),
                Maturity = defaultArg maturity Maturity.Stable
            ),
            defaultArg overlap Overlap.Latest
        )

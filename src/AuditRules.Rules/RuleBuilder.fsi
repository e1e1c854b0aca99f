namespace AuditRules

open System.Runtime.CompilerServices
open Microsoft.FSharp.Quotations
open AuditRules.Detection.Plans
open AuditRules.Events

/// Makes a rule of its clauses: `rule (...) { for o in Py.Open do ... }`.
[<Sealed>]
type RuleBuilder =
    inherit ThresholdClauses

    internal new: info: RuleInfo * overlap: Overlap -> RuleBuilder

    /// The end of the rule: the compiler's own.
    member Run: flow: Flow<'T> -> Rule

    /// <summary>
    /// What happened, in words, for the reader of a finding (R37): <c>message $"{o.Path} was read"</c>. Once a rule; without
    /// it the title is the message.
    /// </summary>
    /// <param name="text">Over all that is bound at the end. An exception is the rule's failure (R22).</param>
    [<CustomOperation("message", MaintainsVariableSpace = true)>]
    member Message: flow: Flow<'T> * [<ProjectionParameter>] text: ('T -> string) -> Flow<'T>

    /// <summary>
    /// Findings that are known to be harmless (R42): they are kept and counted apart, and decide nothing.
    /// <c>suppress "our own updater" (o.Path = "/opt/updater/state")</c>.
    /// </summary>
    /// <param name="reason">Why, for the reader of the report; not empty.</param>
    /// <param name="condition">Over all that is bound at the end.</param>
    [<CustomOperation("suppress", MaintainsVariableSpace = true)>]
    member Suppress:
        flow: Flow<'T> *
        reason: string *
        [<ProjectionParameter; ReflectedDefinition(true)>] condition: Expr<'T -> bool> ->
            Flow<'T>

    /// <summary>An example that the rule must fire on (R28, R29), for <c>auditrules test</c>.</summary>
    /// <param name="events">The events in order, 1 ms apart in one process unless <c>after</c> or <c>inProcess</c> say
    /// otherwise: <c>shouldFire [ Py.Open.make (path = "/etc/shadow") ]</c>.</param>
    [<CustomOperation("shouldFire", MaintainsVariableSpace = true)>]
    member ShouldFire: flow: Flow<'T> * events: AuditEvent list -> Flow<'T>

    /// <summary>An example that the rule must not fire on (R28, R29), for <c>auditrules test</c>.</summary>
    /// <param name="events">The events in order, 1 ms apart in one process unless <c>after</c> or <c>inProcess</c> say
    /// otherwise.</param>
    [<CustomOperation("shouldNotFire", MaintainsVariableSpace = true)>]
    member ShouldNotFire: flow: Flow<'T> * events: AuditEvent list -> Flow<'T>

/// Where a rule begins.
[<AutoOpen; AbstractClass; Sealed; Class>]
type RuleEntry =
    /// <summary>
    /// Begins a rule (R30, R35, R45): <c>rule ("AR1001", "secret read, then network", High, mitre = [ "T1041" ]) { ... }</c>.
    /// </summary>
    /// <param name="id">Unique in a run: letters, digits, <c>_</c>, <c>-</c> and <c>.</c>, a letter or a digit first.</param>
    /// <param name="title">One line of what it finds.</param>
    /// <param name="severity">How much its findings matter: Info, Low, Medium, High or Critical.</param>
    /// <param name="mitre">Techniques of ATT&amp;CK, as <c>T1041</c> or <c>T1552.001</c>.</param>
    /// <param name="tags">Free words for selection.</param>
    /// <param name="references">Addresses of further reading.</param>
    /// <param name="falsePositives">What harmless programs may make it fire.</param>
    /// <param name="remediation">What to do about a finding.</param>
    /// <param name="maturity">How far it is tried: Stable (the default), Test or Experimental.</param>
    /// <param name="overlap">Latest (the default) or All: which partial matches of one key are kept (R7, R41).</param>
    /// <param name="file">Filled in by the compiler.</param>
    /// <param name="line">Filled in by the compiler.</param>
    static member rule:
        id: string *
        title: string *
        severity: Severity *
        ?mitre: string list *
        ?tags: string list *
        ?references: string list *
        ?falsePositives: string list *
        ?remediation: string *
        ?maturity: Maturity *
        ?overlap: Overlap *
        [<CallerFilePath>] ?file: string *
        [<CallerLineNumber>] ?line: int ->
            RuleBuilder

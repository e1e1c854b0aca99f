/// Diagnostics of our own; the compiler's keep its ids.
module internal AuditRules.Scripting.Problem

open AuditRules.Events.Diagnostics

let private at file line column (source: string) =
    TextSpan(file, line, column, line, max (column + 1) (source.Length + 1))

let error id message file line column source hint =
    Diagnostic(id, DiagnosticSeverity.Error, message, at file line column source, source, hint)

let warning id message file line column source hint =
    Diagnostic(id, DiagnosticSeverity.Warning, message, at file line column source, source, hint)

/// A directive that rule files may not contain.
[<Literal>]
let Directive = "AR0001"

/// A `#load` of a file that is not below the loading file's rules folder, that does not exist, or that is a folder.
[<Literal>]
let Load = "AR0002"

/// Files that load each other.
[<Literal>]
let LoadCycle = "AR0003"

/// A value of a module that can change.
[<Literal>]
let Mutable = "AR0004"

/// A file that throws when its top-level values are made.
[<Literal>]
let Throws = "AR0005"

/// Two rules with one id.
[<Literal>]
let DuplicateId = "AR0006"

/// A clause that does not fit the rule, as `within` without a sequence.
[<Literal>]
let Clause = "AR0007"

/// A custom event whose name is nearly that of an event that Python raises.
[<Literal>]
let NearName = "AR0009"

/// A rule without examples.
[<Literal>]
let NoExamples = "AR0008"

/// The compiler gave neither an assembly nor a reason.
[<Literal>]
let CompilerFailed = "AR0010"

/// A rule that is not collected: in a module inside a module, or only in a list or the like.
[<Literal>]
let NotCollected = "AR0011"

/// A cache folder that others may write.
[<Literal>]
let UnsafeCache = "AR0012"

/// A rule id of other characters than ids have.
[<Literal>]
let BadId = "AR0013"

/// Something that rules may not use (R80).
[<Literal>]
let Forbidden = "AR0014"

/// Code of which nobody can tell what it does: inline IL, addresses, other languages (R81).
[<Literal>]
let Unchecked = "AR0015"

/// A step that no event can take, or an `unless` that none can (R85).
[<Literal>]
let Impossible = "AR0016"

/// An example that fails (R86).
[<Literal>]
let FailingExample = "AR0017"

/// A rule without an example that it must not fire on (R87).
[<Literal>]
let NoSilentExample = "AR0018"

/// A rule without a message (R87).
[<Literal>]
let NoMessage = "AR0019"

/// A rule without an ATT&CK technique (R87).
[<Literal>]
let NoMitre = "AR0020"

/// A title that is no title (R87).
[<Literal>]
let BadTitle = "AR0021"

/// A file that is not text in UTF-8.
[<Literal>]
let NotText = "AR0022"

/// A clause that does not begin under the others of its rule, or a value without its `=` (R112).
[<Literal>]
let Layout = "AR0023"

/// A MITRE id of another form than techniques have, or of none (R45).
[<Literal>]
let BadMitre = "AR0030"

/// A file that ended its process, or did not come back, when its top-level values were made.
[<Literal>]
let LeftOut = "AR0040"

/// A file that loads one of these.
[<Literal>]
let LoadsLeftOut = "AR0041"

/// A rule whose events no Python raises, or no one Python all of them.
[<Literal>]
let NeverRaised = "AR0070"

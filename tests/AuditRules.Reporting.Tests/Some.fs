/// Hand-made reports.
module AuditRules.Reporting.Tests.Some

open System.Collections.Immutable
open System.IO
open System.Text
open AuditRules.Detection.Findings
open AuditRules.Detection.Plans
open AuditRules.Events
open AuditRules.Reporting.Json
open AuditRules.Reporting.Reports
open AuditRules.Reporting.Terminal

/// Half a character. The compiler would replace it in a literal.
let lone = string (char 0xd800)

/// The byte 0xff that is not UTF-8, as text.
let strayByte = string (char 0xdcff)

/// One line or word for each way in which text attacks a terminal, with what must be shown.
let hostile =
    [
        "\u001b[31mred\u001b[0m", "\\x1b[31mred\\x1b[0m"
        "\u001b]0;title\u0007", "\\x1b]0;title\\x07"
        "\u009b31m", "\\u009b31m"
        "byte" + strayByte, "byte\\xff"
        "two\nlines", "two\\nlines"
        "back\rover", "back\\rover"
        "tab\tbed", "tab\\tbed"
        "nul\u0000", "nul\\0"
        "del\u007f", "del\\x7f"
        "evil\u202etxt.exe", "evil\\u202etxt.exe"
        "\u2066isolated\u2069", "\\u2066isolated\\u2069"
        "zero\u200bwidth", "zero\\u200bwidth"
        "bom\ufeff", "bom\\ufeff"
        "line\u2028paragraph\u2029", "line\\u2028paragraph\\u2029"
        "private\ue000", "private\\ue000"
        "lone" + lone, "lone\\ud800"
        "tag\U000e0041", "tag\\U000e0041"
        "[red]markup[/]", "[red]markup[/]"
        "[unclosed", "[unclosed"
        "é ü 漢字 😀", "é ü 漢字 😀"
    ]

let rule id title severity =
    RuleInfo(
        Id = id,
        Title = title,
        Severity = severity,
        Source = SourceLocation("rules/secrets.fsx", 12),
        Mitre = ImmutableArray.Create("T1552.001", "T1041"),
        Tags = ImmutableArray.Create "secrets"
    )

let array (items: 'a list) = ImmutableArray.CreateRange items

let opened path =
    AuditEvent(
        "open",
        array [ Value.Str path; Value.Str "r"; Value.Int 524288L ],
        Time = 1_767_323_045_000_000_006L,
        Ordinal = 12L,
        Pid = 7,
        Thread = 7L,
        Caller = Caller("app.py", 3, "main")
    )

let connected host =
    AuditEvent(
        "socket.connect",
        array [ Value.Nil; Value.List(Value.Str host, Value.Int 443L) ],
        Time = 1_767_323_045_003_000_006L,
        Ordinal = 40L,
        Pid = 7,
        Thread = 7L
    )

let finding (rule: RuleInfo) message path host =
    Finding(
        "0123456789abcdef",
        rule,
        message,
        array [ KeyPart("process", Value.Int 0L) ],
        array [ StepEvent("o", opened path); StepEvent("c", connected host) ]
    )

let secretSent =
    finding
        (rule "AR1001" "secret read, then network" Severity.High)
        "/home/u/.ssh/id_rsa was read, then 10.1.2.3:443 connected"
        "/home/u/.ssh/id_rsa"
        "10.1.2.3"

let outcome (rule: RuleInfo) verdict reason findings =
    RuleOutcome(
        rule,
        verdict,
        reason,
        findings,
        0L,
        array
            [
                StepProgress("o", 3L, 0L, 0L, 1L, 2L, 0L)
                StepProgress("c", 5L, 4L, 0L, 0L, 1L, 0L)
            ],
        null
    )

let trace findings outcomes =
    TraceReport(TraceReference("run.atrace", "00ff"), DetectionResult(array findings, array outcomes, 4321L))

let report (traces: TraceReport list) = ReplayReport(array traces)

let found =
    report [ trace [ secretSent ] [ outcome secretSent.Rule Verdict.Fired "" 1L ] ]

let clean = report [ trace [] [ outcome secretSent.Rule Verdict.Clean "" 0L ] ]

let private writeText options render =
    use writer = new StringWriter(NewLine = "\n")
    render (Screen(writer, options))
    writer.ToString()

/// The report as it goes to a file.
let text (options: TextReportOptions) report =
    writeText TerminalOptions.Plain (fun screen -> TextReport.Write(screen, report, options))

let textOn terminal report =
    writeText terminal (fun screen -> TextReport.Write(screen, report, TextReportOptions(false, false)))

let shown render = writeText TerminalOptions.Plain render

let ordinary = TextReportOptions(false, false)

/// The lines of a JSON report.
let json (report: ReplayReport) =
    use stream = new MemoryStream()
    JsonLinesReport.Write(stream, report)
    Encoding.UTF8.GetString(stream.ToArray()).Split('\n')

using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;

namespace AuditRules.Reporting.Reports;

/// <summary>Severities and verdicts as reports and options name them.</summary>
public static class Names
{
    /// <summary>The severity in lower case, as <c>high</c>.</summary>
    public static string Of(Severity severity) =>
        severity switch
        {
            Severity.Critical => "critical",
            Severity.High => "high",
            Severity.Medium => "medium",
            Severity.Low => "low",
            _ => "info",
        };

    /// <summary>The maturity in lower case, as <c>stable</c>.</summary>
    public static string Of(Maturity maturity) =>
        maturity switch
        {
            Maturity.Experimental => "experimental",
            Maturity.Test => "test",
            _ => "stable",
        };

    /// <summary>The verdict in lower case, as <c>clean</c>.</summary>
    public static string Of(Verdict verdict) =>
        verdict switch
        {
            Verdict.Fired => "fired",
            Verdict.Unknown => "unknown",
            Verdict.Blind => "blind",
            Verdict.Failed => "failed",
            _ => "clean",
        };
}

using System.Diagnostics;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

static class RuleFailures
{
    /// <summary>What is told of an exception that a rule threw: the place is the first one in a file of rules.</summary>
    public static RuleFailure From(Exception exception, RuleInfo rule, EventView view)
    {
        var place = new StackTrace(exception, fNeedFileInfo: true)
            .GetFrames()
            .FirstOrDefault(f => f.GetFileName()?.EndsWith(".fsx", StringComparison.Ordinal) == true);
        var location = place is null
            ? rule.Source
            : new SourceLocation(place.GetFileName()!.Replace('\\', '/'), place.GetFileLineNumber());
        return new($"{exception.GetType().Name}: {MessageOf(exception)}", location, view.Ordinal, view.Name);
    }

    // An exception of the rule's own type may throw from its message too.
    static string MessageOf(Exception exception)
    {
        try
        {
            return exception.Message;
        }
#pragma warning disable CA1031 // Whatever it throws, the rule's failure is told.
        catch (Exception)
#pragma warning restore CA1031
        {
            return "its message cannot be read";
        }
    }
}

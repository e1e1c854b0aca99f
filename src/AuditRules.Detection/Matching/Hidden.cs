using System.Collections.Immutable;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>Finds what was cut or redacted of that which code reads (docs/spec/rules.md, R78).</summary>
static class Hidden
{
    /// <summary>The first such value of an event; null where all that is read is whole.</summary>
    public static UndecidedValue? In(ImmutableArray<FieldRead> reads, EventView view)
    {
        if (reads.IsDefaultOrEmpty)
            return null;
        foreach (var read in reads)
        {
            if (In(read, view) is { } hidden)
                return hidden;
        }

        return null;
    }

    /// <summary>The same of events that are bound, each by its step.</summary>
    public static UndecidedValue? In(ImmutableArray<FieldRead> reads, EventView[] views)
    {
        if (reads.IsDefaultOrEmpty)
            return null;
        foreach (var read in reads)
        {
            if (views[read.Step] is { Rows: not null } view && In(read, view) is { } hidden)
                return hidden;
        }

        return null;
    }

    static UndecidedValue? In(FieldRead read, EventView view)
    {
        if (read.Kind == ReadKind.Caller)
            return null;
        if (read.Kind == ReadKind.Argument)
        {
            return KnownPart.LostWithin(view[read.Argument]) is { } lost && read.IsOf(view.Name)
                ? new(view.Name, read.Field, lost.Kind == ValueKind.Redacted)
                : null;
        }

        if (!read.IsOf(view.Name))
            return null;
        // What a finding says is made of the events that it cites.
        return view.Rows is FindingEvent found
            ? found.Finding.Events.Select(e => InAny(e.Event.View)).FirstOrDefault(h => h is not null)
            : InAny(view);
    }

    static UndecidedValue? InAny(EventView view)
    {
        for (var i = 0; i < view.ArgumentCount; i++)
        {
            if (KnownPart.LostWithin(view[i]) is { } lost)
                return new(view.Name, NameOf(view.Name, i), lost.Kind == ValueKind.Redacted);
        }

        return null;
    }

    static string NameOf(string eventName, int argument) =>
        Catalogue.Find(eventName)?.Arguments.FirstOrDefault(f => f.Argument == argument)?.ParameterName
        ?? FormattableString.Invariant($"argument {argument}");
}

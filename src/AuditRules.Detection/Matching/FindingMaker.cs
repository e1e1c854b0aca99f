using AuditRules.Detection.Findings;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>A finding that was just made.</summary>
/// <param name="Finding">The finding.</param>
/// <param name="Doubts">What it rests on; null for nothing.</param>
/// <param name="Last">The event that completed it.</param>
sealed record Found(Finding Finding, Doubt[]? Doubts, AuditEvent Last);

/// <summary>Makes the findings of a rule of what is bound.</summary>
sealed class FindingMaker(RulePlan plan, EventView[] views, CodeReads reads)
{
    public Found Make(Counted counted, Doubt[]? doubts)
    {
        var bindings = new Bindings(views, counted.Fold);
        var evidence = counted
            .Matches.SelectMany(m => m.Events.SelectMany((e, i) => Cited(plan.Steps[m.StepOf(i)].Name, e)))
            .OrderBy(e => e.Event.Ordinal)
            .ToArray();
        var message = plan.Message?.Invoke(bindings) ?? plan.Info.Title;
        var finding = new Finding(
            FindingId.Of(plan.Info.Id, [.. evidence]),
            plan.Info,
            message,
            [.. KeyOf()],
            [.. evidence]
        );
        foreach (var suppression in plan.Suppressions)
        {
            if (suppression.Condition.Test(bindings))
            {
                reads.Held(suppression.Condition);
                finding = finding.Suppress(suppression.Reason);
                break;
            }
        }

        return new(finding, doubts, counted.Matches[^1].Last);
    }

    /// <summary>What the matches together rest on; null for nothing.</summary>
    public static Doubt[]? DoubtsOf(Counted counted) =>
        counted.Matches.Exists(m => m.Doubts is not null)
            ? [.. counted.Matches.SelectMany(m => m.Doubts ?? [])]
            : null;

    IEnumerable<KeyPart> KeyOf()
    {
        if (plan.Steps[^1].Key is not { } key)
            return [];
        var values = key.ValuesOf(views[plan.Steps.Length - 1]);
        // A function that gives a tuple has one name for all of its parts.
        return values.Length == key.Names.Length
            ? values.Zip(key.Names, (value, name) => new KeyPart(name, value))
            : values.Select((value, i) => new KeyPart(FormattableString.Invariant($"key {i + 1}"), value));
    }

    // R63: of a finding of another rule what that finding cites.
    static IEnumerable<StepEvent> Cited(string step, AuditEvent audited) =>
        audited is FindingEvent { Finding.Events: var inner }
            ? inner.Select(e => new StepEvent($"{step}.{e.Step}", e.Event))
            : [new StepEvent(step, audited)];
}

using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;

namespace AuditRules.Bench;

/// <summary>Rules over <see cref="MatchStream"/>.</summary>
static class MatchRules
{
    /// <summary>The folder of the files that rules ask for.</summary>
    public const string Root = "/first";

    static readonly TimeSpan _window = TimeSpan.FromSeconds(1);

    static StepPlan Opened => new("o", On("open"));

    static StepPlan Removed => new("r", On("os.remove"), [], ByPath(0), null, []);

    /// <summary>So many rules of two steps, each on a folder of its own.</summary>
    public static RulePlan[] Sequences(int rules) =>
        [
            .. Enumerable
                .Range(0, rules)
                .Select(rule =>
                {
                    var folder = TextPattern.Under(FormattableString.Invariant($"{Root}/{rule}"));
                    return Rule(
                        FormattableString.Invariant($"R{rule}"),
                        new("o", new EventPattern("open").With("path", FieldPath.Of(0), folder)),
                        Removed
                    );
                }),
        ];

    /// <summary>A rule with each clause, by what it is called; the first is what they are compared with.</summary>
    public static (string Name, RulePlan Rule)[] Clauses()
    {
        var removal = new StepPlan("r", On("os.remove"));
        var one = Rule("X", removal);
        var two = Rule("X", Opened, Removed);
        UnlessPlan renamed = new(On("os.rename"), ByPath(0));
        PrecededPlan preceded = new(On("os.rename"), ByPath(0), _window);
        return
        [
            ("one step", one),
            ("`followedBy`", two),
            ("`thenBy`", Rule("X", Opened, Removed with { Key = null })),
            (
                "`within`, `maxspan`",
                Rule("X", Opened, Removed.WithWindow(_window)) with
                {
                    MaxSpan = _window,
                }
            ),
            ("`unless`", Rule("X", Opened, Removed with { Unless = [renamed] })),
            ("`until`", Rule("X", Opened, Removed.WithUntil([renamed]))),
            ("`runs`", Rule("X", Opened, Removed.WithRuns(1, null))),
            ("`together`", Rule("X", Opened, Removed.WithTogether())),
            ("`overlap = All`", two with { Overlap = Overlap.All }),
            ("`notPrecededBy`", Rule("X", removal.WithNotPrecededBy([preceded]))),
            ("`notFollowedBy`", one with { Absence = new(On("os.rename"), ByPath(0), _window) }),
            ("`findingsOf`", Rule("Y", new StepPlan("f", EventPattern.OfFindings(one)))),
            ("`atLeast`", one with { Count = Count(null) }),
            ("`atLeastDistinct`", one with { Count = Count(PathOf) }),
            ("`sumAtLeast`", one with { Count = new SumPlan<int>(10, _window, "", ProcessOf, "", _ => 1) }),
            (
                "`fold`",
                one with
                {
                    Count = new FoldPlan<int>(
                        0,
                        _window,
                        "",
                        ProcessOf,
                        (state, _) => (int)state! + 1,
                        [new("", b => (int)b.Fold!.Value! >= 10)]
                    ),
                }
            ),
        ];
    }

    static CountPlan<int> Count(Func<Bindings, object?>? distinct) =>
        new(10, _window, "", ProcessOf, distinct);

    static int ProcessOf(Bindings bindings) => bindings[0].Process % 100;

    static object? PathOf(Bindings bindings) => bindings[0][0];

    static EventPattern On(string name) =>
        new EventPattern(name).With("path", FieldPath.Of(0), TextPattern.Under(Root));

    static StepKey<string?> ByPath(int step) =>
        new("path", ["path"], bindings => bindings[step][0].AsText, view => view[0].AsText);

    static RulePlan Rule(string id, params StepPlan[] steps) =>
        new(
            new RuleInfo
            {
                Id = id,
                Title = id,
                Severity = Severity.Low,
            },
            [.. steps],
            null,
            null,
            []
        );
}

using AuditRules.Detection.Examples;
using AuditRules.Detection.Findings;
using AuditRules.Detection.Patterns;
using AuditRules.Detection.Plans;
using AuditRules.Events;
using static AuditRules.Detection.CSharp.Check;
using static AuditRules.Detection.CSharp.Some;

namespace AuditRules.Detection.CSharp;

/// <summary>A plan of each clause, made and run by C# alone (docs/spec/rules.md, R104).</summary>
public static class ClauseTests
{
    static readonly AuditEvent _open = Event("open", 0, "/a");
    static readonly AuditEvent _connect = Event("socket.connect", 10, 443);
    static readonly AuditEvent _remove = Event("os.remove", 5, "/a");

    static StepPlan Open => Step("o", Opens);

    static StepPlan Connect => Step("c", Connects, SameProcess);

    static StepPlan Remove => Step("r", Removes, SamePath);

    public static IEnumerable<NamedTest> All =>
        [
            new("R104: a step with conditions on fields, as data", Fields),
            new("R104: where, over the events so far", Where),
            new("R104: a condition on one event (source.where)", EventTests),
            new("R104: followedBy with a key, within its window", FollowedBy),
            new("R104: thenBy, without a key", ThenBy),
            new("R104: together, in any order", Together),
            new("R104: runs", Runs),
            new("R104: maxspan", MaxSpan),
            new("R104: overlap = All", OverlapAll),
            new("R104: unless", Unless),
            new("R104: until", Until),
            new("R104: notFollowedBy", NotFollowedBy),
            new("R104: notPrecededBy", NotPrecededBy),
            new("R104: anyOf", AnyOf),
            new("R104: findingsOf", FindingsOf),
            new("R104: atLeast", AtLeast),
            new("R104: atLeastDistinct", AtLeastDistinct),
            new("R104: sumAtLeast", SumAtLeast),
            new("R104: fold", Fold),
            new("R104: message and suppress", MessageAndSuppress),
            new("R104: shouldFire and shouldNotFire", Examples),
        ];

    static void Fields()
    {
        var secrets = Opens.With(
            "path",
            FieldPath.Of(0),
            TextPattern.Under("/etc") | TextPattern.Glob("*.key")
        );
        Same([secrets.ToString()], "open (path = (under \"/etc\" or glob \"*.key\"))");
        Same(
            Cited(
                Rule(Step("o", secrets)),
                _open,
                Event("open", 1, "/etc/x"),
                Event("open", 2, "/a.key"),
                Event("os.remove", 3, "/etc/x")
            ),
            "1",
            "2"
        );
    }

    static void Where()
    {
        var plan = Rule(Open, Connect.WithCondition(new("c.Port = 443", b => b[1][0].AsInt64 == 443)));
        Same(Cited(plan, _open, Event("socket.connect", 1, 80), _connect), "0 2");
    }

    static void EventTests()
    {
        var deep = Opens.With(new EventTest("o.Path.Length > 2", v => v[0].AsText?.Length > 2), []);
        Same(Cited(Rule(Step("o", deep)), _open, Event("open", 1, "/abc")), "1");
    }

    static void FollowedBy()
    {
        var plan = Rule(Open, Connect.WithWindow(Milliseconds(10)));
        Same(Cited(plan, _open, _connect), "0 1");
        Same(Cited(plan, _open, _connect.With(process: 1)));
        Same(Cited(plan, _open, _connect.With(time: 10_000_001)));
    }

    static void ThenBy() =>
        Same(Cited(Rule(Open, Step("c", Connects)), _open, _connect.With(process: 1)), "0 1");

    static void Together()
    {
        var plan = Rule(Open, Connect.WithTogether());
        var connectFirst = Run(plan, _connect.With(time: 0), _open.With(time: 1));
        Same(connectFirst.Findings.SelectMany(f => f.Events.Select(e => e.Step)), "c", "o");
        Same(Cited(plan, _open, _connect), "0 1");
    }

    static void Runs()
    {
        var plan = Rule(Open, Connect.WithRuns(2, null));
        Same(Cited(plan, _open, _connect));
        Same(Cited(plan, _open, _connect, _connect), "0 1 2");
    }

    static void MaxSpan()
    {
        var plan = Rule(Open, Connect, Step("c2", Connects, SameProcess)) with { MaxSpan = Milliseconds(20) };
        Same(Cited(plan, _open, _connect, _connect.With(time: 20_000_000)), "0 1 2");
        Same(Cited(plan, _open, _connect, _connect.With(time: 20_000_001)));
    }

    static void OverlapAll()
    {
        var plan = Rule(Open, Connect);
        Same(Cited(plan, _open, _open, _connect), "1 2");
        Same(Cited(plan with { Overlap = Overlap.All }, _open, _open, _connect), "0 2", "1 2");
    }

    static void Unless()
    {
        var plan = Rule(Open, Connect with { Unless = [new(Removes, SamePath)] });
        Same(Cited(plan, _open, _remove, _connect));
        Same(Cited(plan, _open, Event("os.remove", 5, "/b"), _connect), "0 2");
    }

    static void Until()
    {
        var second = Step("c2", Connects, SameProcess);
        var plan = Rule(Open, Connect.WithUntil([new(Removes, SamePath)]), second);
        Same(Cited(plan, _open, Event("socket.connect", 1, 1), _remove, _connect));
        Same(Cited(plan, _open, Event("socket.connect", 1, 1), _connect), "0 1 2");
    }

    static void NotFollowedBy()
    {
        var plan = Rule(Open) with { Absence = new(Removes, SamePath, Milliseconds(5)) };
        Same(Cited(plan, _open, _remove));
        Same(Cited(plan, _open, _remove.With(time: 5_000_001)), "0");
    }

    static void NotPrecededBy()
    {
        var plan = Rule(Remove with { Key = null, NotPrecededBy = [new(Opens, SamePath, null)] });
        Same(Cited(plan, _open, _remove));
        Same(Cited(plan, Event("open", 0, "/b"), _remove), "1");
    }

    static void AnyOf() =>
        Same(Cited(Rule(Step("e", Opens.OrAny([Removes]))), _open, _remove, _connect), "0", "1");

    static void FindingsOf()
    {
        var below = Rule("BELOW", [Open, Remove]);
        var plan = Rule("ABOVE", [Step("f", EventPattern.OfFindings(below)), Connect]);
        Same(Cited(plan, _open, _remove, _connect), "0 1 2");
        Same(Cited(plan, _open, _connect));
    }

    static void AtLeast()
    {
        var plan = Rule(Open) with
        {
            Count = new CountPlan<int>(2, Milliseconds(5), "o.Process", b => b[0].Process, null),
        };
        Same(Cited(plan, _open, _open.With(time: 5_000_000)), "0 1");
        Same(Cited(plan, _open, _open.With(time: 5_000_001)));
    }

    static void AtLeastDistinct()
    {
        var plan = Rule(Open) with
        {
            Count = new CountPlan<int>(2, Milliseconds(5), "o.Process", b => b[0].Process, b => b[0][0]),
        };
        Same(Cited(plan, _open, _open));
        Same(Cited(plan, _open, Event("open", 1, "/b")), "0 1");
    }

    static void SumAtLeast()
    {
        var plan = Rule(Step("c", Connects)) with
        {
            Count = new SumPlan<int>(
                500,
                Milliseconds(50),
                "c.Process",
                b => b[0].Process,
                "c.Port",
                b => b[0][0].AsInt64
            ),
        };
        Same(Cited(plan, _connect));
        Same(Cited(plan, _connect, Event("socket.connect", 11, 57)), "0 1");
    }

    static void Fold()
    {
        var plan = Rule(Open) with
        {
            Count = new FoldPlan<int>(
                "",
                Milliseconds(50),
                "o.Process",
                b => b[0].Process,
                (state, b) => state + b[0][0].AsText,
                [new("s.State = \"/a/b\"", b => b.Fold is { Value: "/a/b", Count: 2 })]
            ),
        };
        Same(Cited(plan, _open, Event("open", 1, "/b")), "0 1");
        Same(Cited(plan, _open, Event("open", 1, "/c")));
    }

    static void MessageAndSuppress()
    {
        var plan = Rule(Open) with
        {
            Message = b => $"{b[0][0].AsText} was opened",
            Suppressions = [new("ours", new("o.Path = \"/ours\"", b => b[0][0].AsText == "/ours"))],
        };
        var result = Run(plan, _open, Event("open", 1, "/ours"));
        Same(
            result.Findings.Select(f => $"{f.Message}, {f.State}, {f.SuppressedBy}"),
            "/a was opened, New, ",
            "/ours was opened, Suppressed, ours"
        );
        Same(result.Outcomes.Select(o => $"{o.Verdict} {o.Findings} {o.Suppressed}"), "Fired 1 1");
        Same(Run(plan).Outcomes.Select(o => $"{o.Verdict}"), nameof(Verdict.Clean));
    }

    static void Examples()
    {
        var plan = Rule(Open, Connect) with
        {
            Examples =
            [
                new(true, [_open, _connect], default),
                new(false, [_open], default),
                new(true, [_open], default),
            ],
        };
        Same(ExampleRunner.Run(plan).Select(e => $"{e.Number} {e.Passed}"), "1 True", "2 True", "3 False");
    }
}

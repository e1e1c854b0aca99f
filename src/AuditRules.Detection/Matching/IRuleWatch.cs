using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// Told when code of a rule begins and when it came back, so that another process can tell which rule never does. Called
/// before the patterns of a rule are asked, for every event of a name that one of them awaits, whether it is taken or not:
/// it must cost next to nothing, and throws nothing.
/// </summary>
public interface IRuleWatch
{
    /// <summary>Code of the rule of that id begins, on that event.</summary>
    void Enter(string rule, EventView view);

    /// <summary>It came back, or threw.</summary>
    void Leave();
}

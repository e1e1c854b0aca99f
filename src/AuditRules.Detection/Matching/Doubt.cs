using AuditRules.Detection.Patterns;

namespace AuditRules.Detection.Matching;

/// <summary>A stretch of time in which events must not have gone unseen, for a finding that rests on their absence.</summary>
/// <param name="Patterns">Which events; one array for all doubts of one clause, whose losses are sorted once.</param>
/// <param name="From">From when on, in nanoseconds since the Unix epoch.</param>
/// <param name="To">To when, inclusive.</param>
/// <param name="Known">Why it is in doubt whatever the recording says; empty when that is open.</param>
sealed record Doubt(EventPattern[] Patterns, long From, long To, string Known = "");

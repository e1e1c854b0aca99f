namespace AuditRules.Events.Json;

/// <summary>What one line of JSON says (docs/spec/event-json.md).</summary>
public abstract record JsonLine;

/// <summary>An event.</summary>
/// <param name="Event">The event; what the line does not say is 0, the thread the pid.</param>
/// <param name="HasOrdinal">True when the line said <c>seq</c>.</param>
/// <param name="HasProcess">True when the line said <c>process</c>; otherwise only the pid tells processes apart.</param>
public sealed record JsonEvent(AuditEvent Event, bool HasOrdinal, bool HasProcess) : JsonLine;

/// <summary>A META record.</summary>
/// <param name="Meta">The record.</param>
/// <param name="TraceId">The id of the trace that was exported; empty when the line does not say it.</param>
public sealed record JsonMeta(TraceMeta Meta, string TraceId = "") : JsonLine;

/// <summary>A PROCESS record.</summary>
/// <param name="Record">The record.</param>
public sealed record JsonProcess(ProcessRecord Record) : JsonLine;

/// <summary>A LOSS record.</summary>
/// <param name="Record">The record.</param>
public sealed record JsonLoss(LossRecord Record) : JsonLine;

/// <summary>The END record.</summary>
/// <param name="Totals">The record.</param>
public sealed record JsonEnd(TraceTotals Totals) : JsonLine;

/// <summary>A line that says nothing that can be used.</summary>
/// <param name="Column">Where: the byte in the line, from 1.</param>
/// <param name="Message">What is wrong, in one sentence.</param>
public sealed record JsonError(int Column, string Message) : JsonLine;

using AuditRules.Events;

namespace AuditRules.Recording.Segments;

/// <summary>One event on its way from a segment to the trace; overwritten by the next one.</summary>
internal sealed class SegmentRow : EventRows
{
    Value[] _arguments = [];
    int _count;

    internal string Name { get; set; } = "";
    internal Caller? Caller { get; set; }
    internal long Thread { get; set; }

    /// <summary>Nanoseconds since the Unix epoch; the merge sets it.</summary>
    internal long Time { get; set; }
    internal int Process { get; set; }
    internal int Pid { get; set; }
    internal long Ordinal { get; set; }

    /// <summary>Makes room for that many arguments, which the caller fills.</summary>
    internal Span<Value> SetCount(int count)
    {
        if (_arguments.Length < count)
            _arguments = new Value[Math.Max(16, count)];
        _count = count;
        return _arguments.AsSpan(0, count);
    }

    public override int Count => 1;

    public override string GetName(int row) => Name;

    public override int GetArgumentCount(int row) => _count;

    public override Value GetArgument(int row, int index) =>
        (uint)index < (uint)_count ? _arguments[index] : default;

    public override long GetTime(int row) => Time;

    public override long GetOrdinal(int row) => Ordinal;

    public override int GetProcess(int row) => Process;

    public override int GetPid(int row) => Pid;

    public override long GetThread(int row) => Thread;

    public override Caller? GetCaller(int row) => Caller;
}

using MessagePack;

namespace AuditRules.Recording.Segments;

/// <summary>
/// The names and code objects that a segment defines (rule S25). Those of a block count once the whole block was
/// found good.
/// </summary>
internal sealed class Definitions
{
    readonly Dictionary<long, string> _names = [];
    readonly Dictionary<long, (string File, string Function)> _codes = [];
    readonly Dictionary<long, string> _newNames = [];
    readonly Dictionary<long, (string File, string Function)> _newCodes = [];

    internal void AddName(long id, string name) => _newNames[id] = name;

    internal void AddCode(long id, string file, string function) => _newCodes[id] = (file, function);

    internal void RequireName(long id)
    {
        if (!_names.ContainsKey(id) && !_newNames.ContainsKey(id))
            throw new MessagePackSerializationException("a name that the segment does not define");
    }

    internal void RequireCode(long id)
    {
        if (!_codes.ContainsKey(id) && !_newCodes.ContainsKey(id))
            throw new MessagePackSerializationException("a code object that the segment does not define");
    }

    internal string NameOf(long id) => _names[id];

    internal (string File, string Function) CodeOf(long id) => _codes[id];

    internal void Commit()
    {
        foreach (var (id, name) in _newNames)
            _names[id] = name;
        foreach (var (id, code) in _newCodes)
            _codes[id] = code;
        Forget();
    }

    internal void Forget()
    {
        if (_newNames.Count > 0)
            _newNames.Clear();
        if (_newCodes.Count > 0)
            _newCodes.Clear();
    }
}

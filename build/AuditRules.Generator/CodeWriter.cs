using System.Text;

namespace AuditRules.Generator;

/// <summary>Lines of text, indented by depth, ended by LF on every platform.</summary>
sealed class CodeWriter
{
    readonly StringBuilder _text = new();
    int _depth;

    public CodeWriter Line(string line = "")
    {
        if (line.Length > 0)
            _text.Append(' ', _depth * 4).Append(line);
        _text.Append('\n');
        return this;
    }

    public void Indented(Action body)
    {
        _depth++;
        body();
        _depth--;
    }

    public void Block(Action body)
    {
        Line("{");
        Indented(body);
        Line("}");
    }

    public override string ToString() => _text.ToString();

    /// <summary>Text inside an XML documentation comment.</summary>
    public static string Xml(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>Text of <see cref="Remarks"/> inside an XML documentation comment: it marks names up itself.</summary>
    public static string Remark(string text) =>
        Xml(text)
            .Replace("&lt;c&gt;", "<c>", StringComparison.Ordinal)
            .Replace("&lt;/c&gt;", "</c>", StringComparison.Ordinal);
}

using System.Text;

namespace AuditRules.Recording.Attempts;

/// <summary>
/// The simple commands of a shell's text that it surely comes to, as far as they can be told without running it: not
/// those behind <c>||</c>, or <c>&amp;&amp;</c> where what stands before may fail, nor what follows a keyword like
/// <c>if</c>, a here-document or <c>exit</c>. No variable, glob or substitution is replaced.
/// </summary>
internal sealed class ShellCommands
{
    static readonly HashSet<string> Succeeding = new(
        [":", "cd", "export", "set", "true", "umask"],
        StringComparer.Ordinal
    );

    static readonly HashSet<string> Compound = new(
        ["[[", "case", "for", "function", "if", "select", "until", "while"],
        StringComparer.Ordinal
    );

    static readonly System.Buffers.SearchValues<char> Names = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
    );

    readonly string _text;
    readonly List<IReadOnlyList<string>> _commands = [];
    readonly Stack<Level> _outer = new();
    Level _level = new('\0', isUnsure: false);
    int _at;
    bool _isOver;
    bool _hasDocument;

    ShellCommands(string text) => _text = text;

    /// <summary>A list of commands: the text, a group, a subshell or a substitution.</summary>
    sealed class Level(char open, bool isUnsure)
    {
        internal char Open => open;

        /// <summary>The shell may not come to what follows in this list of commands.</summary>
        internal bool IsUnsure { get; set; } = isUnsure;

        /// <summary>It may not come to what follows up to the next <c>;</c>.</summary>
        internal bool IsBehind { get; set; }

        /// <summary>The next word belongs to a redirection.</summary>
        internal bool Skips { get; set; }
        internal bool IsWord { get; set; }
        internal StringBuilder Word { get; } = new();
        internal List<string> Words { get; set; } = [];

        internal bool IsNumber => Word.Length > 0 && Word.ToString().All(char.IsAsciiDigit);
        internal bool IsSubstitution => Word.Length > 0 && Word[^1] is '$' or '<' or '>';

        internal void Append(char c)
        {
            Word.Append(c);
            IsWord = true;
        }

        internal string TakeWord()
        {
            var word = Word.ToString();
            Word.Clear();
            IsWord = false;
            return word;
        }
    }

    /// <summary>Each command's words, without assignments before them and without redirections.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Of(string text)
    {
        var reader = new ShellCommands(text);
        while (reader._at < text.Length && !reader._isOver)
            reader.Step(text[reader._at++]);
        reader.EndCommand();
        return reader._commands;
    }

    /// <summary>True for <c>NAME=value</c>.</summary>
    internal static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            && !char.IsAsciiDigit(word[0])
            && word.AsSpan(0, equals).IndexOfAnyExcept(Names) < 0;
    }

    char Next => _at < _text.Length ? _text[_at] : '\n';

    void Step(char c)
    {
        switch (c)
        {
            case '\'' or '"':
                Quote(c);
                break;
            case '\\' when _at < _text.Length:
                if (_text[_at++] is not '\n' and var escaped)
                    _level.Append(escaped);
                break;
            case '#' when !_level.IsWord:
                while (Next != '\n')
                    _at++;
                break;
            case '&' when Next == '>':
                EndWord();
                _at++;
                Redirect('>');
                break;
            case '<' or '>':
                Redirect(c);
                break;
            case ' ' or '\t':
                EndWord();
                break;
            // Else a function, or an array.
            case '(' when _level.IsWord ? _level.IsSubstitution : _level.Words.Count == 0:
            case '`' when _level.Open != '`':
                Push(c);
                break;
            case '(':
                _isOver = true;
                break;
            case ')':
                Pop('(');
                break;
            case '`':
                Pop('`');
                break;
            case ';' or '\n' or '&' or '|':
                Operate(c);
                break;
            default:
                _level.Append(c);
                break;
        }
    }

    void Operate(char c)
    {
        var isEmpty = !_level.IsWord && _level.Words.Count == 0;
        var succeeds = EndCommand();
        if (c is '&' or '|' && Next == c)
        {
            _at++;
            _level.IsBehind |= c == '|' || !succeeds;
        }
        else if (c is not '|' && !(isEmpty && c == '\n'))
        {
            _level.IsBehind = false;
        }

        // What follows is a here-document.
        _isOver |= c == '\n' && _hasDocument;
    }

    // True for a command that does not fail.
    bool EndCommand()
    {
        EndWord();
        var words = _level.Words;
        _level.Skips = false;
        _level.Words = [];
        if (_isOver || words.Count == 0)
            return false;
        if (!_level.IsUnsure && !_level.IsBehind)
            _commands.Add(words);
        _level.IsUnsure |=
            words[0] is "exit" or "return"
            || (words.Count > 1 && words[0] == "exec")
            || (words.Count > 1 && words[0] == "set" && PythonCommand.IsOption(words[1], 'e'));
        return Succeeding.Contains(words[0]);
    }

    void EndWord()
    {
        if (!_level.IsWord)
            return;
        var word = _level.TakeWord();
        if (_level.Skips)
            _level.Skips = false;
        else if (_level.Words.Count > 0)
            _level.Words.Add(word);
        else if (Compound.Contains(word))
            _isOver = true;
        else if (word == "{")
            Push('{');
        else if (word == "}")
            Pop('{');
        else if (word == "!")
            _level.IsBehind = true;
        else if (!IsAssignment(word))
            _level.Words.Add(word);
    }

    void Push(char open)
    {
        _outer.Push(_level);
        _level = new Level(open, _level.IsUnsure || _level.IsBehind);
    }

    void Pop(char open)
    {
        EndCommand();
        if (_level.Open != open || !_outer.TryPop(out var outer))
        {
            _isOver = true;
            return;
        }

        outer.IsUnsure |= open == '{' && _level.IsUnsure;
        _level = outer;
    }

    void Redirect(char c)
    {
        if (Next == '(')
        {
            _level.Append(c);
            return;
        }

        if (_level.IsNumber)
            _level.TakeWord();
        EndWord();
        var start = _at;
        while (Next is '<' or '>' or '&' or '|')
            _at++;
        if (c == '<' && _text[start.._at] == "<")
        {
            _hasDocument = true;
            if (Next == '-')
                _at++;
        }

        _level.Skips = true;
    }

    void Quote(char quote)
    {
        _level.IsWord = true;
        for (; _at < _text.Length && _text[_at] != quote; _at++)
        {
            if (quote == '"' && _text[_at] == '\\' && _at + 1 < _text.Length)
                _at++;
            _level.Word.Append(_text[_at]);
        }

        _at++;
    }
}

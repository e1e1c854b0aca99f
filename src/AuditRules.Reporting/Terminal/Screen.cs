using AuditRules.Reporting.Escaping;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace AuditRules.Reporting.Terminal;

/// <summary>
/// Where reports for people are written: Spectre.Console without what it would guess of its surroundings, and without
/// its markup, which hostile text can break.
/// </summary>
public sealed class Screen
{
    // Spectre has no "unlimited": wider than any line that a report makes.
    const int Unlimited = 1 << 20;

    IAnsiConsole? _console;

    /// <summary>A screen over a writer, which stays the caller's to flush and close.</summary>
    public Screen(TextWriter writer, TerminalOptions options)
    {
        Writer = writer;
        Options = options;
    }

    /// <summary>Where the screen writes.</summary>
    public TextWriter Writer { get; }

    /// <summary>What is known of the place.</summary>
    public TerminalOptions Options { get; }

    // Nothing to break and nothing to colour: Spectre.Console need not be loaded.
    bool IsPlain => Options is { Width: 0, Colors: false };

    /// <summary>Writes an empty line.</summary>
    public void Line() => Writer.Write('\n');

    /// <summary>Writes a line of text, escaped.</summary>
    public void Line(string text, Tone tone = Tone.Plain) => Write(new StyledLine().Add(text, tone));

    /// <summary>Writes a line of text, escaped, that stays one line however narrow the terminal is.</summary>
    public void Unbroken(string text)
    {
        Writer.Write(TextEscape.Line(text));
        Writer.Write('\n');
    }

    /// <summary>Writes a line of several tones.</summary>
    public void Write(StyledLine words)
    {
        if (IsPlain)
            Writer.Write(words.Plain());
        else
            Write(words.ToRenderable());
        Line();
    }

    internal void Write(IRenderable renderable) => (_console ??= Console()).Write(renderable);

    IAnsiConsole Console()
    {
        var settings = new AnsiConsoleSettings
        {
            Ansi = Options.Colors ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = Options.Colors ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new ScreenOutput(Writer, Options.Width > 0 ? Options.Width : Unlimited),
        };
        // They would switch colours on where they believe to know a build server.
        settings.Enrichment.UseDefaultEnrichers = false;
        var console = AnsiConsole.Create(settings);
        console.Profile.Width = Options.Width > 0 ? Options.Width : Unlimited;
        console.Profile.Capabilities.Unicode = true;
        console.Profile.Capabilities.Links = false;
        return console;
    }
}

/// <summary>What a piece of text is, from which its colour follows.</summary>
public enum Tone
{
    /// <summary>Ordinary text.</summary>
    Plain,

    /// <summary>What matters.</summary>
    Strong,

    /// <summary>What may be skipped.</summary>
    Faint,

    /// <summary>Good news.</summary>
    Good,

    /// <summary>What needs a look.</summary>
    Warning,

    /// <summary>What is wrong.</summary>
    Bad,
}

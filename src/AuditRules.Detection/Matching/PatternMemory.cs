using System.Runtime.InteropServices;
using AuditRules.Detection.Patterns;
using AuditRules.Events;

namespace AuditRules.Detection.Matching;

/// <summary>
/// Answers each condition once for each distinct value of a frame's dictionary. Conditions of all rules that say the
/// same share their answers.
/// </summary>
sealed class PatternMemory
{
    readonly Dictionary<(int Item, bool Join, ValuePattern Pattern), int> _numbers = [];
    readonly List<Answers> _answers = [];
    EventFrame? _frame;
    int _generation;

    /// <summary>
    /// The last no that may have been a yes for the value that the program had; null for none since it was set to null.
    /// </summary>
    public UndecidedValue? Undecided { get; set; }

    /// <summary>The number under which the answers of that condition are kept.</summary>
    public int NumberOf(FieldCondition condition)
    {
        var content = (condition.Path.Item, condition.Path.Join, condition.Pattern);
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, content, out var exists);
        if (!exists)
        {
            number = _answers.Count;
            _answers.Add(new Answers());
        }

        return number;
    }

    public void Begin(EventFrame frame)
    {
        _frame = frame;
        _generation++;
    }

    public bool Holds(int number, FieldCondition condition, int row)
    {
        var frame = _frame!;
        var id = frame.GetDictionaryId(row, condition.Path.Argument);
        if (id < 0)
            return Yes(condition, row, Ask(condition, frame.GetArgument(row, condition.Path.Argument)));
        var answers = _answers[number];
        if (answers.Generation != _generation)
            answers.Clear(_generation, frame.DictionaryCount);
        ref var answer = ref answers.Known[id];
        if (answer == Answers.Unknown)
            answer = Ask(condition, frame.GetDictionaryValue(id));
        return Yes(condition, row, answer);
    }

    bool Yes(FieldCondition condition, int row, byte answer)
    {
        if (answer == Answers.Undecided)
            Undecided = UndecidedValue.Of(condition, new EventView(_frame!, row));
        return answer == Answers.Yes;
    }

    static byte Ask(FieldCondition condition, Value argument)
    {
        var value = condition.Path.Select(argument);
        return condition.Pattern.Matches(value) ? Answers.Yes
            : condition.Pattern.IsDecided(value) ? Answers.No
            : Answers.Undecided;
    }

    sealed class Answers
    {
        public const byte Unknown = 0;
        public const byte No = 1;
        public const byte Yes = 2;
        public const byte Undecided = 3;

        public byte[] Known = [];
        public int Generation = -1;

        public void Clear(int generation, int count)
        {
            Generation = generation;
            if (Known.Length < count)
                Known = new byte[count];
            else
                Array.Clear(Known, 0, count);
        }
    }
}

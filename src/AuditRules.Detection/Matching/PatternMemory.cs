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

    /// <summary>What the condition of that number says of an event.</summary>
    public Answer Ask(int number, FieldCondition condition, int row)
    {
        var frame = _frame!;
        var id = frame.GetDictionaryId(row, condition.Path.Argument);
        if (id < 0)
            return Ask(condition, frame.GetArgument(row, condition.Path.Argument));
        var answers = _answers[number];
        if (answers.Generation != _generation)
            answers.Clear(_generation, frame.DictionaryCount);
        ref var answer = ref answers.Known[id];
        if (answer == Answer.NotAsked)
            answer = Ask(condition, frame.GetDictionaryValue(id));
        return answer;
    }

    static Answer Ask(FieldCondition condition, Value argument)
    {
        var matches = condition.Pattern.Matches(condition.Path.Select(argument));
        return condition.Pattern.IsDecided(condition.Path.SelectKnown(argument))
            ? (matches ? Answer.Yes : Answer.No)
            : (matches ? Answer.PerhapsYes : Answer.PerhapsNo);
    }

    sealed class Answers
    {
        public Answer[] Known = [];
        public int Generation = -1;

        public void Clear(int generation, int count)
        {
            Generation = generation;
            if (Known.Length < count)
                Known = new Answer[count];
            else
                Array.Clear(Known, 0, count);
        }
    }
}

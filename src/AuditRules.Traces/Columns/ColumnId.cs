namespace AuditRules.Traces;

/// <summary>The columns of a DATA frame (T22). Ids 128 to 255 may be ignored by a reader that does not know them.</summary>
static class ColumnId
{
    public const int Dictionary = 1;
    public const int Shapes = 2;
    public const int ShapeColumn = 3;
    public const int Times = 4;
    public const int Threads = 5;
    public const int ThreadColumn = 6;
    public const int Callers = 7;
    public const int CallerColumn = 8;

    public const int FirstIgnorable = 128;

    /// <summary>The first argument column; the others follow in the order of shapes and positions.</summary>
    public const int FirstArgument = 256;
}

using System.Globalization;
using AuditRules.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return args switch
{
    ["sizes"] => SizesCommand.Run(1_000_000),
    ["sizes", var events] => SizesCommand.Run(int.Parse(events, CultureInfo.InvariantCulture)),
    ["columns", var events] => ColumnsCommand.Run(int.Parse(events, CultureInfo.InvariantCulture)),
    ["speed"] => SpeedCommand.Run(1_000_000),
    ["speed", var events] => SpeedCommand.Run(int.Parse(events, CultureInfo.InvariantCulture)),
    ["trace", var path, var events] => TraceCommand.Run(
        path,
        int.Parse(events, CultureInfo.InvariantCulture)
    ),
    ["match"] => MatchCommand.Run(500_000),
    ["match", var events] => MatchCommand.Run(int.Parse(events, CultureInfo.InvariantCulture)),
    ["guard", var folder] => GuardCommand.Run(folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine(
        """
        Usage: dotnet run -c Release --project bench/AuditRules.Bench -- COMMAND
          sizes [EVENTS]        bytes an event of each format, as a table
          columns EVENTS        bytes an event of each column
          speed [EVENTS]        events a second of each format, as ratios
          trace PATH EVENTS     write the workload as a trace
          match [EVENTS]        processor time of rules, as ratios
          guard FOLDER          what the guard costs over the rules of a folder
        """
    );
    return 2;
}

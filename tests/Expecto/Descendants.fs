namespace Expecto

open System
open System.Diagnostics
open System.Globalization
open System.IO

/// A process that this one started, or one of those; Linux alone knows them.
type internal Descendant =
    {
        id: int
        parent: int
        age: TimeSpan
        /// As /proc/PID/stat has it: R runs, S and D wait, T is stopped, Z has ended and was not waited for.
        state: string
        /// Where in the kernel it waits.
        place: string
        command: string
    }

    override this.ToString() =
        $"{this.id} of {this.parent}, {this.state} for {int this.age.TotalSeconds} s, in {this.place}: {this.command}"

module internal Descendants =
    // Of /proc/PID/stat, behind the name, which may hold anything but a last bracket.
    let private state, parent, started = 0, 1, 19
    let private ticksPerSecond = 100.

    let private number (text: string) =
        Double.Parse(text, CultureInfo.InvariantCulture)

    let private describe uptime (folder: string) =
        let text name =
            File.ReadAllText(Path.Combine(folder, name))

        try
            let stat = text "stat"
            let fields = stat.Substring(stat.LastIndexOf ')' + 2).Split ' '

            Some
                {
                    id = int (Path.GetFileName folder)
                    parent = int fields[parent]
                    age = TimeSpan.FromSeconds(max 0. (uptime - number fields[started] / ticksPerSecond))
                    state = fields[state]
                    place =
                        if File.Exists(Path.Combine(folder, "wchan")) then
                            text "wchan"
                        else
                            "?"
                    command = (text "cmdline").Replace('\000', ' ').ReplaceLineEndings(" ").Trim()
                }
        with
        | :? IOException
        | :? UnauthorizedAccessException ->
            // It has ended meanwhile, or is another user's.
            None

    let ofThisProcess () =
        if not (File.Exists "/proc/uptime") then
            []
        else
            let uptime = number (File.ReadAllText("/proc/uptime").Split(' ')[0])

            let all =
                DirectoryInfo("/proc").GetDirectories()
                |> Array.filter (fun folder -> Char.IsAsciiDigit folder.Name[0])
                |> Array.choose (_.FullName >> describe uptime)

            let rec below parent =
                [
                    for child in all do
                        if child.parent = parent then
                            child
                            yield! below child.id
                ]

            below Environment.ProcessId

    /// Ends those that are older: the youngest are those of tests beside the one that hangs.
    let endOlder (age: TimeSpan) (descendants: Descendant list) =
        for descendant in descendants do
            if descendant.age > age then
                try
                    use running = Process.GetProcessById descendant.id
                    running.Kill()
                with
                | :? ArgumentException
                | :? InvalidOperationException
                | :? ComponentModel.Win32Exception ->
                    // It has ended meanwhile, or is another user's.
                    ()

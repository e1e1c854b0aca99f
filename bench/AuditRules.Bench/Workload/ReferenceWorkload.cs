using System.Globalization;
using AuditRules.Events;

namespace AuditRules.Bench;

/// <summary>
/// The reference workload: 42 event names by Zipf, 2,000 processes that take turns at random, 20,000 paths by Zipf and
/// 5 % of paths fresh, 3,000 hosts, a caller for every event. The n-th event is the same in every run.
/// </summary>
sealed class ReferenceWorkload
{
    public const long Start = 1_700_000_000_000_000_000;
    const int Processes = 2_000;
    const int Paths = 20_000;
    const int Hosts = 3_000;
    const int SitesOfName = 12;

    static readonly string[] Words =
    [
        "core",
        "utils",
        "client",
        "models",
        "handlers",
        "cache",
        "config",
        "session",
        "parser",
        "views",
        "tests",
        "backend",
        "schema",
        "tasks",
        "worker",
        "codec",
        "storage",
        "auth",
    ];

    static readonly string[] Roots =
    [
        "/usr/lib/python3.11/",
        "/usr/lib/python3/dist-packages/",
        "/srv/app/releases/2026-01-02/",
        "/home/build/.cache/",
        "/etc/",
        "/var/lib/app/data/",
    ];

    readonly Draw _draw = new(42);
    readonly Zipf _names = new(Templates.All.Length);
    readonly Zipf _paths = new(Paths);
    readonly Zipf _hosts = new(Hosts);
    readonly Zipf _sites = new(SitesOfName);
    readonly Zipf _codes = new(1_000);
    readonly Zipf _texts = new(200);
    readonly Value[] _path = new Value[Paths];
    readonly Value[] _host = new Value[Hosts];
    readonly Caller[] _caller;
    long _time = Start;
    long _fresh;

    public ReferenceWorkload()
    {
        if (Templates.All.Length != 42)
            throw new InvalidOperationException($"{Templates.All.Length} events, not 42");
        for (var i = 0; i < Paths; i++)
            _path[i] = Value.Str(PathOf(i));
        for (var i = 0; i < Hosts; i++)
            _host[i] = Value.Str(
                i % 3 == 0 ? $"10.{i % 7}.{i / 256}.{i % 256}" : $"{Word()}-{i}.example.net"
            );
        _caller = new Caller[Templates.All.Length * SitesOfName];
        for (var i = 0; i < _caller.Length; i++)
            _caller[i] = new Caller(PathOf(_draw.Below(300)), 1 + _draw.Below(900), $"{Word()}_{Word()}");
    }

    /// <summary>The first events of the workload; an object gives them once.</summary>
    public IEnumerable<AuditEvent> Take(int count)
    {
        for (var i = 0; i < count; i++)
            yield return Next(i);
    }

    AuditEvent Next(long ordinal)
    {
        var name = _names.Next(_draw);
        var process = _draw.Below(Processes);
        var kinds = Templates.All[name].Arguments;
        var arguments = new Value[kinds.Length];
        for (var i = 0; i < kinds.Length; i++)
            arguments[i] = Argument(kinds[i]);
        // 0.5 us to 0.3 ms between two events.
        _time += _draw.OfBits(9, 18);
        return new AuditEvent(Templates.All[name].Name, [.. arguments])
        {
            Time = _time,
            Ordinal = ordinal,
            Process = process,
            Pid = 3_000 + (process * 7),
            Thread = 3_000 + (process * 7) + (_draw.Below(8) == 0 ? 1 : 0),
            Caller = _caller[(name * SitesOfName) + _sites.Next(_draw)],
        };
    }

    Value Argument(string kind) =>
        kind switch
        {
            "path" => _draw.Below(20) == 0 ? Fresh() : _path[_paths.Next(_draw)],
            "fresh" => Fresh(),
            "module" => Value.Str(
                $"{Words[_texts.Next(_draw) % Words.Length]}.{Words[_texts.Next(_draw) % Words.Length]}"
            ),
            "host" => _host[_hosts.Next(_draw)],
            "url" => Value.Str(
                $"https://{_host[_hosts.Next(_draw)].AsText}/api/v1/{Words[_texts.Next(_draw) % Words.Length]}"
            ),
            "text" => Value.Str($"attribute_{_texts.Next(_draw)}"),
            "args" => Value.List([
                _path[_paths.Next(_draw)],
                Value.Str("--config"),
                _path[_paths.Next(_draw)],
            ]),
            "bytes" => Value.Bytes(Blob(_texts.Next(_draw))),
            "mode" => Value.Str(_draw.Below(4) == 0 ? "w" : "r"),
            "flags" => Value.Int(_draw.Below(4) == 0 ? 524_865 : 524_288),
            "fd" => Value.Int(3 + _draw.Below(30)),
            "port" => Value.Int(_draw.Below(5) == 0 ? 80 : 443),
            "small" => Value.Int(_draw.Below(4)),
            "size" => Value.Int(4096L * _draw.Below(64)),
            "pid" => Value.Int(3_000 + (_draw.Below(Processes) * 7)),
            "float" => Value.Float(_draw.Below(100) / 100.0),
            "bool" => Value.Bool(_draw.Below(2) == 0),
            "nil" => Value.Nil,
            "none" => Value.Int(-1),
            "code" => Code(_codes.Next(_draw)),
            "socket" => Socket(_draw.Below(40)),
            "address" => Value.List([_host[_hosts.Next(_draw)], Value.Int(_draw.Below(5) == 0 ? 80 : 443)]),
            "headers" => Value.Map([new(Value.Str("User-Agent"), Value.Str("app/1.0"))]),
            _ => throw new InvalidOperationException($"no argument is called {kind}"),
        };

    Value Fresh() =>
        Value.Str(
            string.Create(
                CultureInfo.InvariantCulture,
                $"/tmp/app-{_fresh++ / 100}/{_draw.Next() & 0xffff_ffff:x8}.tmp"
            )
        );

    Value Code(int number) =>
        Value.Object(
            new ObjectValue(
                "code",
                0x7f3a_1000_0000 + (number * 176L),
                [
                    new("file", _path[number]),
                    new("name", Value.Str($"function_{number}")),
                    new("line", Value.Int(1 + (number * 31 % 900))),
                ]
            )
        );

    static Value Socket(int number) =>
        Value.Object(
            new ObjectValue(
                "socket",
                0x7f3a_5000_0000 + (number * 96L),
                [new("fd", Value.Int(3 + number)), new("family", Value.Int(2)), new("type", Value.Int(1))]
            )
        );

    static byte[] Blob(int number)
    {
        var draw = new Draw((ulong)number);
        var bytes = new byte[8 + (number % 40)];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)(32 + draw.Below(90));
        return bytes;
    }

    static string PathOf(int rank) =>
        $"{Roots[rank % Roots.Length]}{Words[rank % Words.Length]}/{Words[rank / 18 % Words.Length]}_{rank}.py";

    string Word() => Words[_draw.Below(Words.Length)];
}

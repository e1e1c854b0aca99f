/// Random values and events; shared with the tests of traces.
module AuditRules.Events.Tests.Some

open System
open System.Collections.Generic
open AuditRules.Events
open System.Collections.Immutable
open FsCheck
open FsCheck.FSharp

let private immutable (items: 'a[]) = ImmutableArray.Create<'a>(items)

let text =
    Gen.frequency
        [
            6,
            Gen.elements
                [
                    ""
                    "r"
                    "/etc/hosts"
                    "a\u0000b"
                    "żółw"
                    "🐍"
                    "\u2028\u001b[2J"
                    "$bytes"
                    "type"
                ]
            3, Gen.map (fun n -> $"/tmp/{n}") (Gen.choose (0, 1_000_000))
            1, Gen.map (fun n -> String('x', n)) (Gen.choose (30, 300))
        ]

let private bytes = Gen.arrayOf (Gen.map byte (Gen.choose (0, 255)))

let integer =
    Gen.oneof
        [
            Gen.map int64 (Gen.choose (-200, 300))
            Gen.map (fun (n: int) -> 1L <<< n) (Gen.choose (0, 63))
            Gen.map (fun (n: int) -> -(1L <<< n) - 1L) (Gen.choose (0, 62))
            Gen.elements
                [
                    Int64.MinValue
                    Int64.MaxValue
                    int64 UInt32.MaxValue
                    -32768L
                    -32769L
                    -128L
                    -129L
                ]
        ]

let private number =
    Gen.oneof
        [
            Gen.map BitConverter.Int64BitsToDouble integer
            Gen.elements [ 0.0; -0.0; 1.0; 1e300; 0.1; nan; infinity; -infinity; Double.Epsilon ]
        ]

let private bigInteger =
    gen {
        let! shift = Gen.choose (64, 700)
        let! low = integer
        let! sign = Gen.elements [ 1I; -1I ]
        return Value.Integer(sign * (1I <<< shift) + bigint low)
    }

let private pair key value =
    Gen.map2 (fun k v -> KeyValuePair(k, v)) key value

let rec valueOfDepth depth : Gen<Value> =
    let leaf =
        [
            2, Gen.constant Value.Nil
            2, Gen.map Value.Bool (Gen.elements [ true; false ])
            4, Gen.map Value.Int integer
            2, Gen.map Value.Float number
            6, Gen.map Value.Str text
            2, Gen.map Value.Bytes bytes
            1, Gen.map Value.RawStr bytes
            1, bigInteger
            1,
            Gen.map3
                (fun kind (length: int) pseudonym ->
                    Value.Redacted(RedactedValue(kind, int64 length, pseudonym)))
                text
                (Gen.choose (0, 100))
                text
        ]

    if depth = 0 then
        Gen.frequency leaf
    else
        let inner = valueOfDepth (depth - 1)

        let short (items: Gen<'a>) =
            Gen.bind (fun n -> Gen.arrayOfLength n items) (Gen.choose (0, 4))

        Gen.frequency (
            leaf
            @ [
                2, Gen.map (fun (items: Value[]) -> Value.List items) (short inner)
                2,
                Gen.map
                    (fun (entries: KeyValuePair<Value, Value>[]) -> Value.Map entries)
                    (short (pair (Gen.oneof [ Gen.map Value.Str text; inner ]) inner))
                1,
                Gen.map3
                    (fun (kind: int) (digest: byte[]) head ->
                        Value.Truncated(
                            TruncatedValue(
                                LanguagePrimitives.EnumOfValue(byte kind),
                                90_000L,
                                immutable digest,
                                head
                            )
                        ))
                    (Gen.choose (5, 10))
                    bytes
                    inner
                1,
                Gen.map3
                    (fun name identity (facts: KeyValuePair<string, Value>[]) ->
                        Value.Object(ObjectValue(name, identity, immutable facts)))
                    text
                    integer
                    (short (pair text inner))
            ]
        )

let value = valueOfDepth 3

let private caller: Gen<Caller | null> =
    Gen.frequency
        [
            1, Gen.constant null
            2,
            Gen.map3
                (fun file line name -> Caller(file, line, name): Caller | null)
                (Gen.elements [ "app.py"; "/usr/lib/x.py"; "" ])
                (Gen.choose (0, 5))
                (Gen.elements [ "main"; "<module>" ])
        ]

let event =
    gen {
        let! name =
            Gen.elements [ "open"; "import"; "socket.connect"; "ż"; "🐍"; "custom"; "os.putenv" ]

        let! count = Gen.choose (0, 4)
        let! arguments = Gen.arrayOfLength count value
        let! step = Gen.elements [ 0L; 0L; 1000L; 123L; 1_000_000_000_000L ]
        let! thread = Gen.choose (0, 3)
        let! from = caller

        return
            AuditEvent(
                name,
                immutable arguments,
                Time = step,
                Process = thread / 2,
                Pid = 100 + thread / 2,
                Thread = int64 thread,
                Caller = from
            )
    }

/// Events in the order of a trace, numbered from 0.
let events =
    gen {
        let! some = Gen.listOf event
        let! start = Gen.elements [ 0L; -5L; 1_700_000_000_123_456_789L ]

        let timed =
            some
            |> List.mapFold
                (fun time (e: AuditEvent) -> e.With(time = Nullable(time + e.Time)), time + e.Time)
                start
            |> fst
            |> List.sortBy (fun e -> e.Time, e.Process)

        return timed |> List.mapi (fun i e -> e.With(ordinal = Nullable(int64 i)))
    }

type Arbitraries =
    static member Value() = Arb.fromGen value
    static member Event() = Arb.fromGen event
    static member Events() = Arb.fromGen events

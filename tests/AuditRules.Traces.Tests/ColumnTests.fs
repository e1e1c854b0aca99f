module AuditRules.Traces.Tests.ColumnTests

open System
open AuditRules.Events.Tests
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open FsCheck.FSharp

type private Integers =
    static member Integer() = Arb.fromGen Some.integer

let private config =
    { FsCheckConfig.defaultConfig with
        arbitrary = [ typeof<Integers> ]
    }

let private pack (values: int64[]) =
    let buffer = ByteBuffer()
    PackedColumnWriter().Write(ReadOnlySpan values, buffer)
    buffer.Written.ToArray()

let private unpack (raw: byte[]) rows =
    match PackedColumn.Read(Array.copy raw, rows) with
    | null -> None
    | column -> Some [| for row in 0 .. rows - 1 -> column[row] |]

let private writeTimes (times: int64[]) =
    let buffer = ByteBuffer()
    TimeColumn.Write(ReadOnlySpan times, buffer)
    buffer.Written.ToArray()

let private readTimes (raw: byte[]) rows first last =
    match TimeColumn.TryRead(ReadOnlySpan raw, rows, first, last) with
    | true, times -> Some times
    | _ -> None

[<Tests>]
let tests =
    testList
        "columns"
        [
            testList
                "T33 a packed column is written so"
                [
                    for name, values, bytes in
                        [
                            "equal values: no bytes a row", [| 7L; 7L |], "00 0700000000000000"
                            "1 byte a row", [| 5L; -1L |], "01 ffffffffffffffff 0600"
                            "2 bytes a row, in planes", [| 0L; 0x1234L |], "22 0000000000000000 0034 0012"
                            "the whole range",
                            [| Int64.MinValue; Int64.MaxValue |],
                            "11 0200 0000000000000080 ffffffffffffff7f 0001"
                            "a table, where values are far apart and few",
                            Array.init 24 (fun i -> if i % 2 = 0 then 0L else 70000L),
                            "11 0200 0000000000000000 7011010000000000" + String.replicate 12 "0001"
                        ] ->
                        testCase name (fun () ->
                            Expect.equal (pack values) (hex bytes) "written"
                            Expect.equal (unpack (hex bytes) values.Length) (Some values) "read")
                ]

            testCase "T33 forms that the writer seldom chooses are read" (fun () ->
                Expect.equal
                    (unpack (hex "02 0100000000000000 0001 3412") 2)
                    (Some [| 257L; 0x1235L |])
                    "2 bytes"

                Expect.equal
                    (unpack (hex "28 0100000000000000 0009 0007 0006 0005 0004 0003 0002 0001") 2)
                    (Some [| 1L; 0x010203040506070AL |])
                    "8 bytes in planes"

                Expect.equal
                    (unpack (hex "12 0100 0900000000000000 0000 0000") 2)
                    (Some [| 9L; 9L |])
                    "a table")

            testList
                "T33 a packed column is refused"
                [
                    for name, bytes, rows in
                        [
                            "empty", "", 0
                            "a form of 3 bytes a row", "03 0000000000000000 000000", 1
                            "a form with an unknown bit", "41 0000000000000000 00", 1
                            "fewer rows", "01 0000000000000000 00", 2
                            "more rows", "01 0000000000000000 0000", 1
                            "a base that ends early", "00 00", 0
                            "a row beyond the table", "11 0100 0900000000000000 01", 1
                            "a row beyond the table, 2 bytes", "12 0100 0900000000000000 0100", 1
                            "an empty table", "10 0000", 1
                            "a table that ends early", "11 0200 0900000000000000", 0
                            "a table of 4 bytes a row", "14 0100 0900000000000000 00000000", 1
                        ] -> testCase name (fun () -> Expect.isNone (unpack (hex bytes) rows) "")
                ]

            testPropertyWithConfig
                config
                "T33 any integers are read as they were written"
                (fun (values: int64[]) -> Expect.equal (unpack (pack values) values.Length) (Some values) "")

            testCase "T33 300 distinct values far apart are read as they were written" (fun () ->
                let values = Array.init 5000 (fun i -> int64 (i % 300) * 1_000_003L)
                Expect.equal (unpack (pack values) values.Length) (Some values) "")

            testList
                "T29 times are written so"
                [
                    for name, times, bytes in
                        [
                            "one row", [| 5L |], "01"
                            "distances of 7 and 14 bits", [| 0L; 127L; 255L |], "01 7f 8001"
                            "a unit of a millisecond", [| 0L; 1_000_000L; 3_000_000L |], "c0843d 01 02"
                            "rows of one time", [| 3L; 3L |], "01 00"
                            "the whole range", [| Int64.MinValue; Int64.MaxValue |], "ffffffffffffffffff01 01"
                        ] ->
                        testCase name (fun () ->
                            Expect.equal (writeTimes times) (hex bytes) "written"

                            Expect.equal
                                (readTimes (hex bytes) times.Length times[0] times[times.Length - 1])
                                (Some times)
                                "read")
                ]

            testList
                "T29 times are refused"
                [
                    for name, bytes, rows, last in
                        [
                            "empty", "", 1, 0L
                            "a unit of 0", "00 01", 2, 1L
                            "fewer rows", "01", 2, 1L
                            "more rows", "01 01 00", 2, 1L
                            "distances that add up to less", "01 01", 2, 2L
                            "distances that add up to more", "01 02", 2, 1L
                            "a distance beyond 64 bits", "02 ffffffffffffffffff01", 2, 1L
                            "a number of 11 bytes", "8080808080808080808000 01", 2, 1L
                        ] -> testCase name (fun () -> Expect.isNone (readTimes (hex bytes) rows 0L last) "")
                ]

            testPropertyWithConfig
                config
                "T29 any times are read as they were written"
                (fun (values: int64[]) ->
                    let times = Array.sort values

                    if times.Length > 0 then
                        Expect.equal
                            (readTimes (writeTimes times) times.Length times[0] times[times.Length - 1])
                            (Some times)
                            "")
        ]

namespace Expecto

open System
open System.Threading

/// What FsCheck says of a finished property.
type FsCheckTestData =
    {
        Labels: Set<string>
        NumberOfShrinks: int
        NumberOfTests: int
        Stamps: seq<int * list<string>>
    }

/// How a property is checked. Sizes bound the generated values; they grow evenly from the first test to the last.
type FsCheckConfig =
    {
        maxTest: int
        startSize: int
        endSize: int
        /// Seed, gamma and size of one earlier run, to repeat it; None draws new ones.
        replay: (uint64 * uint64 * int option) option
        /// Types whose static members give Arbitrary values; the first in the list wins.
        arbitrary: Type list
        receivedArgs: FsCheckConfig -> string -> int -> obj list -> Async<unit>
        successfulShrink: FsCheckConfig -> string -> obj list -> Async<unit>
        finishedTest: FsCheckConfig -> string -> FsCheckTestData -> Async<unit>
    }

    static member defaultConfig =
        {
            maxTest = 200
            startSize = 1
            endSize = 100
            replay = None
            arbitrary = []
            receivedArgs = fun _ _ _ _ -> async.Return()
            successfulShrink = fun _ _ _ -> async.Return()
            finishedTest = fun _ _ _ -> async.Return()
        }

/// The body of a test.
type TestCode =
    | Sync of stest: (unit -> unit)
    | SyncWithCancel of stest: (CancellationToken -> unit)
    | Async of atest: Async<unit>
    | AsyncFsCheck of
        testConfig: FsCheckConfig option *
        stressConfig: FsCheckConfig option *
        test: (FsCheckConfig -> Async<unit>)

/// A pending parent makes its children pending, a focused one makes them focused unless they are pending.
/// Where any test is focused, all that are not are skipped.
type FocusState =
    | Normal
    | Pending
    | Focused

/// How a test runs beside the others: alone, one at a time within a named group, or freely.
type SequenceMethod =
    | Synchronous
    | SynchronousGroup of string
    | InParallel

/// A tree of tests, made by the functions of `Tests`.
type Test =
    | TestCase of code: TestCode * state: FocusState
    | TestList of tests: Test list * state: FocusState
    | TestLabel of label: string * test: Test * state: FocusState
    | Sequenced of SequenceMethod * Test

/// What the kit throws.
type ExpectoException(msg: string) =
    inherit Exception(msg)

/// An expectation that does not hold: the test has failed.
type AssertException(msg: string) =
    inherit ExpectoException(msg)

/// A failure whose stack says nothing, such as a property that was falsified.
type FailedException(msg: string) =
    inherit ExpectoException(msg)

/// The test asks to be skipped.
type IgnoreException(msg: string) =
    inherit ExpectoException(msg)

/// Marks a top-level value as tests to run.
[<AttributeUsage(AttributeTargets.Method ||| AttributeTargets.Property ||| AttributeTargets.Field)>]
type TestsAttribute() =
    inherit Attribute()

/// Marks a top-level value as tests to skip for now.
[<AttributeUsage(AttributeTargets.Method ||| AttributeTargets.Property ||| AttributeTargets.Field)>]
type PTestsAttribute() =
    inherit Attribute()

/// Marks a top-level value as the tests to run, and no others.
[<AttributeUsage(AttributeTargets.Method ||| AttributeTargets.Property ||| AttributeTargets.Field)>]
type FTestsAttribute() =
    inherit Attribute()

/// How far two floats may lie apart: `absolute + relative * max |a| |b|`.
type Accuracy = { absolute: float; relative: float }

[<RequireQualifiedAccess>]
module Accuracy =
    let low = { absolute = 1e-6; relative = 1e-3 }
    let medium = { absolute = 1e-8; relative = 1e-5 }
    let high = { absolute = 1e-10; relative = 1e-7 }

    let veryHigh = { absolute = 1e-12; relative = 1e-9 }

    let areCloseLhs (a: float) (b: float) = abs (a - b)

    let areCloseRhs accuracy (a: float) (b: float) =
        accuracy.absolute + accuracy.relative * max (abs a) (abs b)

    let areClose accuracy a b =
        areCloseLhs a b <= areCloseRhs accuracy a b

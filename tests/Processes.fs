/// Programs that tests run to their end.
module AuditRules.Tests.Processes

open System
open System.Diagnostics
open System.IO
open System.IO.Pipes
open System.Text
open System.Threading.Tasks
open Expecto

/// What a stream has given so far, and a task that ends where it does.
let private reading (reader: StreamReader) =
    let text = StringBuilder()
    let buffer = Array.zeroCreate 4096

    let rec read () =
        match reader.Read(buffer, 0, buffer.Length) with
        | 0 -> ()
        | count ->
            lock text (fun () -> text.Append(buffer, 0, count) |> ignore)
            read ()

    // A thread of its own: a program that takes long would keep one of the pool's few from the tests beside it.
    (fun () -> lock text (fun () -> string text)),
    Task.Factory.StartNew(read, TaskCreationOptions.LongRunning)

/// Ends every other process that can still write to the stream: what a program left behind when it ended is in no tree of
/// its any more.
let private endWriters (stream: Stream) =
    let pipe =
        FileInfo $"/proc/self/fd/{(stream :?> PipeStream).SafePipeHandle.DangerousGetHandle()}"

    for folder in Directory.GetDirectories "/proc" do
        match Int32.TryParse(Path.GetFileName folder) with
        | true, pid when pid <> Environment.ProcessId ->
            try
                if
                    Directory.GetFiles $"{folder}/fd"
                    |> Array.exists (fun file -> FileInfo(file).LinkTarget = pipe.LinkTarget)
                then
                    Process.GetProcessById(pid).Kill()
            with
            | :? IOException
            | :? UnauthorizedAccessException
            | :? ArgumentException -> () // it has ended, or is another user's
        | _ -> ()

/// Exit code, output, errors. A signal n ends with 128 + n. What takes longer is ended, with all that it started, and
/// fails the test.
let runWithin (limit: TimeSpan) (info: ProcessStartInfo) =
    info.RedirectStandardOutput <- true
    info.RedirectStandardError <- true
    info.StandardOutputEncoding <- Encoding.UTF8
    info.StandardErrorEncoding <- Encoding.UTF8
    let clock = Stopwatch.StartNew()
    use running = nonNull (Process.Start info)
    let output, outputEnds = reading running.StandardOutput
    let errors, errorsEnd = reading running.StandardError

    // The streams are open until the last process that has them ends; then little is left to wait for.
    if
        not (
            Task.WaitAll([| outputEnds; errorsEnd |], limit)
            && running.WaitForExit(max TimeSpan.Zero (limit - clock.Elapsed))
        )
    then
        running.Kill(entireProcessTree = true)
        endWriters running.StandardOutput.BaseStream
        endWriters running.StandardError.BaseStream
        let command = String.Join(' ', Seq.append [ info.FileName ] info.ArgumentList)

        failtest
            $"{command}\nwas ended after {clock.Elapsed.TotalSeconds:F0} s. Its output:\n{output ()}\nIts errors:\n{errors ()}"

    running.ExitCode, output (), errors ()

// Less than the test itself may take where CI runs it: what the program has said would be lost.
let private longest =
    TimeSpan.FromMinutes(
        if Environment.GetEnvironmentVariable "AUDITRULES_NIGHTLY" = "1" then
            100.
        else
            8.
    )

/// The same for any program that ends by itself, however slow the machine.
let runAs info = runWithin longest info

let run (program: string) (arguments: string list) =
    runAs (ProcessStartInfo(program, arguments))

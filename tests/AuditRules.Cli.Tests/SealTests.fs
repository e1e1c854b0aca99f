module AuditRules.Cli.Tests.SealTests

open System
open System.ComponentModel
open System.IO
open System.Security.Cryptography
open System.Text
open System.Text.RegularExpressions
open Expecto
open AuditRules.Cli.Tests.Cli
open AuditRules.Cli.Tests.SealLab
open AuditRules.Tests

let private openssl arguments =
    try
        let code, output, error = Processes.run "openssl" arguments
        Some(code, output + error)
    with :? Win32Exception ->
        None

let private made arguments =
    match openssl arguments with
    | Some(0, _) -> ()
    | Some(_, text) -> failtest text
    | None -> skiptest "openssl is not there"

/// What each file that is no key is answered with.
let private badKeys =
    [
        "text", "hello", "it holds no key in PEM form"
        "an empty file", "", "it holds no key in PEM form"
        "a key that ends early", "-----BEGIN PRIVATE KEY-----\nMIGH", "it ends within a key"
        "a broken key",
        "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n",
        "it is no key for ECDSA on P-256"
        "an RSA key", RSA.Create(2048).ExportPkcs8PrivateKeyPem(), "it is no key for ECDSA on P-256"
        "an RSA key of the old form",
        RSA.Create(2048).ExportRSAPrivateKeyPem(),
        "it is of another kind: RSA PRIVATE KEY"
        "another curve",
        ECDsa.Create(ECCurve.NamedCurves.nistP384).ExportPkcs8PrivateKeyPem(),
        "it is a key on another curve than P-256"
        "an encrypted key",
        ECDsa
            .Create(ECCurve.NamedCurves.nistP256)
            .ExportEncryptedPkcs8PrivateKeyPem(
                "secret".AsSpan(),
                PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10)
            ),
        "the key is encrypted"
        "an encrypted key of the old form",
        "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n",
        "the key is encrypted"
        "a certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "it is a certificate, not a key"
        "a public key",
        ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportSubjectPublicKeyInfoPem(),
        "it is a public key; the private one signs"
    ]

[<Tests>]
let tests =
    testList
        "seal"
        [
            testCase
                "C82: new keys: the private one is its owner's alone, and no file is written over"
                (fun () ->
                    use folder = new Folder()
                    let ran = run folder [ "seal"; "--new-key"; "ci.pem" ]

                    Expect.equal
                        (ran.Code, ran.Error)
                        (0,
                         "auditrules: wrote the private key ci.pem and the public key ci.pub.pem\n"
                         + "  Keep the private key where no recorded program can read it.\n")
                        "message"

                    Expect.stringStarts (folder.Read "ci.pem") "-----BEGIN PRIVATE KEY-----\n" "PKCS#8"

                    Expect.stringStarts
                        (folder.Read "ci.pub.pem")
                        "-----BEGIN PUBLIC KEY-----\n"
                        "SubjectPublicKeyInfo"

                    if not (OperatingSystem.IsWindows()) then
                        Expect.equal
                            (File.GetUnixFileMode(folder.File "ci.pem"))
                            (UnixFileMode.UserRead ||| UnixFileMode.UserWrite)
                            "mode"

                    let before = folder.Read "ci.pem"
                    let again = run folder [ "seal"; "--new-key"; "ci.pem" ]

                    Expect.equal
                        (again.Code, again.Error)
                        (73,
                         "auditrules: cannot write ci.pub.pem: it is there already\n"
                         + "  A key is never written over: name another file.\n")
                        "refused"

                    File.Delete(folder.File "ci.pub.pem")

                    Expect.equal
                        (run folder [ "seal"; "--new-key"; "ci.pem" ]).Code
                        73
                        "the private one alone"

                    Expect.equal (folder.Read "ci.pem", folder.Has "ci.pub.pem") (before, false) "as it was")

            testCase "C10 C82: where no file may be written, all is as it was" (fun () ->
                // The runtime itself needs a file for code that it may both write and run.
                let limited folder arguments =
                    startProgram
                        "sh"
                        [ "-c"; "ulimit -f 0; exec dotnet \"$@\""; "sh" ]
                        [ "DOTNET_EnableWriteXorExecute", "0"; "DOTNET_EnableDiagnostics", "0" ]
                        folder
                        arguments

                use folder = withKey fires
                let before = bytesOf folder "run.atrace"

                let there () =
                    Directory.GetFiles folder.Path |> Array.map Path.GetFileName |> Array.sort

                let files = there ()

                for arguments in
                    [
                        [ "seal"; "run.atrace"; "--key"; "ci.pem" ]
                        [ "seal"; "--new-key"; "new.pem" ]
                        [ "recover"; "run.atrace"; "-o"; "new.atrace" ]
                        [ "pack"; "run.atrace"; "-o"; "new.atrace" ]
                        [ "cut"; "run.atrace"; "-o"; "new.atrace"; "--from"; "#1" ]
                    ] do
                    let ran = limited folder arguments
                    Expect.equal (ran.Code, ran.Out) (73, "") ran.Error
                    Expect.isTrue (isMessage ran.Error) ran.Error
                    Expect.stringContains ran.Error "larger than this process may write a file" "why"
                    Expect.sequenceEqual (there ()) files "no file more, and none less"

                Expect.sequenceEqual (bytesOf folder "run.atrace") before "the trace")

            testCase "C82: sealing appends, and prints the new head" (fun () ->
                use folder = withKey fires
                let before = bytesOf folder "run.atrace"
                let head = sealRun folder

                let after = bytesOf folder "run.atrace"
                Expect.sequenceEqual after[.. before.Length - 1] before "what was there"

                Expect.equal head (headIn (run folder [ "verify"; "run.atrace" ]).Out) "the head")

            // Named by what is wrong alone: a private key has no place in the name of a test.
            testList
                "C82: a key that cannot be used is 78, and the trace stays as it was"
                [
                    for what, pem, why in badKeys ->
                        testCase what (fun () ->
                            use folder = withTrace fires
                            folder.Write("bad.pem", pem)
                            let before = bytesOf folder "run.atrace"
                            let ran = run folder [ "seal"; "run.atrace"; "--key"; "bad.pem" ]

                            Expect.equal
                                (ran.Code, ran.Out, ran.Error)
                                (78,
                                 "",
                                 $"auditrules: cannot use the key bad.pem: {why}\n"
                                 + "  A key is ECDSA on P-256, as PEM, not encrypted. Make a pair with: auditrules seal --new-key ci.pem\n")
                                "message"

                            Expect.sequenceEqual (bytesOf folder "run.atrace") before "as it was")
                ]

            testCase "C82: no key file is 66" (fun () ->
                use folder = withTrace fires
                let ran = run folder [ "seal"; "run.atrace"; "--key"; "nowhere.pem" ]
                Expect.equal ran.Code 66 "code"

                Expect.stringStarts
                    ran.Error
                    "auditrules: cannot read nowhere.pem: there is no such file\n"
                    "message"

                Expect.isTrue (isMessage ran.Error) ran.Error)

            testCase "C82: a trace that is not closed is refused" (fun () ->
                use folder = withKey fires
                // The preamble and META: a recorder that died at once.
                let bytes = bytesOf folder "run.atrace"

                let second =
                    bytes.AsSpan(40).IndexOf([| 0x9cuy; 0xd6uy; 0x46uy; 0xc1uy |].AsSpan()) + 40

                File.WriteAllBytes(folder.File "run.atrace", bytes[.. second - 1])
                let ran = run folder [ "seal"; "run.atrace"; "--key"; "ci.pem" ]

                Expect.equal
                    (ran.Code, ran.Out, ran.Error)
                    (3,
                     "",
                     $"auditrules: run.atrace is not sealed: the trace was not closed: it has no END (NotClosed at byte {second})\n"
                     + "  A seal is for whole traces. See: auditrules verify run.atrace\n")
                    "message"

                Expect.equal (bytesOf folder "run.atrace").Length second "as it was")

            testCase "C82: a damaged trace is refused" (fun () ->
                use folder = withKey fires
                flip folder 400
                let before = bytesOf folder "run.atrace"
                let ran = run folder [ "seal"; "run.atrace"; "--key"; "ci.pem" ]
                Expect.equal ran.Code 3 "code"

                Expect.isMatch
                    ran.Error
                    @"^auditrules: run\.atrace is not sealed: .* \(\w+ at byte \d+\)\n"
                    "message"

                Expect.isTrue (isMessage ran.Error) ran.Error
                Expect.sequenceEqual (bytesOf folder "run.atrace") before "as it was")

            testTheory
                "C81 C82: what is no head, name or use is 2"
                [
                    [ "verify"; "run.atrace"; "--expect-head"; "abc" ],
                    "auditrules: --expect-head takes a head as record prints it, a number, a colon and 64 hexadecimal digits; not abc\n"
                    [
                        "verify"
                        "run.atrace"
                        "run.atrace"
                        "--expect-head"
                        "6:" + String('a', 64)
                    ],
                    "auditrules: --expect-head is the head of one trace\n"
                    [ "seal"; "run.atrace"; "--key"; "ci.pem"; "--name"; "a b" ],
                    "auditrules: --name takes a name without white space and +, not \"a b\"\n"
                    [ "seal" ], "auditrules: seal needs a trace\n"
                    [ "seal"; "-"; "--key"; "ci.pem" ],
                    "auditrules: standard input cannot be sealed: name a file\n"
                    [ "seal"; "run.atrace" ], "auditrules: option --key is required\n"
                    [ "seal"; "run.atrace"; "--new-key"; "x.pem" ], "auditrules: --new-key only makes keys\n"
                ]
                (fun (words, message) ->
                    use folder = withTrace fires
                    let ran = run folder words
                    Expect.equal ran.Code 2 ran.Error
                    Expect.stringStarts ran.Error message "message"
                    Expect.isTrue (isMessage ran.Error) ran.Error)

            testCase "T53: openssl verifies our signature, with our public key" (fun () ->
                use folder = withKey fires
                sealRun folder |> ignore
                let text = Encoding.UTF8.GetString(bytesOf folder "run.atrace")
                let body = text[text.LastIndexOf "auditrules.trace/" ..]
                let body = body[.. body.LastIndexOf "signatures" - 2]
                let line = Regex.Match(text, "\u2014 ci ([A-Za-z0-9+/=]+)")
                File.WriteAllText(folder.File "body", body)

                File.WriteAllBytes(
                    folder.File "signature",
                    (Convert.FromBase64String line.Groups[1].Value)[4..]
                )

                made
                    [
                        "dgst"
                        "-sha256"
                        "-verify"
                        folder.File "ci.pub.pem"
                        "-signature"
                        folder.File "signature"
                        folder.File "body"
                    ])

            testCase "C82: a key that openssl made, in the old form and the new" (fun () ->
                use folder = withTrace fires
                let file = folder.File

                // With its parameters before it, as openssl writes it when not told otherwise.
                made [ "ecparam"; "-name"; "prime256v1"; "-genkey"; "-out"; file "old.pem" ]
                made [ "pkcs8"; "-topk8"; "-nocrypt"; "-in"; file "old.pem"; "-out"; file "new.pem" ]
                made [ "ec"; "-in"; file "old.pem"; "-pubout"; "-out"; file "pub.pem" ]

                for key in [ "old.pem"; "new.pem" ] do
                    let ran = run folder [ "seal"; "run.atrace"; "--key"; key ]
                    Expect.equal ran.Code 0 ran.Error

                Expect.equal (run folder [ "verify"; "run.atrace"; "--key"; "pub.pem" ]).Code 0 "verified")
        ]

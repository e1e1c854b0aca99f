/// Secrets made for the tests, and harmless text.
module AuditRules.Recording.Tests.RedactionSamples

open System
open System.Text

let private alnum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
let private upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
let private hex = "0123456789abcdef"

let private pick (random: Random) (from: string) count =
    String([| for _ in 1..count -> from[random.Next from.Length] |])

/// Of all sorts, so that each is surely there.
let private mixed random count = "aZ9" + pick random alnum (count - 3)

let private base64 (text: string) =
    Convert.ToBase64String(Encoding.UTF8.GetBytes text)

let private token (prefix: string) length (random: Random) =
    let secret = prefix + mixed random length
    $"seen {secret} here", secret

let private value (before: string) (behind: string) (random: Random) =
    let secret = mixed random 14
    before + secret + behind, secret

/// By kind: a text with a secret in it, and what of it must never be seen.
let kinds: (string * (Random -> string * string)) list =
    [
        "password of a URL", value "https://user:" "@host.example/path"
        "token as user of a URL",
        (fun random -> let s = mixed random 24 in ($"https://{s}@host.example/path", s))
        "query parameter", value "https://host.example/p?page=2&access_token=" "&user=me#top"
        "signature in a query", value "https://host.example/p?sig=" "&se=2030"
        "option and value", value "--token " ""
        "option with value", value "--api-key=" ""
        "assignment", value "DB_PASSWORD=" ""
        "JSON", value "{\"user\": \"me\", \"password\": \"" "\", \"port\": 1}"
        "bearer", value "Authorization: Bearer " ""
        "basic",
        (fun random ->
            let s = base64 $"user:{mixed random 12}"
            $"Authorization: Basic {s}", s.TrimEnd '=')
        "header with a key", value "X-Api-Key: " ""
        "AWS access key", (fun random -> let s = "AK" + "IA" + pick random upper 16 in ($"id {s} used", s))
        "AWS secret key", (fun random -> let s = mixed random 40 in ($"aws configure set x {s} y", s))
        "GitHub", token ("gh" + "p_") 36
        "GitLab", token ("gl" + "pat-") 20
        "Slack", token ("xo" + "xb-") 40
        "Stripe", token ("sk_" + "live_") 24
        "Google", token ("AI" + "za") 35
        "JWT",
        (fun random ->
            let head = (base64 "{\"alg\":\"HS256\"}").TrimEnd '='
            let body = mixed random 30
            $"seen {head}.{body}.{mixed random 30}", body)
        "private key",
        (fun random ->
            let body = mixed random 64
            let label = "RSA PRIVATE" + " KEY"
            $"-----BEGIN {label}-----\n{body}\n-----END {label}-----", body)
    ]

let private words =
    "alpha build cache data engine filter graph handler index json kernel loader module network object parser query reader session table update vector worker yaml zip"
        .Split
        ' '

/// By number: paths, versions, hashes, UUIDs, module names, ordinary URLs, base64 of a word, commands.
let harmless count =
    let random = Random 7
    let word () = words[random.Next words.Length]
    let number most = random.Next most

    [
        for i in 1..count ->
            match i % 14 with
            | 0 -> $"/usr/lib/python3.{number 14}/site-packages/{word ()}_{word ()}/__init__.py"
            | 1 -> $"{word ()}-{number 9}.{number 20}.{number 9}rc{number 4}+local.{number 9}"
            | 2 -> pick random hex 40
            | 3 -> Guid(Array.init 16 (fun _ -> byte (number 256))).ToString()
            | 4 -> $"{word ()}.{word ()}.{word ()}"
            | 5 ->
                $"https://www.example.com:8080/{word ()}/{word ()}?page={number 99}&sort={word ()}#{word ()}"
            | 6 -> base64 (word ())
            | 7 -> $"--{word ()}-{word ()}={word ()} --{word ()} {number 99}"
            | 8 -> $"C:\\Users\\{word ()}\\{word ()}-{word ()}.txt"
            | 9 -> pick random hex 64
            | 10 -> $"{word ()} = {word ()}({word ()}, key={word ()}, mode=\"{word ()}\")"
            | 11 -> $"ssh://git@host.example/{word ()}/{word ()}.git"
            | 12 -> $"SELECT {word ()}, {word ()} FROM {word ()} WHERE {word ()} = '{word ()}'"
            | _ -> $"10.{number 255}.{number 255}.1:{number 65535} {word ()}: {word ()} I_J KEY"
    ]

let private fragments =
    [|
        yield!
            [
                "https://"
                "://"
                "user"
                "pass"
                "password"
                "token"
                "TOKEN"
                "api_key"
                "apiKey"
                "PWD"
                "sig"
            ]
        yield!
            [
                ":"
                "="
                "@"
                "/"
                "?"
                "&"
                "#"
                " "
                "  "
                "--"
                "-"
                "_"
                "\""
                "'"
                "`"
                "\\"
                "\n"
                "\r"
            ]
        yield!
            [
                ";"
                ","
                "("
                ")"
                "["
                "]"
                "{"
                "}"
                "$"
                "%"
                "\t"
                "\000"
                "+"
                "<"
                ">"
                "|"
                "!"
                "b'"
                "f\""
            ]
        yield!
            [
                "Bearer "
                "bearer "
                "Basic "
                "Authorization"
                "Authorization: "
                "Cookie: "
                "X-Api-Key: "
            ]
        yield!
            [
                "gh" + "p_"
                "gl" + "pat-"
                "xo" + "xb-"
                "sk-"
                "sk_" + "live_"
                "npm_"
                "py" + "pi-"
                "AK" + "IA"
            ]
        yield!
            [
                "AI" + "za"
                "eyJ"
                "."
                "None"
                "true"
                "-----BEGIN "
                "PRIVATE KEY"
                "-----"
                "-----END "
                "MIIE"
            ]
        yield!
            [
                "(redacted:"
                "named:"
                "0123456789abcdef"
                "é"
                "😀"
                "abc"
                "ABCDEFGHIJKLMNOP"
                "a1B2c3D4e5F6g7H8"
            ]
        yield!
            [
                "00000000000000000000"
                "xxxxxxxxxxxx"
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
            ]
        yield! [ "AWS_SECRET_ACCESS_KEY"; "é"; ";PWD=" ]
        yield! [ "PASS "; "AUTH PLAIN "; "authinfo pass "; "A1 LOGIN " ]
    |]

/// Texts put together from what rules of redaction look at.
let generated seed count =
    let random = Random seed

    [
        for _ in 1..count ->
            String.concat "" [ for _ in 0 .. random.Next 14 -> fragments[random.Next fragments.Length] ]
    ]

/// The tree of section 9 against the definition of RFC 9162, written down as it stands there.
module AuditRules.Traces.Tests.MerkleTests

open System
open System.Security.Cryptography
open AuditRules.Traces
open AuditRules.Traces.Tests.Bytes
open Expecto
open FsCheck
open FsCheck.FSharp

/// MTH of RFC 9162, section 2.1.1: all leaves in memory, every subtree from its beginning.
let rec reference (leaves: byte[] list) =
    match leaves with
    | [] -> SHA256.HashData [||]
    | [ leaf ] -> SHA256.HashData(Array.append [| 0uy |] leaf)
    | _ ->
        // The largest power of two that is smaller than the number of leaves.
        let rec split k =
            if 2 * k < leaves.Length then split (2 * k) else k

        let left, right = List.splitAt (split 1) leaves
        SHA256.HashData(Array.concat [ [| 1uy |]; reference left; reference right ])

let private rootOf (leaves: byte[] list) =
    use tree = new MerkleTree()

    for leaf in leaves do
        // Where a leaf is cut in two does not matter.
        let at = leaf.Length / 3
        tree.Add(ReadOnlySpan(leaf, 0, at), ReadOnlySpan(leaf, at, leaf.Length - at))

    Convert.ToHexStringLower(tree.Root())

let private referenceOf leaves =
    Convert.ToHexStringLower(reference leaves)

/// The leaves and the roots over the first 0 to 8 of them that implementations of RFC 6962 are tested with.
let private known =
    [
        ""
        "00"
        "10"
        "2021"
        "3031"
        "40414243"
        "5051525354555657"
        "606162636465666768696a6b6c6d6e6f"
    ]
    |> List.map hex

let private knownRoots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    ]

[<Tests>]
let tests =
    testList
        "tree"
        [
            testCase "T49: the published roots over 0 to 8 leaves" (fun () ->
                for size in 0..8 do
                    let leaves = List.truncate size known
                    Expect.equal (rootOf leaves) knownRoots[size] $"{size} leaves"
                    Expect.equal (referenceOf leaves) knownRoots[size] $"{size} leaves, by the definition")

            testCase "T49: the incremental tree agrees with the definition for 0 to 300 leaves" (fun () ->
                let leaves = [ for i in 0..299 -> BitConverter.GetBytes i ]

                for size in 0..300 do
                    let some = List.truncate size leaves
                    Expect.equal (rootOf some) (referenceOf some) $"{size} leaves")

            testProperty
                "T49: the incremental tree agrees with the definition for any leaves"
                (fun (leaves: byte[] list) -> rootOf leaves = referenceOf leaves)

            testCase "T49: a root that was asked for does not disturb the tree" (fun () ->
                use tree = new MerkleTree()

                for i, leaf in List.indexed known do
                    tree.Add(ReadOnlySpan leaf, ReadOnlySpan())
                    Expect.equal (Convert.ToHexStringLower(tree.Root())) knownRoots[i + 1] $"{i + 1} leaves"
                    Expect.equal (tree.Root()) (tree.Root()) "again")
        ]

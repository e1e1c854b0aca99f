// Walks traces with @msgpack/msgpack: the file's objects, and what every known frame holds.
//
//     node walk_msgpack.cjs TRACE...    one line a trace: how many objects stand in the file
//
// Exits with 69 where the package is missing.
const fs = require("fs");
let msgpack;
try {
    msgpack = require("@msgpack/msgpack");
} catch {
    process.exit(69);
}

const known = [1, 2, 3, 4, 5, 0x80, 0x81];
const options = { useBigInt64: true, mapKeyConverter: String };

for (const path of process.argv.slice(2)) {
    const found = [...msgpack.decodeMulti(fs.readFileSync(path), options)];
    for (const frame of found.slice(2)) {
        // decode refuses bytes behind the one object.
        if (known.includes(frame[1])) msgpack.decode(frame[frame.length - 1], options);
    }
    console.log(found.length);
}

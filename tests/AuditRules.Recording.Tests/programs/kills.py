"""Starts children that raise events in three threads, and kills each at a random moment.

Each thread writes the number of its last acknowledged event into a mapped file.
Usage: kills.py FILE SEED COUNT, or, for a child, kills.py FILE child NUMBER.
"""
import mmap, os, random, signal, sys, threading, time

LANES = 3


def map_file(path):
    with open(path, "r+b") as file:
        return memoryview(mmap.mmap(file.fileno(), 0)).cast("Q")


def work(seen, child, lane):
    i = 0
    while True:
        sys.audit("t", child, lane, i, "x" * (i % 40))
        i += 1
        seen[child * LANES + lane] = i


def live(seen, child):
    sys.setswitchinterval(0.0002)
    for lane in range(1, LANES):
        threading.Thread(target=work, args=(seen, child, lane)).start()
    work(seen, child, 0)


def main():
    if sys.argv[2] == "child":
        live(map_file(sys.argv[1]), int(sys.argv[3]))
    seed, count = int(sys.argv[2]), int(sys.argv[3])
    with open(sys.argv[1], "wb") as file:
        file.truncate(8 * LANES * count)
    seen = map_file(sys.argv[1])
    chance = random.Random(seed)
    for child in range(count):
        # A forked child is at work in a millisecond; every tenth is another interpreter, killed while it starts too.
        if child % 10 == 9:
            command = [sys.executable, __file__, sys.argv[1], "child", str(child)]
            pid = os.posix_spawn(command[0], command, os.environ)
            moment = chance.uniform(0, 0.1)
        else:
            pid = os.fork()
            if pid == 0:
                live(seen, child)
            moment = min(chance.expovariate(300), 0.03)
        time.sleep(moment)
        os.kill(pid, signal.SIGKILL)
        if os.waitpid(pid, 0)[1] != signal.SIGKILL:
            sys.exit("a child ended by itself")


main()

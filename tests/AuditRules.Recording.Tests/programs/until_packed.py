"""Raises numbered events until its first segment is gone, a minute long at most; 0 when it is.

    python3 until_packed.py COUNT     the number of events is written into the file COUNT
"""

import glob
import os
import sys
import time

first = os.path.join(os.environ["AUDITRULES_DIR"], "%d-*-000000.seg" % os.getpid())
end = time.monotonic() + 60
count = 0
while glob.glob(first) and time.monotonic() < end:
    for _ in range(200):
        sys.audit("lane", count, "x" * (count % 90))
        count += 1
    time.sleep(0.005)
with open(sys.argv[1], "w") as file:
    file.write(str(count))
sys.exit(9 if glob.glob(first) else 0)

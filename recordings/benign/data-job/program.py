"""A nightly job: reads text, counts in SQLite, pickles, logs with rotation, packs a report, works in processes."""
import csv
import logging.handlers
import multiprocessing
import os
import pickle
import shutil
import sqlite3
import tempfile


def count(line):
    return len(line.split())


def main():
    here = os.getcwd()
    log = logging.handlers.RotatingFileHandler(os.path.join(here, "job.log"), maxBytes=200, backupCount=2)
    logging.basicConfig(handlers=[log], level=logging.INFO)

    with open(os.path.join(here, "input.csv"), "w", newline="") as file:
        csv.writer(file).writerows([["a", "b %d" % i] for i in range(50)])
    with open(os.path.join(here, "input.csv"), newline="") as file:
        rows = list(csv.reader(file))

    with multiprocessing.get_context("fork").Pool(2) as pool:
        total = sum(pool.map(count, [row[1] for row in rows]))
    logging.info("counted %d words", total)

    database = sqlite3.connect(os.path.join(here, "counts.sqlite"))
    with database:
        database.execute("create table counts (name text, words integer)")
        database.execute("insert into counts values ('all', ?)", (total,))
    database.close()

    with tempfile.NamedTemporaryFile() as file:
        pickle.dump({"total": total, "names": {"a"}}, file)
        file.seek(0)
        assert pickle.load(file)["total"] == total

    for number in range(10):
        logging.info("line %d of a log that is rotated", number)
    os.makedirs(os.path.join(here, "report"))
    shutil.copyfile(os.path.join(here, "input.csv"), os.path.join(here, "report", "input.csv"))
    shutil.make_archive(os.path.join(here, "report"), "gztar", os.path.join(here, "report"))
    shutil.rmtree(os.path.join(here, "report"))


if __name__ == "__main__":
    main()

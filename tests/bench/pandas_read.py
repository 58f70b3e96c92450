"""Runs a program that reads a dataset as `rows`: pandas_read.py PROGRAM. Prints as JSON the number of
rows with the flag "good", the time in milliseconds without the import of pandas, and the peak of the
process's memory in bytes."""

import json
import resource
import sys
import time

import pandas  # noqa: F401 -- the program imports it again, which takes no time

program = open(sys.argv[1], encoding="utf-8").read()
start = time.perf_counter()
exec(program)
found = int((rows["flag"] == "good").sum())  # noqa: F821 -- the program's table
ms = (time.perf_counter() - start) * 1000
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"found": found, "ms": ms, "peakBytes": peak, "grownBytes": peak, "exactPeak": True}))

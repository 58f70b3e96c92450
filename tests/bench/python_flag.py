"""Times the file work of Gradio's CSVLogger alone: python_flag.py DIR.

It opens the file, writes a row, closes it, and counts the rows by reading them all. Prints the
median microseconds on a file of at most five rows.
"""

import csv
import statistics
import sys
import time
from datetime import datetime

FLAGS = 2000
FLAGS_WHILE_EMPTY = 5
SAMPLE = ["why is seven blue, not a cat", "it's the large model of café", "wrong", "ada"]


def flag(path: str) -> int:
    with open(path, "a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([*SAMPLE, str(datetime.now())])
    with open(path, encoding="utf-8", newline="") as file:
        return len(list(csv.reader(file))) - 1


times = []
for i in range(FLAGS):
    path = f"{sys.argv[1]}/{i // FLAGS_WHILE_EMPTY}.csv"
    if i % FLAGS_WHILE_EMPTY == 0:
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(["question", "answer", "flag", "username", "timestamp"])
    start = time.perf_counter()
    flag(path)
    times.append((time.perf_counter() - start) * 1e6)
print(statistics.median(times))

"""Times the file work of Gradio's CSVLogger alone: python_flag.py DIR FLAGS.

Each line of its standard input starts a round of FLAGS flags, and the median of their microseconds
is printed.
"""

import csv
import statistics
import sys
import time
from datetime import datetime

FLAGS_WHILE_EMPTY = 5
SAMPLE = ["why is seven blue, not a cat", "it's the large model of café", "wrong", "ada"]


def create(path: str) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["question", "answer", "flag", "username", "timestamp"])


def flag(path: str) -> int:
    with open(path, "a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([*SAMPLE, str(datetime.now())])
    with open(path, encoding="utf-8", newline="") as file:
        return len(list(csv.reader(file))) - 1


def microseconds(path: str) -> float:
    start = time.perf_counter()
    flag(path)
    return (time.perf_counter() - start) * 1e6


directory, flags = sys.argv[1], int(sys.argv[2])
for number, _ in enumerate(sys.stdin):
    times = []
    for i in range(flags):
        path = f"{directory}/{number}-{i // FLAGS_WHILE_EMPTY}.csv"
        if i % FLAGS_WHILE_EMPTY == 0:
            create(path)
        times.append(microseconds(path))
    print(statistics.median(times), flush=True)

"""Times Gradio's own CSVLogger: gradio_flag.py DIR ROWS... with DIR/ROWS/dataset1.csv.

The last line is JSON: pairs of the rows already there and the median milliseconds of a flag.
"""

import json
import statistics
import sys
import time

import gradio as gr

BUDGET_SECONDS = 5
MAX_FLAGS = 500
FLAGS_WHILE_EMPTY = 5
SAMPLE = ["why is seven blue, not a cat", "it's the large model of café"]


def open_logger(directory: str) -> gr.CSVLogger:
    logger = gr.CSVLogger(verbose=False)
    logger.setup([gr.Textbox(label="question"), gr.Textbox(label="answer")], directory)
    logger.flag(SAMPLE, "wrong", "ada")  # opens the dataset, or makes it
    return logger


def median_ms(directory: str, rows: int) -> float:
    logger = open_logger(directory)
    times = []
    until = time.perf_counter() + BUDGET_SECONDS
    while len(times) < MAX_FLAGS and (len(times) < 3 or time.perf_counter() < until):
        if rows == 0 and len(times) % FLAGS_WHILE_EMPTY == 0:
            # It reads all rows at each flag: an empty dataset must stay one.
            logger = open_logger(f"{directory}/{len(times)}")
        start = time.perf_counter()
        logger.flag(SAMPLE, "wrong", "ada")
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


root, *sizes = sys.argv[1:]
print(json.dumps([[int(rows), median_ms(f"{root}/{rows}", int(rows))] for rows in sizes]))

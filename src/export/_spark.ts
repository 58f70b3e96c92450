import { type EngineRead, type EngineTable, headerCells } from "./_engine_reads.ts";
import { ESCAPED, flag, list, text } from "./_python.ts";

/** Returns the program of PySpark that reads a table as `rows`. */
export function sparkProgram({ reads, columns }: EngineTable): string {
  const names = list(columns.map(({ name }) => name), "");
  return `${FUNCTIONS}\n\nfiles = [\n${reads.map(readOf).join("")}]
rows = files[0]
for file in files[1:]:
    rows = rows.unionByName(file, allowMissingColumns=True)
columns = ${names}
there = set(rows.columns)
rows = rows.select([(column(name) if name in there else F.lit(None).cast("string")).alias(name)
                    for name in columns])
`;
}

function readOf(read: EngineRead): string {
  const { paths, columns, hasHeader, quote, isEscaped } = read;
  const again = headerCells(read).map(({ name, own }) => `${text(name)}: ${text(own)}`);
  const arguments_ = [
    list(paths.map(toHadoop), "        "),
    list(columns.map(({ name }) => name), "        "),
    `header=${flag(hasHeader)}`,
    `quote=${text(quote)}`,
    `escaped=${flag(isEscaped)}`,
    `again={${again.join(", ")}}`,
  ];
  return `    read(\n${arguments_.map((one) => `        ${one},\n`).join("")}    ),\n`;
}

/** Spark's own name of S3; a path in which no character is a wildcard. */
function toHadoop(path: string): string {
  return path.replace(/^s3:/, "s3a:").replace(/[*?[\]{}\\]/g, "\\$&");
}

const FUNCTIONS = `from functools import reduce

from pyspark.sql import SparkSession, functions as F
from pyspark.sql.types import StringType, StructField, StructType

spark = SparkSession.builder.getOrCreate()
ESCAPED = r"(?s)^${ESCAPED}"


def column(name):
    return F.col("\`" + name.replace("\`", "\`\`") + "\`")


def restore(name):
    cell = column(name)
    escaped = cell.startswith("'") & cell.rlike(ESCAPED)
    return F.when(escaped, F.expr("substring(\`" + name.replace("\`", "\`\`") + "\`, 2)")).otherwise(cell)


def read(paths, names, header, quote, escaped, again):
    schema = StructType([StructField(name, StringType()) for name in names])
    frame = spark.read.csv(paths, schema=schema, header=header, quote=quote, escape=quote,
                           multiLine=True, maxColumns=max(20480, len(names)), maxCharsPerColumn=-1,
                           ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False,
                           nullValue="", emptyValue="", mode="FAILFAST")
    frame = frame.na.fill("")  # an empty cell
    if again:
        # The header once more in the middle of a file.
        tests = [column(name) == cell for name, cell in again.items()]
        frame = frame.where(~reduce(lambda a, b: a & b, tests))
    return frame.select([restore(name).alias(name) for name in names]) if escaped else frame
`;

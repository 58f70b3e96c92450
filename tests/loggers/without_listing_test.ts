import { assertEquals, assertRejects } from "@std/assert";
import { CSVLogger, type CSVLoggerOptions } from "../../src/loggers/csv_logger.ts";
import { readDataset } from "../../src/reader/mod.ts";
import { StorageError } from "../../src/storage/storage_error.ts";
import { HttpS3 } from "../helpers/http_s3.ts";

const SMALL = { maxPartBytes: 200, sampleId: true, datasetFileName: "log.csv" };

Deno.test("CSVLogger with a fixed file name needs no right to list", async () => {
  const options = { deniesListing: true };
  await using s3 = new HttpS3(options);
  const open = await s3.listen();
  const flag = async (n: number) => {
    await using logger = new CSVLogger({ storage: open(), verbose: false, ...SMALL });
    await logger.setup(["n"]);
    const known: string[] = [];
    const onKnown = ({ id }: { id: string }) => void known.push(id);
    const count = await logger.flag([`${n}`], "wrong", "ada", { id: `${n}`, onKnown });
    return [count, ...known];
  };
  for (let n = 1; n <= 40; n++) assertEquals(await flag(n), [n]);
  assertEquals(await flag(3), [40, "3"]);
  options.deniesListing = false;
  const rows = await Array.fromAsync(readDataset(open(), "flagged/log.csv"), ({ n }) => n);
  assertEquals(rows, Array.from({ length: 40 }, (_, i) => `${i + 1}`));
  const parts = [...s3.objects.keys()].filter((key) => key.endsWith(".csv"));
  assertEquals(parts.length > 5, true, `${parts}`);
});

Deno.test("CSVLogger overwrites nothing that it may neither list nor read", async () => {
  const options = { deniesListing: true, deniesReading: false };
  await using s3 = new HttpS3(options);
  const open = await s3.listen();
  const flag = async (n: string, more: CSVLoggerOptions) => {
    const retry = { times: 2, delayMs: 1 };
    await using logger = new CSVLogger({ storage: open(), verbose: false, retry, ...more });
    await logger.setup(["n"]);
    await logger.flag([n]);
    return logger.datasetFile;
  };
  const text = () => new TextDecoder().decode(s3.objects.get("flagged/log.csv")!.body);
  assertEquals(await flag("1", SMALL), "flagged/log.csv");
  const before = text();
  options.deniesReading = true;
  assertEquals(await flag("2", SMALL), "flagged/log2.csv");
  assertEquals(text(), before);
  const error = await assertRejects(() => flag("3", {}), StorageError); // its file must be found
  assertEquals([error.code, error.outcome], ["PermissionDenied", undefined]);
});

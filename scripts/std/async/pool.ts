// deno-lint-ignore-file no-import-prefix -- this module is the one place that names the npm package
import { pooledMap as untyped } from "npm:deno-std@1.3.0/async/pool.js";

export const pooledMap: <T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
) => AsyncIterableIterator<R> = untyped;

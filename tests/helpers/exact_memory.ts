import v8 from "node:v8";
import vm from "node:vm";

/**
 * Makes `Deno.memoryUsage` collect garbage before it tells. Buffers that lived through an upload are
 * not collected for long, so that else it is garbage that a bound on memory is compared with.
 */
export function tellExactMemory(): void {
  v8.setFlagsFromString("--expose-gc");
  const collect: () => void = vm.runInNewContext("gc");
  const { memoryUsage } = Deno;
  Deno.memoryUsage = () => {
    collect();
    return memoryUsage();
  };
}

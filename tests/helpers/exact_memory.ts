import v8 from "node:v8";
import vm from "node:vm";

/**
 * Makes `Deno.memoryUsage` collect garbage first. Buffers that survive an upload are not collected
 * for a long time, so a bound on memory would otherwise include garbage.
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

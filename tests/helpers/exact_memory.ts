import v8 from "node:v8";
import vm from "node:vm";

/**
 * Lets `Deno.memoryUsage` collect garbage before it measures. Buffers that survived an upload are
 * collected late, so a bound on memory would otherwise be compared with garbage.
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

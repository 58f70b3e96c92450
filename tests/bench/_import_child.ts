// Measures a process that imports an entry point, such as "." or "./s3", or "nothing".
const [entryPoint = "nothing"] = Deno.args;
if (entryPoint !== "nothing") await import(`@flagstone/flagging${entryPoint.slice(1)}`);

// Holds the lock of a directory, exclusively or as a reader, until it is killed.
// deno-lint-ignore-file no-console -- the parent process waits for the line
const [dir = "", shared = ""] = Deno.args;
Deno.openSync(dir).lockSync(shared === "");
console.log("locked");
setInterval(() => {}, 60_000);

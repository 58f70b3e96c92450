const CONFIG = new URL("../../deno.json", import.meta.url);

/** Returns the permissions that the task `demo` of deno.json grants to the quickstart. */
export async function demoPermissions(): Promise<string[]> {
  const command: string = JSON.parse(await Deno.readTextFile(CONFIG)).tasks.demo.command;
  return command.slice(command.indexOf("with_std.ts")).match(/--allow-\S+/g) ?? [];
}

import type { HandlerInfo } from "./options.ts";

const MAX_LENGTH = 64;

/** The first half of an IPv6 address, which one subscriber has; any other address unchanged. */
function networkOf(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("%", 1)[0]!.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const rest = (tail ?? "").split(":").filter((group) => group !== "");
  const all = tail === undefined
    ? groups
    : [...groups, ...Array(Math.max(8 - groups.length - rest.length, 0)).fill("0"), ...rest];
  return all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":");
}

/** Returns who sends a request, for a limiter: the user, or the network; `undefined` if neither is known. */
export function callerOf(
  { headers }: Request,
  { username, addressHeader, info }: {
    readonly username: string;
    readonly addressHeader: string | undefined;
    readonly info: HandlerInfo | undefined;
  },
): string | undefined {
  if (username !== "") return `user:${username}`;
  const { hostname } = Object(info?.remoteAddr);
  const address = addressHeader === undefined ? hostname : headers.get(addressHeader);
  if (typeof address !== "string" || address === "") return undefined;
  return `address:${networkOf(address.trim()).slice(0, MAX_LENGTH)}`;
}

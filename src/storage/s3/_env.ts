import { misconfigured, type S3AdapterOptions } from "./_options.ts";

/** The variables of each option; the first that is set counts. */
const VARIABLES = {
  endpoint: ["S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
  bucket: ["S3_BUCKET"],
  region: ["AWS_REGION", "AWS_DEFAULT_REGION"],
  accessKeyId: ["AWS_ACCESS_KEY_ID"],
  secretAccessKey: ["AWS_SECRET_ACCESS_KEY"],
  sessionToken: ["AWS_SESSION_TOKEN"],
} as const satisfies Partial<Record<keyof S3AdapterOptions, readonly string[]>>;

const REQUIRED = ["bucket", "accessKeyId", "secretAccessKey"] as const;

type FromEnv = { -readonly [K in keyof typeof VARIABLES]?: string };

interface Runtime {
  readonly Deno?: { readonly env?: { readonly get: (name: string) => string | undefined } };
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

function readVariable(name: string): string | undefined {
  const { Deno, process } = globalThis as Runtime;
  try {
    const value = Deno?.env === undefined ? process?.env?.[name] : Deno.env.get(name);
    return value === "" ? undefined : value;
  } catch {
    const names = Object.values(VARIABLES).flat().join(",");
    throw misconfigured(`Deno may not read the environment: run it with --allow-env=${names}`);
  }
}

function firstSet(names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = readVariable(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Adds the options of the environment to those of the caller. */
export function optionsFromEnv(given: Partial<S3AdapterOptions>): S3AdapterOptions {
  const found: FromEnv = {};
  for (const [option, names] of Object.entries(VARIABLES)) {
    const key = option as keyof FromEnv;
    if (given[key] !== undefined) continue;
    const value = firstSet(names);
    if (value !== undefined) found[key] = value;
  }
  const required = given.credentials === undefined ? REQUIRED : ["bucket"] as const;
  const missing = required.filter((option) => (given[option] ?? found[option]) === undefined);
  // The endpoint of AWS depends on the region.
  const lacks = [given.endpoint, given.region, found.endpoint, found.region]
    .every((value) => value === undefined);
  const names = missing.map((option): string => VARIABLES[option][0]);
  if (lacks) names.push("S3_ENDPOINT (or AWS_REGION)");
  if (names.length > 0) {
    throw misconfigured(`the environment does not set ${names.join(", ")}`);
  }
  const { bucket = "" } = { ...found, ...given };
  return { ...found, ...given, bucket };
}

import { assert, assertEquals } from "@std/assert";
import { listItemsOf, sectionsOf } from "./helpers/markdown.ts";
import { mutants } from "./mutants/all.ts";
import { type Mutant, mutated } from "./mutants/mutant.ts";

const ROOT = new URL("../", import.meta.url);
const README = await Deno.readTextFile(new URL("README.md", ROOT));
const GUARANTEES = await Deno.readTextFile(new URL("docs/guarantees.md", ROOT));

/** Sections of the page that promise nothing. */
const NO_PROMISES = ["Guarantees", "Not promised", "Stress tests"];

/** The shortest beginning of a template that identifies a test. */
const LEAST_PREFIX = 10;

/** One test that an item names. */
interface Proof {
  readonly path: string;
  readonly name: string;
}

/** Returns the tests in the parentheses at the end of an item. */
function proofsOf(item: string): Proof[] {
  const [, list = ""] = /\((`tests\/[^`]+`, "[^"]+"(?:; `tests\/[^`]+`, "[^"]+")*)\)$/.exec(item) ??
    [];
  return [...list.matchAll(/`([^`]+)`, "([^"]+)"/g)]
    .map(([, path = "", name = ""]) => ({ path, name }));
}

/** Returns the titles of the tests and steps that a file registers; templates keep their `${…}`. */
function titlesOf(code: string): string[] {
  const registered =
    /\b(?:test|step|conformance|suite)\(\s*(?:\{\s*name:\s*)?(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;
  return [...code.matchAll(registered)].map(([, text, template]) => template ?? text ?? "");
}

/** Whether a title is a name, or a template that can yield it or begins with it; `…` is a variant. */
function isNamed(title: string, name: string): boolean {
  if (title === name) return true;
  if (!title.includes("${")) return false;
  const [prefix = "", ...rest] = title.split(/\$\{[^}]*\}/);
  if ([prefix, ...rest].join("…") === name) return true;
  if (name.length >= LEAST_PREFIX && prefix.startsWith(name)) return true;
  const literals = [prefix, ...rest].map((literal) => RegExp.escape(literal));
  return literals.join("").length >= LEAST_PREFIX &&
    new RegExp(`^${literals.join(".*")}$`, "s").test(name);
}

/** Returns the title that shares most words with a name, as a suggestion. */
function nearest(titles: readonly string[], name: string): string | undefined {
  const words = new Set(name.split(/\W+/));
  const shared = (title: string) => title.split(/\W+/).filter((word) => words.has(word)).length;
  return titles.toSorted((a, b) => shared(b) - shared(a))[0];
}

/** Returns the complaint about a proof, or `undefined` if its test exists. */
async function complaintAbout({ path, name }: Proof): Promise<string | undefined> {
  let code: string;
  try {
    code = await Deno.readTextFile(new URL(path, ROOT));
  } catch {
    return `${path} does not exist ("${name}")`;
  }
  const titles = titlesOf(code);
  if (titles.some((title) => isNamed(title, name))) return undefined;
  return `${path} has no test "${name}"; the nearest is "${nearest(titles, name)}"`;
}

const sections = sectionsOf(GUARANTEES);
const promising = sections.filter(({ title }) => !NO_PROMISES.includes(title));
const items = promising.flatMap(({ text }) => listItemsOf(text));

Deno.test("Each item of docs/guarantees.md names tests, and all of them exist", async () => {
  const complaints = items.filter((item) => proofsOf(item).length === 0)
    .map((item) => `No test is named at the end of: ${item}`);
  for (const proof of items.flatMap(proofsOf)) {
    const complaint = await complaintAbout(proof);
    if (complaint !== undefined) complaints.push(complaint);
  }
  assert(complaints.length === 0, `\n${[...new Set(complaints)].join("\n")}`);
  assert(items.length >= 30, `Only ${items.length} items were found`);
});

/** Returns the complaint about a mutant, or `undefined` if it breaks an item as one of its tests shows. */
async function complaintAboutMutant(mutant: Mutant): Promise<string | undefined> {
  const { breaks, file, test: [path, name] } = mutant;
  const broken = items.filter((item) => item.startsWith(breaks));
  if (broken.length !== 1) return `${broken.length} items begin with "${breaks}"`;
  const isProof = proofsOf(broken[0]!)
    .some((proof) => proof.path === `tests/${path}` && proof.name === name);
  if (!isProof) return `"${breaks}" does not name the test "${name}" of tests/${path}`;
  try {
    mutated(await Deno.readTextFile(new URL(`src/${file}`, ROOT)), mutant);
  } catch (error) {
    return String(error);
  }
}

Deno.test("Each item of docs/guarantees.md has a mutant that one of its tests catches", async () => {
  const complaints = items
    .filter((item) => !mutants.some(({ breaks }) => item.startsWith(breaks)))
    .map((item) => `No mutant breaks: ${item}`);
  for (const mutant of mutants) {
    const complaint = await complaintAboutMutant(mutant);
    if (complaint !== undefined) complaints.push(complaint);
  }
  assert(complaints.length === 0, `\n${complaints.join("\n")}`);
  assert(mutants.length >= 100, `There are only ${mutants.length} mutants`);
});

Deno.test("README promises nothing that docs/guarantees.md does not list", () => {
  const section = sectionsOf(README).find(({ title }) => title === "Guarantees");
  const bullets = listItemsOf(section?.text ?? "");
  assertEquals(bullets.length, 5);
  for (const bullet of bullets) {
    const [, anchor] = /\]\(docs\/guarantees\.md#([^)]+)\)/.exec(bullet) ?? [];
    const target = promising.find((one) => one.anchor === anchor);
    assert(target !== undefined, `No section of docs/guarantees.md is linked in: ${bullet}`);
    assert(listItemsOf(target.text).length > 0, `"${target.title}" lists no promise`);
  }
});

Deno.test("docs/guarantees.md lists what is not promised", () => {
  const section = sections.find(({ title }) => title === "Not promised");
  assert(listItemsOf(section?.text ?? "").length >= 10);
});

Deno.test("The check of names finds names that no test has", () => {
  const titles = titlesOf('Deno.test("a plain name", f); suite(`${way} keeps it, ${n} times`, f);');
  assertEquals(titles, ["a plain name", "${way} keeps it, ${n} times"]);
  assert(isNamed("a plain name", "a plain name"));
  assert(!isNamed("a plain name", "a plain"));
  assert(isNamed("${way} keeps it, ${n} times", "… keeps it, … times"));
  assert(isNamed("${way} keeps it, ${n} times", "S3 keeps it, 3 times"));
  assert(!isNamed("${way} keeps it, ${n} times", "S3 loses it, 3 times"));
  assert(isNamed("CSVLogger keeps every row, ${way}", "CSVLogger keeps every row"));
  assert(!isNamed("CSVLogger keeps every row, ${way}", "CSVLogger loses every row"));
});

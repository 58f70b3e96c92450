import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { CSVLogger } from "../../../mod.ts";
import { LocalFsAdapter } from "../../../src/storage/local_fs/mod.ts";
import { StorageError } from "../../../src/storage/storage_error.ts";
import { TempDir } from "../../helpers/temp_dir.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A file as a file system without fractions of seconds, birth times and fresh inodes reports it. */
function coarse(file: Deno.FileInfo): Deno.FileInfo {
  const whole = (time: Date | null) => time && new Date(Math.floor(time.getTime() / 1000) * 1000);
  const ino = file.isFile ? 7 : file.ino;
  return { ...file, ino, birthtime: null, mtime: whole(file.mtime), atime: whole(file.atime) };
}

/** Replaces functions of Deno until the end of the block. */
class Replaced implements Disposable {
  readonly #undo: (() => void)[] = [];

  set<T extends object, K extends keyof T>(owner: T, name: K, value: T[K]): void {
    const old = owner[name];
    this.#undo.push(() => owner[name] = old);
    owner[name] = value;
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo.reverse()) undo();
  }
}

function wholeSeconds(): Replaced {
  const replaced = new Replaced();
  const { lstatSync, statSync } = Deno;
  const fileStat = Deno.FsFile.prototype.statSync;
  replaced.set(Deno, "lstatSync", (path) => coarse(lstatSync(path)));
  replaced.set(Deno, "statSync", (path) => coarse(statSync(path)));
  replaced.set(Deno.FsFile.prototype, "statSync", function (this: Deno.FsFile) {
    return coarse(fileStat.call(this));
  });
  return replaced;
}

/** Refuses a function as a file system does that lacks it. */
function refusing(error: Error): () => never {
  return () => {
    throw error;
  };
}

function withoutTimes(replaced: Replaced, error: Error): void {
  replaced.set(Deno, "utimeSync", refusing(error));
  replaced.set(Deno.FsFile.prototype, "utimeSync", refusing(error));
}

const EPERM = Object.assign(new Error("Operation not permitted (os error 1)"), { code: "EPERM" });
const ENOSYS = new Error("Function not implemented (os error 38)");

Deno.test("LocalFsAdapter gives each state its own version when times are whole seconds", async () => {
  await using root = new TempDir();
  using _replaced = wholeSeconds();
  const storage = new LocalFsAdapter({ root: root.path });
  const seen = new Set<string>();
  let info = await storage.append("a", bytes("0"), { at: 0 });
  for (let i = 0; i < 60; i++) {
    const outdated = info.version;
    if (i % 20 === 19) {
      await storage.delete("a");
      info = await storage.write("a", bytes("0"), { precondition: "absent" });
    } else {
      info = await storage.write("a", bytes("0"), { precondition: { version: outdated } });
    }
    assertEquals((await storage.stat("a"))?.version, info.version);
    assert(!seen.has(info.version), `${info.version} comes back`);
    seen.add(info.version);
    const swap = { precondition: { version: outdated } };
    const error = await assertRejects(() => storage.write("a", bytes("1"), swap), StorageError);
    assertEquals(error.code, "Conflict");
  }
  const { version } = await storage.append("a", bytes("1"), { at: 1, ifVersion: info.version });
  assertNotEquals(version, info.version);
  assertEquals((await storage.stat("a"))?.version, version);
});

Deno.test("LocalFsAdapter lets no version come back when times are whole seconds and reads set them", async () => {
  await using root = new TempDir();
  using _replaced = wholeSeconds();
  const storage = new LocalFsAdapter({ root: root.path });
  const path = `${root.path}/a`;
  const seen = new Set<string>();
  for (let i = 0; i < 20; i++) {
    await storage.write("a", bytes("0"));
    Deno.utimeSync(path, new Date(), Deno.statSync(path).mtime!); // as the option strictatime does
    const version = (await storage.stat("a"))!.version;
    assert(!seen.has(version), `${version} comes back`);
    seen.add(version);
  }
});

Deno.test("LocalFsAdapter gives each cut its own version when times are whole seconds", async () => {
  await using root = new TempDir();
  using _ = wholeSeconds();
  const storage = new LocalFsAdapter({ root: root.path });
  let { version } = await storage.write("a", bytes("row,torn"));
  const seen = new Set([version]);
  for (let i = 0; i < 20; i++) {
    ({ version } = await storage.append("a", bytes(`${i % 10}orn`), {
      at: 4,
      ifVersion: version,
      cut: true,
    }));
    seen.add(version);
  }
  assertEquals(seen.size, 21);
  assertEquals((await storage.stat("a"))?.version, version);
});

Deno.test("LocalFsAdapter works on a file system without hard links or utime()", async (t) => {
  const lacks: Readonly<Record<string, (replaced: Replaced) => void>> = {
    "link() is not implemented": (r) => r.set(Deno, "linkSync", refusing(ENOSYS)),
    "link() is not permitted": (r) => r.set(Deno, "linkSync", refusing(EPERM)),
    "utime() is not permitted": (r) => withoutTimes(r, EPERM),
    "utime() is not implemented": (r) => withoutTimes(r, ENOSYS),
    "chmod() is not permitted": (r) => r.set(Deno, "chmodSync", refusing(EPERM)),
  };
  for (const [what, lack] of Object.entries(lacks)) {
    await t.step(what, async () => {
      await using root = new TempDir();
      using replaced = new Replaced();
      lack(replaced);
      const storage = new LocalFsAdapter({ root: root.path });
      const versions = [(await storage.write("a", bytes("0"), { precondition: "absent" })).version];
      for (let i = 0; i < 20; i++) {
        const precondition = { version: versions.at(-1)! };
        versions.push((await storage.write("a", bytes("0"), { precondition })).version);
      }
      assertEquals(new Set(versions).size, 21);
      await assertRejects(() => storage.write("a", bytes("1"), { precondition: "absent" }));
      const logger = new CSVLogger({ storage, verbose: false });
      await logger.setup(["q"]);
      assertEquals([await logger.flag(["1"]), await logger.flag(["2"])], [1, 2]);
      const path = `${root.path}/flagged/dataset1.csv`;
      Deno.writeTextFileSync(path, '3,"torn', { append: true });
      assertEquals([await logger.flag(["3"]), await logger.flag(["4"])], [3, 4]);
      assertEquals(/torn/.test(Deno.readTextFileSync(path)), false);
      await logger[Symbol.asyncDispose]();
    });
  }
});

Deno.test("LocalFsAdapter is Misconfigured on a file system without locks", async () => {
  await using root = new TempDir();
  using replaced = new Replaced();
  replaced.set(Deno.FsFile.prototype, "tryLockSync", refusing(ENOSYS));
  const storage = new LocalFsAdapter({ root: root.path });
  const error = await assertRejects(() => storage.write("a", bytes("0")), StorageError);
  assertEquals([error.code, error.outcome], ["Misconfigured", "not-applied"]);
});

Deno.test("LocalFsAdapter reads no file behind a link that takes an object's place in a moment", async (t) => {
  for (const what of ["the file", "its directory"]) {
    await t.step(what, async () => {
      await using root = new TempDir();
      await using outside = new TempDir();
      const storage = new LocalFsAdapter({ root: root.path });
      await storage.write("d/a", bytes("harmless"));
      Deno.writeTextFileSync(`${outside.path}/a`, "a secret");
      using replaced = new Replaced();
      const { lstatSync } = Deno;
      replaced.set(Deno, "lstatSync", (path) => {
        const isTurn = what === "the file" && String(path).endsWith("/d/a");
        const found = isTurn ? lstatSync(path) : undefined;
        if (String(path).endsWith("/d/a")) {
          Deno.removeSync(`${root.path}/d${isTurn ? "/a" : ""}`, { recursive: true });
          Deno.symlinkSync(
            `${outside.path}${isTurn ? "/a" : ""}`,
            `${root.path}/d${isTurn ? "/a" : ""}`,
          );
          replaced[Symbol.dispose]();
        }
        return found ?? lstatSync(path);
      });
      const error = await assertRejects(() => storage.read("d/a"), StorageError);
      assertEquals(error.code, "PermissionDenied");
    });
  }
});

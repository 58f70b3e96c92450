import type { Mutant } from "./mutant.ts";

const AGAIN = "A file is stored again if the response was lost";
const OPENED = "No file is opened because a request names its path";
const INSIDE = "No label and no directory leads out of the storage";

/** Breakages of the section "Files". */
export const files: readonly Mutant[] = [
  {
    breaks: "The files of a sample are stored before its row",
    hurt: "A row names a file that is not there.",
    file: "loggers/_sample_files.ts",
    replace: `await writeFile(this.#place, directory + path, kept);`,
    by: `writeFile(this.#place, directory + path, kept).catch(() => {});`,
    test: [
      "loggers/faults_test.ts",
      "flag() leaves nothing of a sample whose file does not fit on the disk",
    ],
  },
  {
    breaks: AGAIN,
    hurt: "One lost answer rejects a sample with a file.",
    file: "loggers/_file_store.ts",
    replace: `!(source instanceof ReadableStream) && (isTransient(error) || isUnknown(error));`,
    by: `source === error;`,
    test: ["loggers/faults_test.ts", "flag() stores … again when the answer was lost"],
  },
  {
    breaks: AGAIN,
    hurt: "A sample that is not there is told as perhaps there.",
    file: "loggers/dataset_logger.ts",
    replace: `throw withOutcome(error, "not-applied");`,
    by: `throw error;`,
    test: [
      "loggers/faults_test.ts",
      "flag() says that a sample is missing if it is unknown whether its file was saved",
    ],
  },
  {
    breaks: OPENED,
    hurt: "A visitor copies any object of the bucket into a file with a link.",
    file: "components/_store_files.ts",
    replace: `if (directory === undefined || !path.startsWith(directory)) return`,
    by: `if (directory === undefined) return`,
    test: [
      "loggers/file_safety_test.ts",
      "file() copies no object that a FileData names outside the dataset's directory, nor its rows",
    ],
  },
  {
    breaks: OPENED,
    hurt: "A visitor copies the dataset itself.",
    file: "components/_store_files.ts",
    replace: `STORED.test(inside) || directory !== "" && IN_DIRECTORY.test(inside);`,
    by: `inside.length > 0;`,
    test: [
      "loggers/file_safety_test.ts",
      "file() copies no object that a FileData names outside the dataset's directory, nor its rows",
    ],
  },
  {
    breaks: "A store that serves files tells no browser to run one",
    hurt: "A page that a visitor uploaded runs in the site of the bucket.",
    file: "components/media_type.ts",
    replace: `if (!INERT.test(essence)) return "application/octet-stream";`,
    by: ``,
    test: [
      "loggers/file_safety_test.ts",
      "a file is stored with a content type that no browser runs",
    ],
  },
  {
    breaks: "A file is stored whatever its name is",
    hurt: "A name of combining characters rejects its sample.",
    file: "components/safe_name.ts",
    replace: `part.replace(INVALID, "").normalize("NFC")`,
    by: `part.replace(INVALID, "")`,
    test: [
      "loggers/file_safety_test.ts",
      "flag() stores a file under any name and label, …",
    ],
  },
  {
    breaks: INSIDE,
    hurt: "A label with slashes makes directories, or rejects its samples.",
    file: "components/safe_name.ts",
    replace: `const INVALID = /[$!{}/\\\\<>`,
    by: `const INVALID = /[$!{}<>`,
    test: ["loggers/faults_test.ts", "flag() stores a file under any label, …"],
  },
  {
    breaks: INSIDE,
    hurt: "A link below the root leads to any directory of the machine.",
    file: "storage/local_fs/_root.ts",
    replace: `if (dir !== this.path && realPath(dir) !==`,
    by: `if (dir === this.path && realPath(dir) !==`,
    test: [
      "storage/local_fs/local_fs_adapter_test.ts",
      "… follows no symbolic link below its root",
    ],
  },
  {
    breaks: "A link that is put in the place of a file",
    hurt: "A link that appears between the look and the opening is read.",
    file: "storage/local_fs/_files.ts",
    replace: `if (isFile && ino === opened.ino && dev === opened.dev) {`,
    by: `if (isFile || ino === opened.ino || dev === opened.dev) {`,
    test: [
      "storage/local_fs/lesser_file_systems_test.ts",
      "LocalFsAdapter reads no file behind a link that takes an object's place in a moment",
    ],
  },
  {
    breaks: "Uploads that stall hold up no other file",
    hurt: "A few hundred slow uploads block the files of everybody.",
    file: "storage/local_fs/_stage.ts",
    replace: `if (open > MOST_OPEN) this.close();`,
    by: `if (open > MOST_OPEN) throw new Deno.errors.Busy("too many files are open");`,
    test: [
      "storage/local_fs/held_lock_test.ts",
      "CSVLogger stores files while 300 others of the process stall",
    ],
  },
];

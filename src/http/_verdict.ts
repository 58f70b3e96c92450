import type { FieldError } from "../feedback/problem.ts";
import type { UploadedFile } from "../loggers/sample_uploads.ts";
import type { FeedbackFlagOptions } from "../loggers/feedback_logger.ts";
import { checked } from "./_key.ts";
import { pointerTo } from "./_json_body.ts";
import { ticketOf, userOf } from "./_owner.ts";
import { invalid } from "./_refusal.ts";
import type { Settings } from "./_settings.ts";
import type { Submission } from "./_submission.ts";
import type { Ticket } from "./ticket.ts";
import { openHandle } from "./_handle.ts";

/** What is saved of a request. */
export interface Verdict {
  /** The values of the sample; `null` for a withdrawal. */
  readonly sample: Readonly<Record<string, unknown>> | null;
  readonly username: string;
  readonly texts: Pick<FeedbackFlagOptions, "flag" | "reason" | "comment" | "subject">;
  /** The key of the verdict that this one replaces. */
  readonly replaces: string | undefined;
}

const MAX_SUBJECT = 255;

/** Compares a request with what the endpoint accepts. */
export async function verdictOf(
  submission: Submission,
  username: string | undefined,
  settings: Settings,
): Promise<Verdict> {
  const ticket = await ticketOf(submission.ticket, settings);
  if (ticket !== null && submission.data !== undefined) {
    throw invalid({ pointer: "/data", detail: "The sample is in the ticket: leave it out" });
  }
  const user = userOf(ticket, username);
  const errors = [
    ...mistakesIn(submission, settings),
    ...subjectMistakes(submission, ticket),
  ];
  if (errors.length > 0) throw invalid(...errors);
  const { option, reason, comment, replaces } = submission;
  const sample = option === undefined
    ? null
    : await sampleOf({ submission, ticket, username: user }, settings);
  return {
    sample,
    username: user,
    texts: {
      flag: option,
      reason,
      comment,
      subject: ticket === null ? submission.subject : ticket.subject,
    },
    replaces: replaces === undefined ? undefined : checked(replaces),
  };
}

function mistakesIn(
  { option, reason, comment = "", replaces }: Submission,
  { options, reasons, comment: comments, undo }: Settings,
): FieldError[] {
  const errors: FieldError[] = [];
  const add = (name: string, detail: string) => errors.push({ pointer: `/${name}`, detail });
  if (option === undefined && replaces === undefined) add("option", "It is missing");
  else if (option !== undefined && !options.some(({ value }) => value === option)) {
    add("option", "There is no such option");
  }
  if (replaces !== undefined && !undo) add("replaces", "Verdicts cannot be changed here");
  const own = option !== undefined && Object.hasOwn(reasons, option) ? reasons[option]! : [];
  if (reason !== undefined && !own.some(({ value }) => value === reason)) {
    add("reason", "The option has no such reason");
  }
  if (comment !== "" && !comments?.for.some((one) => one === option)) {
    const list = comments?.for.join(", ") ?? "";
    add("comment", list === "" ? "Comments are not accepted here" : `It is accepted with: ${list}`);
  } else if (comments && comment.length > comments.maxLength) {
    add("comment", `It has more than ${comments.maxLength} characters`);
  }
  return errors;
}

function subjectMistakes({ subject }: Submission, ticket: Ticket | null): FieldError[] {
  if (subject === undefined || ticket !== null && subject === ticket.subject) return [];
  const pointer = "/subject";
  if (ticket !== null) {
    return [{ pointer, detail: "It is not the one in the ticket: seal it there" }];
  }
  if (subject.length <= MAX_SUBJECT) return [];
  return [{ pointer, detail: `It has more than ${MAX_SUBJECT} characters` }];
}

/** Returns a value for each component: that of the ticket or the data, or the files of the request. */
async function sampleOf(
  { submission, ticket, username }: {
    readonly submission: Submission;
    readonly ticket: Ticket | null;
    readonly username: string;
  },
  settings: Settings,
): Promise<Record<string, unknown>> {
  const { components } = settings.logger;
  const data = ticket?.data ?? submission.data ?? {};
  const where = ticket === null ? "data" : "ticket";
  const sample: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  const files = { ...submission.files, ...submission.handles };
  for (const [name, { holdsFiles }] of Object.entries(components)) {
    const isGiven = Object.hasOwn(data, name);
    const sent = Object.hasOwn(files, name)
      ? await filesFor(name, { submission, username }, settings)
      : [];
    if (isGiven && sent.length === 0) sample[name] = data[name];
    else if (isGiven) {
      errors.push({ pointer: pointerTo("files", name), detail: "The sample has it already" });
    } else if (holdsFiles === "many") sample[name] = sent;
    else if (holdsFiles === "one" && sent.length <= 1) sample[name] = sent[0] ?? null;
    else if (holdsFiles === "one") {
      errors.push({ pointer: pointerTo("files", name), detail: "It is one file" });
    } else errors.push({ pointer: pointerTo(where, name), detail: "It is missing" });
    if (holdsFiles === undefined && sent.length > 0) {
      errors.push({ pointer: pointerTo("files", name), detail: "It is not a file" });
    }
  }
  const unknown = [
    ...Object.keys(data).map((name) => [where, name]),
    ...Object.keys(files).map((name) => ["files", name]),
  ].filter(([, name]) => !Object.hasOwn(components, name!));
  errors.push(...unknown.map((names) => ({
    pointer: pointerTo(...names),
    detail: "There is no such component",
  })));
  if (errors.length > 0) throw invalid(...errors);
  return sample;
}

async function filesFor(
  name: string,
  { submission: { files, handles }, username }: {
    readonly submission: Submission;
    readonly username: string;
  },
  settings: Settings,
): Promise<(File | UploadedFile)[]> {
  const given = Object.hasOwn(files, name) ? files[name]! : [];
  const before = Object.hasOwn(handles, name) ? handles[name]! : [];
  if (given.length + before.length > 0 && settings.files === null) {
    throw invalid({ pointer: pointerTo("files", name), detail: "Files are not accepted here" });
  }
  const uploaded: UploadedFile[] = [];
  for (const handle of before) {
    uploaded.push(await openHandle(handle, { component: name, username }, settings));
  }
  return [...given, ...uploaded];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Three days. */
const SHORT_MS = 259_200_000;

/** A number with thin spaces between thousands. */
export function number(value: number): string {
  return `${value}`.replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** A timestamp of a cell, in UTC: `25 Nov 16:58`, or with the year and the time zone. */
export function time(text: string, isFull = false): string {
  const [, year, month, day, clock] = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d:\d\d)/.exec(text) ?? [];
  if (clock === undefined) return text;
  const date = `${Number(day)} ${MONTHS[Number(month) - 1]}`;
  return isFull ? `${date} ${year}, ${clock} UTC` : `${date} ${clock}`;
}

/** A time in milliseconds since 1970: its day, or its minute within a short span. */
export function moment(milliseconds: number, span: number): string {
  const text = time(stamp(milliseconds));
  return span < SHORT_MS ? text : text.slice(0, text.lastIndexOf(" "));
}

/** A time in milliseconds as timestamps of cells have it. */
export function stamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("T", " ").replace("Z", "");
}

export function bytes(size: number): string {
  if (size < 1000) return `${number(size)} bytes`;
  return size < 1e6 ? `${(size / 1e3).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}

/** What a verdict is called on its button: `confirmed` is `Confirm`. */
export function label(option: string): string {
  const known: Readonly<Record<string, string>> = {
    confirmed: "Confirm",
    rejected: "Reject",
    unclear: "Unclear",
  };
  return Object.hasOwn(known, option) ? known[option]! : option;
}

/** The class of a user's flag. */
export function tone(flag: string): string {
  return /^(?:good|like|liked|ok|up|right|correct|yes|true)$/i.test(flag) ? "good" : "bad";
}

/** Returns the microseconds since 1970 of a timestamp; `-Infinity` if it is none. */
export function microseconds(text: string): number {
  const digits = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:?\d\d)?$/
    .exec(
      text,
    );
  if (digits === null) return -Infinity;
  const [, date, time, fraction = "", zone = "Z"] = digits;
  const seconds = Date.parse(`${date}T${time}${zone}`) / 1000;
  return Number.isNaN(seconds) ? -Infinity : seconds * 1e6 + Number(fraction.padEnd(6, "0"));
}

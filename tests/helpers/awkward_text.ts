import fc from "fast-check";

/** Generates texts of any characters, with a preference for those that are special in CSV. */
export const awkwardText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(
      ...["a", "é", "😀", "\ufeff", "\ue000", "\0", "'", '"', '""', ",", ";", " ", "-5", "[", "]"],
      ...["\r", "\n", "\r\n", "\t", "=", "+", "-", "@", ",=", ",-", ",\r", "1", "{}"],
    ),
    maxLength: 12,
  }),
);

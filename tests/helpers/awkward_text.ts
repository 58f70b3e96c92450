import fc from "fast-check";

/** Texts of any characters, in which those that mean something in CSV are frequent. */
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

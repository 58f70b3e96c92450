/** Returns the card of a dataset for the Hub: each split is named, so that none is guessed from a name. */
export function cardOf(splits: readonly string[], title: string): string {
  const files = splits.map((split) => `  - split: ${split}\n    path: "${split}/**"`).join("\n");
  return `---
configs:
- config_name: default
  data_files:
${files}
  drop_labels: true
---

# ${title.replace(/\s+/g, " ")}

Samples that people flagged, exported by Flagstone. \`_row\` identifies a row of the original dataset.
`;
}

/** The text of a `file` cell's value. */
export function contentOf(value: string): string {
  return Buffer.from(value.split(" ")[2] ?? "", "base64").toString();
}

/** A `file` cell's value with other text, of the same mode and owner; one that is absent gets root's. */
export function withContent(value: string, content: string): string {
  const [mode, owner] = value === "absent" ? ["644", "0:0"] : value.split(" ");
  return `${mode} ${owner} ${Buffer.from(content).toString("base64")}`;
}

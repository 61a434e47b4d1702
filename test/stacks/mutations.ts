import fc from "fast-check";

/** One way to damage a text file. Places are shares of its length or of the number of its lines. */
export type Mutation =
  | { readonly kind: "byte"; readonly at: number; readonly remove: number; readonly insert: Uint8Array }
  | { readonly kind: "truncate"; readonly at: number }
  | { readonly kind: "cut" | "duplicate" | "indent" | "key" | "value" | "append"; readonly at: number; readonly text: string };

const names = [
  ...["version", "title", "hosts", "images", "models", "benchmarks", "test", "parameters", "lab", "ssh", "setup", "files"],
  ...[
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "<<",
    "? [a]",
    "*a",
    "&a b",
    '"\\u001b[2J\\n"',
    "''",
    "null",
    "1",
  ],
];

const numbers = [
  ...["0", "-0", "-1", "1.5", "1e999", "-1e999", ".inf", ".nan", "9007199254740993", "0x7fffffffffffffffffff", "0o777"],
  ...["9".repeat(400), `${"9".repeat(400)}GiB`, "0MiB", "1MiB", "1e3GiB", "0%", "101%", "99999999%", `${"9".repeat(400)}%`],
  ...["0s", "0h", `${"9".repeat(400)}h`],
];

const values = [
  ...numbers,
  ...[
    "null",
    "~",
    "true",
    "[]",
    "{}",
    "''",
    '"',
    "'",
    "|",
    ">",
    "[",
    "{",
    "- a",
    "*a",
    "*nothing",
    "&a [*a]",
    "&a { b: &b [*a] }",
  ],
  ...["!!binary x", "!!set { a }", "!!timestamp 2026-01-01", "!tag a", "!!int a", "!!str 1", "2026-01-01", '"\\0\\n\\u001b[2J"'],
  ...["[".repeat(50_000), "{a: ".repeat(5_000), `${"[".repeat(3_000)}${"]".repeat(3_000)}`, `${"[".repeat(60)}${"]".repeat(60)}`],
  ...[100, 10_000, 1_000_000].map((length) => "x".repeat(length)),
];

/** Billions of values in a few lines. */
const bomb = [
  "a: &a [x, x, x, x, x, x, x, x, x, x]",
  ...["b", "c", "d", "e", "f", "g", "h", "i"].map((name, i) => {
    const before = "abcdefgh"[i] ?? "a";
    return `${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(", ")}]`;
  }),
].join("\n");

const endings = [
  ...[bomb, "hosts: {}", "version: 1", "<<: 1", "<<: [1, 2]", "<<: *a", "---", "...", "--- {}\n--- {}", "%YAML 9", "\ufeff"],
  ...[
    "&a\n<<: *a",
    "&a x: *a",
    "parameters: &p { body: { q: *p } }",
    "? {a: [b]}\n: c",
    "\t",
    "\0",
    "- a",
    ": : :",
    "#".repeat(9999),
  ],
];

/** Even: `fc.double` prefers the smallest numbers. */
const place = fc.nat(999_999).map((millionths) => millionths / 1e6);
const line = (kind: Exclude<Mutation["kind"], "byte" | "truncate">, texts: readonly string[]) =>
  fc.record({ kind: fc.constant(kind), at: place, text: fc.constantFrom(...texts) });

export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    ...{ kind: fc.constant("byte" as const), at: place, remove: fc.nat(8) },
    insert: fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.constantFrom(...["\t", "\n", ": ", "\u2028", "{", "\r"].map(bytesOf))),
  }),
  fc.record({ kind: fc.constant("truncate" as const), at: place }),
  line("cut", [""]),
  line("duplicate", [""]),
  line("indent", [" ", "  ", "\t", ""]),
  line("key", names),
  line("value", values),
  line("append", endings),
);

export function mutated(bytes: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce(mutate, bytes);
}

function mutate(bytes: Buffer, mutation: Mutation): Buffer {
  const at = Math.floor(mutation.at * bytes.length);
  if (mutation.kind === "truncate") return bytes.subarray(0, at);
  if (mutation.kind === "byte")
    return Buffer.concat([bytes.subarray(0, at), mutation.insert, bytes.subarray(at + mutation.remove)]);
  const lines = bytes.toString("utf8").split("\n");
  const index = Math.min(lines.length - 1, Math.floor(mutation.at * lines.length));
  lines.splice(index, 1, ...changed(lines[index] ?? "", mutation.kind, mutation.text));
  return Buffer.from(lines.join("\n"));
}

/** What stands in the place of a line. */
function changed(old: string, kind: Exclude<Mutation["kind"], "byte" | "truncate">, text: string): readonly string[] {
  const results: Readonly<Record<typeof kind, readonly string[]>> = {
    cut: [],
    duplicate: [old, old],
    indent: [text + old.trimStart()],
    key: [old.replace(/[\w-]+:/, () => `${text}:`)],
    value: [old.replace(/: .*$|:$/, () => `: ${text}`)],
    append: [old, text],
  };
  return results[kind];
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

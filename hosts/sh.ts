/**
 * A piece of POSIX shell in which every value from outside is quoted. Made only by `sh` and `joinSh`,
 * so plain text can never be run as code: a `Transport` takes nothing else.
 */
export class Shell {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** The text for `sh -c`. */
  toString(): string {
    return this.#text;
  }

  /** @internal Used by `sh` and `joinSh` only. */
  static of(text: string): Shell {
    return new Shell(text);
  }
}

type Word = string | number;

const SAFE = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** Quotes one word for a POSIX shell (busybox ash included). Throws `TypeError` on a NUL byte, which no argument can hold. */
export function quote(word: Word): string {
  const text = String(word);
  if (text.includes("\0")) throw new TypeError("a shell word cannot hold a NUL byte");
  return SAFE.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Builds shell code: holes take words (quoted), lists of words (each quoted, joined by spaces) and other `Shell` pieces (as they are).
 * A Pulumi `Output` in a hole does not compile.
 */
export function sh(strings: TemplateStringsArray, ...holes: (Word | readonly Word[] | Shell)[]): Shell {
  const pieces = strings.map((text, index) => {
    const hole = holes[index];
    return hole === undefined ? text : text + render(hole);
  });
  return Shell.of(pieces.join(""));
}

/** Joins pieces, by default one per line. */
export function joinSh(pieces: readonly Shell[], separator: "\n" | " && " | "; " | " " | " | " = "\n"): Shell {
  return Shell.of(pieces.join(separator));
}

function render(hole: Word | readonly Word[] | Shell): string {
  if (hole instanceof Shell) return hole.toString();
  return typeof hole === "object" ? hole.map(quote).join(" ") : quote(hole);
}

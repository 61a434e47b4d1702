/** Text that is HTML already. Everything else put into `html` is escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A figure and its unit stay on one line. */
const UNIT = /(\d) (?=(?:%|s|ms|µs|[KMG]iB)(?![a-z]))/g;

type Hole = string | number | Markup | undefined | readonly (Markup | undefined)[];

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** HTML with every hole escaped, so that a fact read from a host can never become markup. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Markup {
  return new Markup(parts.map((part, i) => part + (i < holes.length ? render(holes[i]) : "")).join(""));
}

function render(hole: Hole): string {
  if (hole === undefined) return "";
  if (hole instanceof Markup) return hole.text;
  if (typeof hole === "object") return hole.map((part) => part?.text ?? "").join("");
  const escaped = String(hole).replace(/[&<>"']/g, (character) => entities[character] ?? character);
  return escaped.replace(UNIT, "$1\u00a0");
}

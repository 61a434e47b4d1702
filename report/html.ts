import { decisionTables } from "./decisions.ts";
import { plural, timeText } from "./format.ts";
import { htmlTable } from "./html-table.ts";
import { html, Markup } from "./markup.ts";
import { sessionSection } from "./session-section.ts";
import { styles } from "./styles.ts";
import { headingOf, type ReportSession, type ReportView, viewOf } from "./view.ts";

/**
 * The report as one self-contained page without script. A pure function of the sessions: the same sessions give the same bytes.
 * `directory` is where the page will lie; it and the sessions' directories are relative to the project's root.
 */
export function renderHtml(
  sessions: readonly ReportSession[],
  options: { readonly title: string; readonly directory: string },
): string {
  const view = viewOf(sessions, options);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="distrobench">
<link rel="icon" href="data:,">
<title>${view.title}</title>
<style>${new Markup(styles)}</style>
</head>
<body>
<header>
<h1>${view.title}</h1>
<p class="lead">${scope(view)}</p>
${contents(view)}
</header>
<main>
${decisions(view)}
${view.sessions.length === 0 ? html`<p>Nothing has been measured yet.</p>` : view.sessions.map(sessionSection)}
</main>
<footer><p>Every figure on this page is computed from the raw samples it links to. Figures marked as the study's are not ours.</p></footer>
</body>
</html>
`.text;
}

function scope({ sessions }: ReportView): string {
  const hosts = new Set(sessions.flatMap(({ data }) => data.session.variants.map(({ host }) => host)));
  const variants = new Set(
    sessions.flatMap(({ data }) => data.session.variants.filter(({ aaOf }) => aaOf === undefined).map(({ id }) => id)),
  );
  const samples = sessions.reduce(
    (sum, { summary }) => sum + summary.variants.reduce((all, { counts }) => all + counts.counted, 0),
    0,
  );
  const [first] = sessions;
  if (first === undefined) return "No session.";
  const parts = [
    plural(sessions.length, "benchmark"),
    plural(hosts.size, "host"),
    plural(variants.size, "variant"),
    `${plural(samples, "sample")} counted`,
  ];
  return `${parts.join(", ")}. Measured ${timeText(first.data.session.startedAt)}.`;
}

/** What a reader came for, before anything else. */
function decisions(view: ReportView): Markup | undefined {
  const tables = decisionTables(view);
  if (tables.length === 0) return undefined;
  return html`<section class="decisions" aria-labelledby="decisions"><h2 id="decisions">Go or no-go</h2>
<p>Go: the whole interval of the ratio to the baseline stays within the tolerance, or is better. No-go: the whole interval is worse than that. Anything between
cannot be told from these samples. Advice: the baseline against itself shows too much noise for a firm verdict. Ratios are variant to baseline.</p>
${tables.map((table) => html`${htmlTable(table)}\n`)}</section>`;
}

function contents({ sessions }: ReportView): Markup | undefined {
  if (sessions.length < 2) return undefined;
  const items = sessions.map((view) => html`<li><a href="#${view.key}">${headingOf(view)}</a></li>`);
  return html`<nav aria-label="Benchmarks"><ul>${items}</ul></nav>`;
}

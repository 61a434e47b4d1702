import { bannerOf } from "../banner.ts";
import { decisionTables } from "../decisions.ts";
import { escaped, tableText } from "../markdown.ts";
import { type Table, textOf } from "../table.ts";
import { headlineTable } from "../tables.ts";
import { headingOf, type ReportSession, type SessionView, viewOf } from "../view.ts";

/**
 * Markdown that a reviewer reads beside a change: the decisions, then one line for each session about what limits it, and the figures
 * folded away. The whole report is `renderMarkdown`.
 */
export function renderPullRequest(sessions: readonly ReportSession[], { title }: { readonly title: string }): string {
  const view = viewOf(sessions, { title, directory: "." });
  const decisions = decisionTables(view).flatMap((table) => [`${escaped(table.caption)}:`, tableText(unlinked(table))]);
  const limits = view.sessions.map((session) => `- ${escaped(headingOf(session))}: ${bannerLine(session)}`).join("\n");
  return `${[`### ${escaped(title)}`, ...decisions, limits, ...view.sessions.map(folded)].join("\n\n")}\n`;
}

function bannerLine(view: SessionView): string {
  const { heading, notes } = bannerOf(view);
  return `**${escaped(heading)}.** ${escaped(notes.join(" "))}`.trim();
}

/** GitHub and GitLab show Markdown inside `details` only after an empty line. */
function folded(view: SessionView): string {
  const summary = `<summary>${escaped(headingOf(view))}: figures</summary>`;
  return [`<details>${summary}`, tableText(unlinked(headlineTable(view))), "</details>"].join("\n\n");
}

/** Links lead into the report's page and the project's folders, which a comment is not beside. */
function unlinked(table: Table): Table {
  return { ...table, rows: table.rows.map((row) => row.map(textOf)) };
}

import { html, type Markup } from "./markup.ts";
import type { Cell, Column, Table } from "./table.ts";

/** A table that scrolls inside its frame; the frame can be reached by keyboard. `wrap` breaks long facts instead. */
export function htmlTable(table: Table, options: { readonly wrap?: boolean; readonly tall?: boolean } = {}): Markup {
  const classes = ["scroll", ...(options.tall === true ? ["tall"] : [])].join(" ");
  return html`<div class="${classes}" role="group" tabindex="0" aria-label="${table.caption}"><table${options.wrap === true ? html` class="wrap"` : undefined}>
<caption>${table.caption}</caption>
<thead><tr>${table.columns.map(headCell)}</tr></thead>
<tbody>
${table.rows.map((row) => html`<tr>${row.map((cell, i) => bodyCell(cell, i, table.columns[i]))}</tr>\n`)}</tbody>
</table></div>`;
}

/** The numbers beside a plot, folded. */
export function foldedTable(label: string, table: Table, options: { readonly wrap?: boolean } = {}): Markup {
  return html`<details><summary>${label}</summary>${htmlTable(table, { ...options, tall: table.rows.length > 40 })}</details>`;
}

function headCell({ title, numeric }: Column): Markup {
  return html`<th scope="col"${numeric === true ? html` class="n"` : undefined}>${title}</th>`;
}

function bodyCell(cell: Cell, index: number, column: Column | undefined): Markup {
  const numeric = column?.numeric === true ? html` class="n"` : undefined;
  if (index === 0) return html`<th scope="row"${numeric}>${content(cell)}</th>`;
  return html`<td${numeric}>${content(cell)}</td>`;
}

function content(cell: Cell): Markup {
  if (typeof cell === "string") return cell.length > 60 ? html`<span class="long">${cell}</span>` : html`${cell}`;
  const { text, href, tone, note } = cell;
  const shown = tone === undefined ? html`${text}` : html`<span class="pill ${tone}">${text}</span>`;
  const linked = href === undefined ? shown : html`<a href="${href}">${shown}</a>`;
  return note === undefined ? linked : html`${linked} <span class="note">(${note})</span>`;
}

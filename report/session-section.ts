import { bannerOf } from "./banner.ts";
import { diagnosticsTable } from "./diagnostics.ts";
import { sampleDistributionFigure } from "./figures/distribution.ts";
import { dotFigure } from "./figures/dots.ts";
import { phaseFigure, phaseLegend } from "./figures/phases.ts";
import { ratioFigure } from "./figures/ratios.ts";
import { sequenceFigure } from "./figures/sequence.ts";
import type { Figure } from "./figures/svg.ts";
import { plural, timeText } from "./format.ts";
import { historyFigure } from "./history.ts";
import { foldedTable, htmlTable } from "./html-table.ts";
import { distributionFigure } from "./inner/distribution.ts";
import { gapFigure } from "./inner/gaps.ts";
import { overTimeFigure } from "./inner/over-time.ts";
import { html, type Markup } from "./markup.ts";
import { commonMethod, methods, methodText } from "./methods.ts";
import { methodTable } from "./metric-methods/table.ts";
import { overviewText } from "./overview.ts";
import { studyHardware, studyStatements } from "./study.ts";
import type { Table } from "./table.ts";
import {
  environmentTable,
  flaggedTable,
  fullEnvironmentTable,
  headlineTable,
  phaseTable,
  ratioTable,
  sampleTable,
  spreadTable,
  studyTable,
} from "./tables.ts";
import { trendSentences } from "./trends.ts";
import { EMULATED, headingOf, type SessionView } from "./view.ts";

/** One session, from what can be concluded to the raw data. */
export function sessionSection(view: SessionView): Markup {
  const { session } = view.data;
  return html`<section class="session" id="${view.key}" aria-labelledby="${view.key}-title">
<h2 id="${view.key}-title">${headingOf(view)}</h2>
${design(view)}
${banner(view)}
${findings(view)}
<h3>Results</h3>
${htmlTable(headlineTable(view))}
${overview(view)}
${diagnostics(view)}
<h3>What differs between the hosts</h3>
${environment(view)}
<h3>Figures</h3>
${figures(view)}
<h3>Samples to look at</h3>
${flagged(view)}
${besideStudy(view)}
<h3>How it was measured</h3>
${[methods[session.test]].map((method) => method && html`<p>${methodText(method)}</p>`)}
<p>${commonMethod}</p>
${foldedTable("Each metric", methodTable(view), { wrap: true })}
<h3>Raw data</h3>
${rawData(view)}
</section>
`;
}

function design({ data, summary }: SessionView): Markup {
  const { session } = data;
  const own = summary.variants.filter(({ aaOf }) => aaOf === undefined).length;
  const parts = [
    `${plural(own, "variant")} in ${plural(session.design.blocks, "block")} of random order`,
    `seed ${session.design.seed}`,
    `baseline ${session.baseline}`,
    timeText(session.startedAt),
  ];
  return html`<p class="lead">${parts.join(" · ")}</p>`;
}

function banner(view: SessionView): Markup {
  const { tone, heading, notes } = bannerOf(view);
  return html`<div class="banner ${tone}"><strong>${heading}</strong><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul></div>`;
}

function findings(view: SessionView): Markup | undefined {
  const sentences = view.results.flatMap(({ comparisons }) => comparisons.map(({ sentence }) => sentence));
  return sentences.length === 0
    ? undefined
    : html`<ul class="findings">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

function overview(view: SessionView): Markup | undefined {
  const text = overviewText(view);
  return text === undefined ? undefined : html`<p class="note">${text}</p>`;
}

function diagnostics(view: SessionView): Markup | undefined {
  const table = diagnosticsTable(view);
  return table && foldedTable("Diagnostics", table, { wrap: true });
}

function environment(view: SessionView): Markup {
  const table = environmentTable(view);
  const full = fullEnvironmentTable(view);
  const differing = table === undefined ? html`<p>No recorded fact differs.</p>` : htmlTable(table, { wrap: true });
  return html`${differing}${full === undefined ? undefined : foldedTable("Every recorded fact", full, { wrap: true })}`;
}

function figures(view: SessionView): Markup {
  const primary = view.primary;
  const emulated = view.summary.comparability.emulated;
  const phases = phaseTable(view);
  const distribution = distributionFigure(view) ?? sampleDistributionFigure(view);
  const more = [distribution, overTimeFigure(view), gapFigure(view)];
  const past = historyFigure(view);
  return html`<div class="figures">
${view.results.map((metric) => figure(dotFigure(view, metric), spreadTable(view, metric), emulated))}
${figure(ratioFigure(view), ratioTable(view), emulated)}
${phases === undefined ? undefined : figure(phaseFigure(view), phases, emulated, legend(view))}
${primary === undefined ? undefined : figure(sequenceFigure(view, primary), sampleTable(view, primary), emulated)}
${more.map((found) => found && figure(found.figure, found.table, emulated))}
${past && figure(past.figure, past.table, emulated, changes(view))}
</div>`;
}

function figure(drawn: Figure | undefined, numbers: Table, emulated: boolean, below?: Markup): Markup | undefined {
  if (drawn === undefined) return undefined;
  const mark = emulated ? html`<p><span class="pill unsure">${EMULATED}</span></p>` : undefined;
  return html`<figure><figcaption><h4>${drawn.title}</h4><p>${drawn.caption}</p>${mark}</figcaption>${drawn.drawing}${below}${foldedTable("The numbers", numbers)}</figure>`;
}

/** Of level, for every result metric: the drawing has the primary one. */
function changes({ summary, trends }: SessionView): Markup | undefined {
  const sentences = trendSentences({ ...summary, trends });
  return sentences.length === 0
    ? undefined
    : html`<ul class="changes">${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

function legend(view: SessionView): Markup {
  return html`<ul class="legend">${phaseLegend(view).map(({ name, colour }) => html`<li><i style="background:${colour}"></i>${name}</li>`)}</ul>`;
}

function flagged(view: SessionView): Markup {
  const table = flaggedTable(view);
  if (table === undefined) return html`<p>None: no sample was invalid, disturbed, failed or an outlier.</p>`;
  return htmlTable(table, { tall: table.rows.length > 40 });
}

function besideStudy(view: SessionView): Markup | undefined {
  const table = studyTable(view);
  const statement = studyStatements[view.data.session.test];
  if (table === undefined) {
    return statement === undefined
      ? undefined
      : html`<h3>Beside the study</h3><p>The study says: ${statement} That is the study's claim, not measured here and not compared by any verdict.</p>`;
  }
  return html`<h3>Beside the study</h3>
<p>The study's figures are the study's own, on ${studyHardware}. They were not measured here, and neither its scripts nor its raw data are known.</p>
${htmlTable(table)}`;
}

function rawData({ link, data }: SessionView): Markup {
  const series = (data.series?.size ?? 0) > 0 ? ["series.jsonl"] : [];
  const files = ["session.json", "samples.jsonl", ...series, ...data.environments.map(({ host }) => `environment/${host}.json`)];
  return html`<ul>${files.map((file) => html`<li><a href="${link}/${file}">${file}</a></li>`)}</ul>`;
}

import { renderHtml } from "../../report/html.ts";
import { syntheticSession } from "../report/synthetic-session.ts";
import type { Figure } from "./figure.ts";
import { timed, wallAndCpu } from "./timed.ts";

const BLOCKS = 2_500;

/** From samples in memory to the text of the page, summary included, for a session of 10 000 samples; and the page's size. */
export function measure(): readonly Figure[] {
  const data = syntheticSession({ blocks: BLOCKS, aaPair: false });
  const page = timed(() => renderHtml([data], { title: "Synthetic test input", directory: "results/report-synthetic" }));
  return [
    { what: `report: page of ${data.samples.length} samples`, value: wallAndCpu(page), aim: "3 s" },
    { what: "report: its size", value: `${(Buffer.byteLength(page.result) / 1e6).toFixed(2)} MB`, aim: "3 MB" },
  ];
}

import { renderHtml } from "../../report/index.ts";
import { syntheticSession } from "../report/synthetic-session.ts";

export interface ReportFigures {
  readonly samples: number;
  /** From samples in memory to the page's text, summary included. */
  readonly seconds: number;
  readonly bytes: number;
}

/** Time and size of the page of a very long session: 10 000 samples unless told. */
export async function measure({ blocks = 2_500 }: { readonly blocks?: number } = {}): Promise<ReportFigures> {
  const data = syntheticSession({ blocks, aaPair: false });
  const start = process.hrtime.bigint();
  const page = renderHtml([data], { title: "Synthetic test input", directory: "results/report-synthetic" });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { samples: data.samples.length, seconds, bytes: Buffer.byteLength(page) };
}

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { pastSessions } from "../benchmarks/gate/index.ts";
import { readSeries, readSession, replaceFile } from "../benchmarks/index.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import { type ReportInputs, type ReportOutputs, reportInputs } from "./schema.ts";
import { withTrends } from "./trends.ts";
import type { ReportSession } from "./view.ts";

/** What this handler needs of the provider's operation context. */
interface Context {
  /** Absolute path of the project's root. */
  readonly root: string;
  info(message: string): void;
}

interface StoredReport {
  readonly inputs: ReportInputs;
  readonly outputs: ReportOutputs;
}

/** The report of a stack's sessions. Another session list is an update; a page that was removed or changed by hand is written again. */
export const reportHandler = {
  token: "distrobench:report:Report",
  inputs: reportInputs,
  replaceOn: [] as const,
  notInDiff: [] as const,
  secrets: [] as const,
  refreshBeforeUpdate: true,

  async create(context: Context, inputs: ReportInputs) {
    return { id: inputs.directory, outputs: await writeReport(context, inputs) };
  },

  async read({ root }: Context, { inputs, outputs }: StoredReport) {
    return digestOf(read(join(root, outputs.html))) === outputs.digest ? { inputs, outputs } : ("gone" as const);
  },

  async update(context: Context, _stored: StoredReport, inputs: ReportInputs) {
    return await writeReport(context, inputs);
  },

  /** Reports stay, as results do. */
  async delete() {},
};

async function writeReport({ root, info }: Context, inputs: ReportInputs): Promise<ReportOutputs> {
  // What draws figures takes long to load, and most runs find the page as it should be.
  const { renderHtml } = await import("./html.ts");
  const sessions = inputs.sessions.map((directory) => sessionAt(root, directory));
  const page = renderHtml(sessions, inputs);
  const outputs = {
    ...inputs,
    html: join(inputs.directory, "index.html"),
    markdown: join(inputs.directory, "report.md"),
    json: join(inputs.directory, "report.json"),
    digest: digestOf(page),
  };
  mkdirSync(join(root, inputs.directory), { recursive: true });
  replaceFile(join(root, outputs.markdown), renderMarkdown(sessions, inputs));
  replaceFile(join(root, outputs.json), renderJson(sessions.map(withTrends)));
  replaceFile(join(root, outputs.html), page);
  info(`report: ${outputs.html}`);
  return outputs;
}

/** Paths in the page are relative to the project's root, so that it is the same wherever the project lies. */
function sessionAt(root: string, directory: string): ReportSession {
  const path = isAbsolute(directory) ? directory : join(root, directory);
  const data = readSession(path);
  const inner = readSeries(path);
  const leftOut: string[] = [];
  const earlier = pastSessions(root, data, (sentence) => leftOut.push(sentence));
  const warnings = [...data.warnings, ...inner.warnings, ...leftOut].map((warning) => warning.replaceAll(`${root}/`, ""));
  return { ...data, directory, warnings, series: inner.series, earlier };
}

/** Empty where there is no such file: no report has that digest. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function digestOf(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

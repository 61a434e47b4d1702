export { renderHtml } from "./html.ts";
export { renderJson } from "./json.ts";
export { renderMarkdown } from "./markdown.ts";
export type { ReportInputs, ReportOutputs } from "./schema.ts";
export { renderTerminal } from "./terminal.ts";

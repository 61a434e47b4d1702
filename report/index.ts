export { renderHtml } from "./html.ts";
export { renderJson } from "./json.ts";
export { renderMarkdown } from "./markdown.ts";
export { type ReportInputs, type ReportOutputs, reportInputs } from "./schema.ts";
export { renderTerminal, type TerminalOptions } from "./terminal.ts";

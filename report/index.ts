export { type ReportInputs, type ReportOutputs, reportInputs } from "./schema.ts";

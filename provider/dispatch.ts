import { createBenchmarkHandler } from "../benchmarks/handler.ts";
import { filesHandler, hostHandler, packagesHandler } from "../hosts/handler.ts";
import type { ResourceHandler } from "../hosts/index.ts";
import { labMachineHandler } from "../hosts/lab/handler.ts";
import { baseImageHandler, deliveredImageHandler, deliveredModelHandler } from "../images/handler.ts";
import { tuningHandler } from "../kernel-tuning/handler.ts";
import { readDrifts } from "../kernel-tuning/index.ts";
import { reportHandler } from "../report/handler.ts";
import type { ReportInputs, ReportOutputs } from "../report/index.ts";
import type { AnyHandler } from "./any-handler.ts";

/** `report/` knows no hosts, so its handler does not name the type it fulfils. */
const report: ResourceHandler<ReportInputs, ReportOutputs> = reportHandler;

/** Every resource type of distrobench. The engine sends a token, which a handler here answers to. */
export const handlers: readonly AnyHandler[] = [
  hostHandler,
  packagesHandler,
  filesHandler,
  labMachineHandler,
  baseImageHandler,
  deliveredImageHandler,
  deliveredModelHandler,
  tuningHandler,
  createBenchmarkHandler(readDrifts),
  report,
];

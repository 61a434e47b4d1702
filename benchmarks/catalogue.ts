import { UserError } from "../hosts/index.ts";
import { boot } from "./boot/index.ts";
import { coldStart } from "./cold-start/index.ts";
import { command } from "./command/index.ts";
import type { Benchmark } from "./define.ts";
import { developerReady } from "./developer-ready/index.ts";
import { edge } from "./edge/index.ts";
import { imageBase } from "./image-base/index.ts";
import { llmTokens } from "./llm-tokens/index.ts";
import { memory } from "./memory/index.ts";
import { onnx } from "./onnx/index.ts";
import { steadyLoad } from "./steady-load/index.ts";

/** Every test by name. A new test adds its file and one line here. */
export const benchmarks: Readonly<Record<string, Benchmark>> = {
  [boot.name]: boot,
  [developerReady.name]: developerReady,
  [coldStart.name]: coldStart,
  [command.name]: command,
  [memory.name]: memory,
  [imageBase.name]: imageBase,
  [steadyLoad.name]: steadyLoad,
  [llmTokens.name]: llmTokens,
  [onnx.name]: onnx,
  [edge.name]: edge,
};

/** Throws `UserError` for a name that is not registered. */
export function findBenchmark(name: string): Benchmark {
  const found = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (found !== undefined) return found;
  throw new UserError(`there is no test named ${name}`, { remedy: `tests: ${Object.keys(benchmarks).join(", ")}` });
}

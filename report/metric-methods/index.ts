import { coldStart, density, imageBase, memory, steadyLoad } from "./container.ts";
import { boot, command, developerReady } from "./host.ts";
import { edge, llmTokens, onnx } from "./inference.ts";
import type { MetricMethod, MetricMethods } from "./metric-method.ts";

export type { MetricMethod } from "./metric-method.ts";

/** By the test's name. `docs/metrics.md` is made of it. */
export const metricMethods: Readonly<Record<string, MetricMethods>> = {
  ...{ boot, "developer-ready": developerReady, command },
  ...{ "cold-start": coldStart, "steady-load": steadyLoad, memory: { ...memory, ...density }, "image-base": imageBase },
  ...{ "llm-tokens": llmTokens, onnx, edge },
};

const printed: MetricMethod = {
  measured: "A number that the command printed, brought to the unit by the metric's scale; median of a sample's runs.",
  wrong: "The scale does not fit the printed unit, or the number has a clock and a begin that only the command knows.",
};

/** Of one metric; what is not known by name is what a command of the user's printed. */
export function metricMethod(test: string, metric: string): MetricMethod {
  return metricMethods[test]?.[metric] ?? printed;
}

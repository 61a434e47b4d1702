import type { HefFigures } from "../harness/edge/hailortcli.ts";
import { perSecond, seconds } from "../metric.ts";

const diagnostic = { kind: "diagnostic" } as const;

/** What HailoRT's own tool says: averages by its own clock. */
export const hefMetrics = {
  hefFps: perSecond("higher", "frames per second by hailortcli benchmark", diagnostic),
  hefStreamingFps: perSecond("higher", "frames per second with transfers by hailortcli 4.x", diagnostic),
  hefLatency: seconds("lower", "mean hardware latency by hailortcli 4.x", diagnostic),
};
export type HefName = keyof typeof hefMetrics;

export function hefValues(hef: HefFigures | undefined): Partial<Record<HefName, number>> {
  if (hef === undefined) return {};
  const { fps, streamingFps, hardwareLatency } = hef;
  return {
    hefFps: fps,
    ...(streamingFps === undefined ? {} : { hefStreamingFps: streamingFps }),
    ...(hardwareLatency === undefined ? {} : { hefLatency: hardwareLatency }),
  };
}

/** No unit of a metric is a watt or a degree: they are conditions. */
export function sensors(hef: HefFigures | undefined): Readonly<Record<string, number>> {
  return {
    ...(hef?.watts === undefined ? {} : { watts: hef.watts }),
    ...(hef?.celsius === undefined ? {} : { celsius: hef.celsius }),
  };
}

export function under(prefix: string, values: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}

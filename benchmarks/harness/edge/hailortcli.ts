/** What `hailortcli benchmark` found: averages only, it knows no quantiles. */
export interface HefFigures {
  /** Frames per second; from 4.x the hardware's own rate, from 5.x that of its asynchronous run. */
  readonly fps: number;
  /** 4.x only: frames per second with the host's transfers. */
  readonly streamingFps?: number;
  /** Seconds; 4.x only. */
  readonly hardwareLatency?: number;
  /** Mean of the run, where the board has a sensor. */
  readonly watts?: number;
  /** Mean of the chip during the run; 5.x only. */
  readonly celsius?: number;
}

const patterns = {
  streamingFps: { pattern: /^\s+\(streaming\)\s+= ([\d.]+)$/m, scale: 1 },
  hardwareLatency: { pattern: /^Latency \(hw\)\s+= ([\d.]+) ms$/m, scale: 0.001 },
  watts: { pattern: /Power in streaming mode \(average\) = ([\d.]+) W$/m, scale: 1 },
  celsius: { pattern: /^\s+temperature: mean=([\d.]+) /m, scale: 1 },
} as const;

/** Reads the summary of 4.x (hw_only, streaming, latency) or 5.x (one rate). Throws `SyntaxError` where there is none. */
export function parseHailoBenchmark(text: string): HefFigures {
  const summary = text.slice(text.search(/^Summary$/m));
  const fps = /^FPS\s+\(hw_only\)\s+= ([\d.]+)$/m.exec(summary)?.[1] ?? /^\S+: FPS: ([\d.]+)$/m.exec(summary)?.[1];
  if (fps === undefined) throw new SyntaxError(`hailortcli printed no summary: ${text.slice(-200)}`);
  const others = Object.entries(patterns).flatMap(([name, { pattern, scale }]) => {
    const value = pattern.exec(summary)?.[1];
    return value === undefined ? [] : [[name, Number(value) * scale] as const];
  });
  return { fps: Number(fps), ...Object.fromEntries(others) };
}

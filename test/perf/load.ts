import { generate } from "../../benchmarks/harness/load/generate.ts";
import { summariseWindow } from "../../benchmarks/harness/load/window.ts";
import { startServer } from "../vegeta/server.ts";
import { attack, buildVegeta, quantile } from "../vegeta/vegeta.ts";
import type { Figure } from "./figure.ts";

const SECONDS = 20;

/** Send lateness and CPU of our generator and of vegeta, on the same server in the same minute, at 8/s and at 200/s. */
export async function measure(): Promise<readonly Figure[]> {
  const vegeta = buildVegeta();
  const server = await startServer();
  try {
    const figures: Figure[] = [];
    for (const rate of [8, 200]) {
      figures.push(...(await ours(server.port, rate)));
      if ("program" in vegeta) figures.push(...(await theirs(vegeta.program, server.port, rate)));
      else figures.push({ what: "load: vegeta", value: `skipped: ${vegeta.missing}`, aim: "" });
    }
    return figures;
  } finally {
    server.stop();
  }
}

async function ours(port: number, rate: number): Promise<readonly Figure[]> {
  const order = { rate, duration: SECONDS, warmup: 2, profile: "constant", seed: 1, method: "GET", path: "/" } as const;
  const { series, cpu, fifo } = await generate({ ...order, ports: [port] });
  const { p50, p99, max } = summariseWindow(series).lateness;
  const where = `load: ours${fifo ? "" : " without SCHED_FIFO"}, ${rate}/s`;
  return [
    {
      what: `${where}: send lateness p50, p99, max`,
      value: [p50, p99, max].map(milliseconds).join(", "),
      aim: "p99 1 ms, max 5 ms",
    },
    { what: `${where}: CPU`, value: percent(cpu.generator), aim: "" },
  ];
}

/** Against its own earliest hit, because vegeta has no due instants: what it is late by as a whole can't be seen. */
async function theirs(program: string, port: number, rate: number): Promise<readonly Figure[]> {
  const { lateness, cpuSeconds } = await attack(program, `http://127.0.0.1:${port}/`, rate, SECONDS);
  const values = [0.5, 0.99, 1].map((p) => milliseconds(quantile(lateness, p)));
  return [
    { what: `load: vegeta, ${rate}/s: lateness against its earliest hit p50, p99, max`, value: values.join(", "), aim: "" },
    { what: `load: vegeta, ${rate}/s: CPU, encoding included`, value: percent(cpuSeconds / SECONDS), aim: "" },
  ];
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(2)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

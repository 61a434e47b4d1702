import { measure as timer } from "./cold-start-timer.ts";
import { measure as fanOut } from "./fan-out.ts";
import type { Figure } from "./figure.ts";
import { measure as fleet } from "./fleet.ts";
import { measure as history } from "./history.ts";
import { measure as interrupt } from "./interrupt.ts";
import { measure as llm } from "./llm.ts";
import { measure as load } from "./load.ts";
import { measure as report } from "./report.ts";
import { measure as roundTrips } from "./round-trips.ts";
import { measure as session } from "./session.ts";
import { deliveryFigures, measureStack } from "./stack.ts";
import { measure as statistics } from "./statistics.ts";

/** What `npm run perf` measures, by name; arguments choose some of them. */
const measurements: Readonly<Record<string, () => Promise<readonly Figure[]> | AsyncIterable<Figure>>> = {
  timer: async () => {
    const figures = await timer();
    const biases = Object.entries(figures.announcedBiasSeconds).map(([delay, bias]) => ({
      what: `timer: bias for a server ready after ${delay} ms`,
      value: `${(bias * 1000).toFixed(2)} ms`,
      aim: "1 ms",
    }));
    const percent = (ratio: number) => `${(ratio * 100).toFixed(1)} %`;
    return [
      ...biases,
      { what: "timer: observer effect, announced", value: percent(figures.announcedObserverEffect), aim: "2 %" },
      {
        what: "timer: observer effect, polled (foreign images)",
        value: percent(figures.polledObserverEffect),
        aim: "printed beside the value",
      },
    ];
  },
  report: async () => report(),
  statistics: async () => statistics(),
  history,
  llm,
  load,
  "round-trips": roundTrips,
  session,
  interrupt,
  "fan-out": fanOut,
  fleet: () => fleet("none"),
  "fleet-bashrc": () => fleet("own"),
  stack: async () => await measureStack("quickstart"),
  delivery: async () => await deliveryFigures("quickstart"),
};

/** Measured only when named: they need something that is already there, or depend on the account that runs them. */
const onlyNamed: ReadonlySet<string> = new Set(["delivery", "fleet-bashrc"]);

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => measurements[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`no measurement ${unknown.join(", ")}: there are ${Object.keys(measurements).join(", ")}\n`);
  process.exit(2);
}
for (const [name, measure] of Object.entries(measurements)) {
  if (wanted.length === 0 ? onlyNamed.has(name) : !wanted.includes(name)) continue;
  for await (const { what, value, aim } of await measure()) process.stdout.write(`| ${what} | ${value} | ${aim} |\n`);
}
process.exit(0);

import { z } from "zod";
import { CommandError } from "../../hosts/index.ts";
import {
  between,
  conditionsOf,
  late,
  phasesOf,
  restartable,
  restartHost,
  restartInstrument,
  restartParameters,
  textsOf,
} from "../boot/restart.ts";
import { defineBenchmark, type Measurement, type Place } from "../define.ts";
import { seconds } from "../metric.ts";
import { type Browser, findChromium, openBrowser } from "./browser.ts";
import { startEditor } from "./editor.ts";
import { prepareHost, removeTraces } from "./prepare.ts";
import { cloneRepository, waitForTools } from "./tools.ts";

const parameters = restartParameters.extend({
  /** Engines that must answer before the host counts as ready. */
  engines: z.array(z.enum(["docker", "podman"])).default(["docker", "podman"]),
  /** A git bundle on the controller, of the repository that is cloned and opened; the project's model server otherwise. */
  bundle: z.string().min(1).optional(),
  /** Seconds from the first command until the workspace must be open. */
  readySeconds: z.number().positive().max(3600).default(600),
});
type Parameters = z.output<typeof parameters>;

const metrics = {
  workspace: seconds("lower", "trigger to workspace open", { primary: true }),
  server: seconds("lower", "trigger to editor server ready"),
  firstCommand: seconds("lower", "first command", { kind: "phase" }),
  tools: seconds("lower", "engines, git and Python answer", { kind: "phase" }),
  clone: seconds("lower", "repository cloned", { kind: "phase" }),
  editor: seconds("lower", "editor server up", { kind: "phase" }),
  window: seconds("lower", "workspace shown", { kind: "phase" }),
};
type Name = keyof typeof metrics;

/** From the trigger of a start until a developer has engines, git, Python and a cloned repository open in an editor: one boot is one sample. */
export const developerReady = defineBenchmark({
  name: "developer-ready",
  title: "Developer ready",
  parameters,
  metrics,
  warmups: 1,
  instrument: ["benchmarks/boot", "hosts/editor", ...restartInstrument],
  controllerNeeds: ["browser"],
  async measure(place, variant, given): Promise<Measurement<Name>> {
    const connection = restartable(place, variant, given);
    if (typeof connection === "string") return { outcome: "skipped", cause: connection };
    const chromium = findChromium();
    if (chromium === undefined) return { outcome: "skipped", cause: "no Chromium on the controller: apt-get install chromium" };
    const missing = await prepareHost(place, given);
    if (missing !== undefined) return { outcome: "skipped", cause: missing };
    // Started before the host is: its own start is not the host's.
    const browser = await openBrowser(chromium);
    try {
      const { triggered, command, inTime } = await restartHost(place, connection, given);
      const stamps = { start: triggered.start, firstCommand: command.answered };
      if (!inTime) return late(triggered, given.timeoutSeconds);
      return await untilReady(place, browser, given, { stamps, conditions: conditionsOf(triggered) });
    } finally {
      await browser.close();
      await removeTraces(place.transport);
      await place.reopen();
    }
  },
});

/** What a person does after the boot, in that order. A step that fails makes the sample a failed one; a lost connection is the session's. */
async function untilReady(
  { transport, signal }: Place,
  browser: Browser,
  given: Parameters,
  begun: {
    readonly stamps: Readonly<Record<"start" | "firstCommand", bigint>>;
    readonly conditions: Readonly<Record<string, number>>;
  },
): Promise<Measurement<Name>> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(given.readySeconds * 1000)]);
  const stamps: Record<string, bigint> = { ...begun.stamps };
  const conditions: Record<string, number> = { ...begun.conditions };
  let step = "the engines, git or Python did not answer";
  try {
    await waitForTools(transport, given.engines, limit);
    stamps.tools = process.hrtime.bigint();
    step = "the repository was not cloned";
    const repository = await cloneRepository(transport, limit);
    stamps.clone = process.hrtime.bigint();
    step = "the editor server did not come up";
    const editor = await startEditor(transport, repository.path, limit);
    try {
      stamps.editor = process.hrtime.bigint();
      conditions["editor.starts"] = editor.starts;
      step = "the workspace did not open in the editor";
      await browser.openWorkspace(editor, repository, limit);
      stamps.window = process.hrtime.bigint();
    } finally {
      await editor.stop();
    }
    const identities = { commit: repository.commit };
    return { outcome: "measured", values: valuesOf(stamps), stamps: textsOf(stamps), conditions, identities };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CommandError && error.failure === "connection-lost") throw error;
    return {
      outcome: "failed",
      cause: `${step}: ${limit.aborted ? `${given.readySeconds} s are over` : reason(error)}`,
      stamps: textsOf(stamps),
    };
  }
}

/** Phases that add up to the whole. Seconds. */
export function valuesOf(stamps: Readonly<Record<string, bigint>>): Partial<Record<Name, number>> {
  const { start = 0n, firstCommand, tools, clone, editor = 0n, window = 0n } = stamps;
  const whole = { workspace: between(start, window), server: between(start, editor) };
  return { ...whole, ...phasesOf(start, { firstCommand, tools, clone, editor, window }) };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

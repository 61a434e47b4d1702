import { Writable } from "node:stream";
import { commandLine } from "../../cli/command-line.ts";
import { reportHandler } from "../../report/handler.ts";
import { STACK } from "./history-sessions.ts";
import { secondsOf } from "./timed.ts";

/** A process of its own, so that its most memory is that of one use: prints seconds and bytes as JSON. Arguments: use, root, sessions. */
const [use = "", root = "", ...sessions] = process.argv.slice(2);

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
const context = { root, environment: {}, stdout: nowhere, stderr: nowhere, signal: new AbortController().signal };
const words = (...all: readonly string[]) => commandLine(context).parseAsync(all, { from: "user" });

const uses: Readonly<Record<string, () => Promise<unknown>>> = {
  terminal: () => words("report", "--stack", STACK),
  page: () =>
    reportHandler.create(
      { root, info: () => undefined },
      { stack: STACK, title: "P", sessions, directory: "results/report-perf" },
    ),
};

const seconds = await secondsOf(async () => await uses[use]?.());
process.stdout.write(JSON.stringify({ seconds, bytes: process.resourceUsage().maxRSS * 1024 }));

import {
  ConnectionError,
  createSshPool,
  examineHost,
  type HostExamination,
  type PreflightVerdict,
  type SshPool,
  UserError,
} from "../../hosts/index.ts";
import { loadPlan, type PlannedHost } from "../../stacks/index.ts";
import { type Connect, connector } from "../connect.ts";
import { type Context, Exit, print, printJson, say } from "../context.ts";
import { commandFor } from "../hints.ts";
import { type Style, styleOf } from "../style.ts";

/** What a preflight found out about one host of a matrix. */
type Examined =
  | ({ readonly host: string; readonly state: "examined" } & HostExamination)
  | { readonly host: string; readonly state: "not-examined"; readonly found: string; readonly remedy?: string }
  | { readonly host: string; readonly state: "not-running"; readonly found: string; readonly remedy: string };

/** `distrobench preflight`: every host of a stack against what measuring needs. Changes nothing. Exit code 1 on any fail. */
export async function preflight(context: Context, stack: string, options: { readonly json?: boolean }): Promise<void> {
  const plan = loadPlan(context.root, stack);
  const pool = createSshPool({ root: context.root, signal: context.signal });
  try {
    const connect = connector(context, stack);
    const hosts = await Promise.all(plan.hosts.map(async (host) => await examine(context, pool, { host, stack }, connect)));
    context.signal.throwIfAborted();
    const ready = hosts.every(isReady);
    if (options.json === true) printJson(context, { ready, hosts });
    else print(context, renderHosts(hosts, commandFor("up", stack), styleOf(context.stdout, context.environment)));
    if (!ready) throw new Exit(1);
  } finally {
    await pool.close();
  }
}

async function examine(
  context: Context,
  pool: SshPool,
  { host, stack }: { readonly host: PlannedHost; readonly stack: string },
  connect: Connect,
): Promise<Examined> {
  const { name, distribution, release, packages } = host;
  try {
    const transport = await pool.transport(await connect(host));
    say(context, `${name}: looking`);
    const examination = await examineHost(transport, { distribution, release, packages }, { signal: context.signal });
    return { host: name, state: "examined", ...examination };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error instanceof ConnectionError && error.failure === "machine-stopped") return notRunning(name, stack);
    const { message: found, remedy } = error;
    return { host: name, state: "not-examined", found, ...(remedy === undefined ? {} : { remedy }) };
  }
}

/** A lab machine is made by `up`, to what measuring needs: nothing is wrong with one that is not there. */
function notRunning(host: string, stack: string): Examined {
  const remedy = `${commandFor("up", stack)} makes and starts it; preflight looks only at machines that run`;
  return { host, state: "not-running", found: "a lab machine that does not run now", remedy };
}

function isReady(host: Examined): boolean {
  if (host.state !== "examined") return host.state === "not-running";
  return host.verdicts.every(({ status }) => status !== "fail");
}

function renderHosts(hosts: readonly Examined[], next: string, style: Style): string {
  return [...hosts.map((host) => renderHost(host, style)), conclusion(hosts, next)].join("\n\n");
}

function conclusion(hosts: readonly Examined[], next: string): string {
  const unfit = hosts.filter((host) => !isReady(host)).map(({ host }) => host);
  const unseen = hosts.filter(({ state }) => state === "not-running").map(({ host }) => host);
  const note = unseen.length === 0 ? "" : ` Not looked at: ${unseen.join(", ")}.`;
  return unfit.length === 0 ? `Nothing is in the way of ${next}.${note}` : `Can't be used: ${unfit.join(", ")}.${note}`;
}

function renderHost(host: Examined, style: Style): string {
  const lines = linesOf(host);
  const marks = { pass: style.good("pass"), warn: style.strong("warn"), fail: style.bad("fail"), none: style.faint("none") };
  const width = Math.max(...lines.map(({ check }) => check.length));
  const rows = lines.flatMap(({ check, status, found, remedy }) => [
    `  ${marks[status]}  ${check.padEnd(width)}  ${found}`,
    ...(remedy === undefined ? [] : [`  ${" ".repeat(6 + width)}  ${style.faint(remedy)}`]),
  ]);
  const title = host.state === "examined" ? `${host.host}: ${host.facts.prettyName}, ${host.facts.kernel}` : host.host;
  return [style.strong(title), ...rows].join("\n");
}

type Line = Omit<PreflightVerdict, "status"> & { readonly status: PreflightVerdict["status"] | "none" };

function linesOf(host: Examined): readonly Line[] {
  if (host.state === "examined") return host.verdicts;
  return [{ check: "connection", status: host.state === "not-running" ? "none" : "fail", ...host }];
}

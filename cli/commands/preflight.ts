import {
  type Connection,
  ConnectionError,
  createSshPool,
  examineHost,
  type HostExamination,
  type PreflightVerdict,
  type SshPool,
  UserError,
} from "../../hosts/index.ts";
import { environmentSecret, loadPlan, type PlannedHost, withSecrets } from "../../stacks/index.ts";
import { type Context, Exit, print, printJson, say } from "../context.ts";
import { openPulumi, type Pulumi } from "../pulumi.ts";
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
    const secret = secretReader(context, stack);
    const hosts = await Promise.all(plan.hosts.map(async (host) => await examine(context, pool, host, secret)));
    context.signal.throwIfAborted();
    const ready = hosts.every(isReady);
    if (options.json === true) printJson(context, { ready, hosts });
    else print(context, renderHosts(hosts, styleOf(context.stdout, context.environment)));
    if (!ready) throw new Exit(1);
  } finally {
    await pool.close();
  }
}

async function examine(context: Context, pool: SshPool, host: PlannedHost, secret: SecretReader): Promise<Examined> {
  const { name, distribution, packages } = host;
  try {
    const transport = await pool.transport(await connectionOf(context, host, secret));
    say(context, `${name}: looking`);
    const examination = await examineHost(transport, { distribution, packages }, { signal: context.signal });
    return { host: name, state: "examined", ...examination };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error instanceof ConnectionError && error.failure === "machine-stopped") return notRunning(name);
    const { message: found, remedy } = error;
    return { host: name, state: "not-examined", found, ...(remedy === undefined ? {} : { remedy }) };
  }
}

/** A lab machine is made by `up`, to what measuring needs: nothing is wrong with one that is not there. */
function notRunning(host: string): Examined {
  const remedy = "./distrobench up makes and starts it; preflight looks only at machines that run";
  return { host, state: "not-running", found: "a lab machine that does not run now", remedy };
}

async function connectionOf(context: Context, host: PlannedHost, secret: SecretReader): Promise<Connection> {
  const texts = host.secrets.map(async ({ reference }) =>
    "secret" in reference ? await secret(reference.secret) : environmentSecret(host.name, reference.env, context.environment),
  );
  return withSecrets(host.connection, host.secrets, await Promise.all(texts));
}

type SecretReader = (key: string) => Promise<string>;

/** Reads from Pulumi's encrypted configuration, which needs a Pulumi: only when a host needs a secret of there. */
function secretReader(context: Context, stack: string): SecretReader {
  let opened: Promise<Pulumi> | undefined;
  return async (key) => {
    opened ??= openPulumi(context, (line) => say(context, line));
    const { code, stdout } = await (await opened).capture(["config", "get", key, "--stack", stack]);
    if (code === 0) return stdout.replace(/\n$/, "");
    throw new UserError(`the secret ${key}, which the matrix names, is not set for the stack ${stack}`, {
      remedy: `Set it: pulumi config set --secret ${key} -s ${stack}`,
    });
  };
}

function isReady(host: Examined): boolean {
  if (host.state !== "examined") return host.state === "not-running";
  return host.verdicts.every(({ status }) => status !== "fail");
}

function renderHosts(hosts: readonly Examined[], style: Style): string {
  return [...hosts.map((host) => renderHost(host, style)), conclusion(hosts)].join("\n\n");
}

function conclusion(hosts: readonly Examined[]): string {
  const unfit = hosts.filter((host) => !isReady(host)).map(({ host }) => host);
  const unseen = hosts.filter(({ state }) => state === "not-running").map(({ host }) => host);
  const note = unseen.length === 0 ? "" : ` Not looked at: ${unseen.join(", ")}.`;
  return unfit.length === 0 ? `Nothing is in the way of ./distrobench up.${note}` : `Can't be used: ${unfit.join(", ")}.${note}`;
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

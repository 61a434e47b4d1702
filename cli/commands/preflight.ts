import { type Connection, createSshPool, examineHost, type HostExamination, type SshPool, UserError } from "../../hosts/index.ts";
import { environmentSecret, loadPlan, type PlannedHost, withSecrets } from "../../stacks/index.ts";
import { type Context, Exit, print, printJson, say } from "../context.ts";
import { openPulumi, type Pulumi } from "../pulumi.ts";
import { type Style, styleOf } from "../style.ts";

/** What a preflight found out about one host of a matrix. */
type Examined =
  | ({ readonly host: string; readonly state: "examined" } & HostExamination)
  | { readonly host: string; readonly state: "not-examined"; readonly found: string; readonly remedy?: string };

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
    const stopped = "failure" in error && error.failure === "machine-stopped";
    const remedy = stopped ? "./distrobench up makes and starts it; preflight looks at machines that run" : error.remedy;
    return { host: name, state: "not-examined", found: error.message, ...(remedy === undefined ? {} : { remedy }) };
  }
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
  return host.state === "examined" && host.verdicts.every(({ status }) => status !== "fail");
}

function renderHosts(hosts: readonly Examined[], style: Style): string {
  const counts = { ready: hosts.filter(isReady).length, all: hosts.length };
  const last =
    counts.ready === counts.all ? "Ready for ./distrobench up." : `${counts.ready} of ${counts.all} hosts can be used.`;
  return [...hosts.map((host) => renderHost(host, style)), last].join("\n\n");
}

function renderHost(host: Examined, style: Style): string {
  const lines = host.state === "examined" ? host.verdicts : [{ check: "connection", status: "fail" as const, ...host }];
  const marks = { pass: style.good("pass"), warn: style.strong("warn"), fail: style.bad("fail") };
  const width = Math.max(...lines.map(({ check }) => check.length));
  const rows = lines.flatMap(({ check, status, found, remedy }) => [
    `  ${marks[status]}  ${check.padEnd(width)}  ${found}`,
    ...(remedy === undefined ? [] : [`  ${" ".repeat(6 + width)}  ${style.faint(remedy)}`]),
  ]);
  const title = host.state === "examined" ? `${host.host}: ${host.facts.prettyName}, ${host.facts.kernel}` : host.host;
  return [style.strong(title), ...rows].join("\n");
}

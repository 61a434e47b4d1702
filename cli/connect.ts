import { type Connection, UserError } from "../hosts/index.ts";
import { didYouMean, environmentSecret, type PlannedHost, withSecrets } from "../stacks/index.ts";
import { type Context, say } from "./context.ts";
import { openPulumi, type Pulumi } from "./pulumi.ts";

/** Gives the connection of a planned host with its secrets. Throws `UserError` when one is not set. */
export type Connect = (host: PlannedHost) => Promise<Connection>;

/** Secrets come from the environment and from Pulumi's encrypted configuration; a Pulumi is opened only when one stands there. */
export function connector(context: Context, stack: string): Connect {
  let opened: Promise<Pulumi> | undefined;
  const configured = async (key: string) => {
    opened ??= openPulumi(context, (line) => say(context, line));
    const { code, stdout } = await (await opened).capture(["config", "get", key, "--stack", stack]);
    if (code === 0) return stdout.replace(/\n$/, "");
    throw new UserError(`the secret ${key}, which the matrix names, is not set for the stack ${stack}`, {
      // Before the first `up` there is no stack yet that Pulumi could set it for.
      remedy: `Set it: eval "$(./distrobench env)" && pulumi stack select --create ${stack} && pulumi config set --secret ${key} -s ${stack}`,
    });
  };
  return async (host) => {
    const texts = host.secrets.map(async ({ reference }) =>
      "secret" in reference
        ? await configured(reference.secret)
        : environmentSecret(host.name, reference.env, context.environment),
    );
    return withSecrets(host.connection, host.secrets, await Promise.all(texts));
  };
}

/** The host of a plan by its name. Throws `UserError` with the nearest one. */
export function namedHost(hosts: readonly PlannedHost[], name: string, stack: string): PlannedHost {
  const host = hosts.find((one) => one.name === name);
  if (host !== undefined) return host;
  const known = hosts.map((one) => one.name);
  throw new UserError(`the stack ${stack} has no host ${name}${didYouMean(name, known)}`, {
    remedy: `Its hosts: ${known.join(", ")}. Another stack: --stack NAME`,
  });
}

import type { Client, ClientChannel } from "ssh2";
import type { Call } from "../../../provider/server/index.ts";
import { dial } from "./dial.ts";
import { commandFailure, Output, type Printed, previousOutput } from "./output.ts";
import type { RemoteCommandInputs } from "./schema.ts";

/** Connections stay open after their command until the plugin ends, as with the official plugin. */
const idle = new Set<Client>();

/** Ends the connections whose command is over; running commands are left to finish. */
export function closeIdleConnections(): void {
  for (const client of idle) client.end();
  idle.clear();
}

/** Runs a command in the login shell of the remote user. Once started it is not watched: neither an abort nor a time-out stops it. */
export async function runRemotely(
  call: Call,
  command: string,
  inputs: RemoteCommandInputs,
  previous: Printed | undefined,
): Promise<Printed> {
  const client = await dial(inputs.connection, call);
  try {
    const environment = await acceptedEnvironment(client, inputs, previous, call);
    const output = new Output(call, inputs.logging);
    const reason = await execute(client, command, { environment, stdin: inputs.stdin ?? "" }, output);
    if (reason !== undefined) throw commandFailure(reason, command, output);
    return { stdout: output.text("stdout"), stderr: output.text("stderr") };
  } finally {
    idle.add(client);
  }
}

/** A variable of the user's that the server refuses is an error; one of ours only a warning. */
async function acceptedEnvironment(
  client: Client,
  inputs: RemoteCommandInputs,
  previous: Printed | undefined,
  call: Call,
): Promise<Record<string, string>> {
  const wanted = inputs.environment ?? {};
  const handed = previousOutput(previous, inputs.addPreviousOutputInEnv);
  const all = { ...wanted, ...handed };
  const refused = Object.keys(all).length === 0 ? [] : await refusedVariables(client, all);
  const name = refused.find((key) => key in wanted && !(key in handed));
  if (name !== undefined)
    throw new Error(
      `could not set environment variable ${JSON.stringify(name)}: the server refuses it; see AcceptEnv in sshd_config(5)`,
    );
  for (const key of refused)
    call.log(
      "warning",
      `could not set environment variable ${JSON.stringify(key)}: the server refuses it (AcceptEnv); the command runs without it`,
    );
  return Object.fromEntries(Object.entries(all).filter(([key]) => !refused.includes(key)));
}

/** The SSH library asks for no answer to `env` requests, so a session of its own looks at what arrived. */
async function refusedVariables(client: Client, environment: Record<string, string>): Promise<readonly string[]> {
  const output = new Output(undefined, "none");
  await execute(client, "env", { environment, stdin: "" }, output);
  const lines = new Set(output.text("stdout").split("\n"));
  return Object.entries(environment)
    .filter(([key, value]) => !lines.has(`${key}=${value.split("\n", 1)[0] ?? ""}`))
    .map(([key]) => key);
}

/** `undefined` for a good end, else the reason. */
async function execute(
  client: Client,
  command: string,
  options: { readonly environment: Record<string, string>; readonly stdin: string },
  output: Output,
): Promise<string | undefined> {
  return await new Promise((resolve, reject) => {
    // All of a short command's answer may come at once, and its end is told while the callback runs: whoever listens later hears nothing.
    client.exec(command, { env: options.environment }, (error, channel) => {
      if (error !== undefined) return reject(error);
      channel.on("data", (chunk: Buffer) => output.add("stdout", chunk));
      channel.stderr.on("data", (chunk: Buffer) => output.add("stderr", chunk));
      resolve(ended(client, channel));
      channel.end(options.stdin);
    });
  });
}

async function ended(client: Client, channel: ClientChannel): Promise<string | undefined> {
  return await new Promise((resolve) => {
    let reason: string | undefined = "wait: remote command exited without exit status or exit signal";
    channel.on("exit", (code: number | null, signal?: string) => {
      reason =
        code === 0 ? undefined : code === null ? `Process exited with signal ${signal}` : `Process exited with status ${code}`;
    });
    channel.on("close", () => resolve(reason));
    channel.on("error", (error: Error) => resolve(error.message));
    client.once("close", () => resolve(reason));
  });
}

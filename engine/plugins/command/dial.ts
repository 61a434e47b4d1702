import { setTimeout as sleep } from "node:timers/promises";
import { type AuthenticationType, Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import { type Call, PluginError } from "../../../provider/server/index.ts";
import { type Connection, connectionDefaults, type Hop } from "./schema.ts";

const FIRST_WAIT_MILLISECONDS = 100;
const WAIT_GROWTH = 1.5;
const LONGEST_WAIT_MILLISECONDS = 5_000;

/** Opens a new SSH connection, through the proxy where one is given. */
export async function dial(connection: Connection, call: Pick<Call, "log" | "signal">): Promise<Client> {
  if (connection.proxy === undefined) return await dialHop(connection, call, { what: "Dial", prefix: "" });
  const proxy = await dialHop(connection.proxy, call, { what: "Dial proxy", prefix: "proxy: " });
  try {
    const client = await dialHop(connection, call, { what: "Dial from proxy", prefix: "" }, proxy);
    client.once("close", () => proxy.end());
    return client;
  } catch (error) {
    proxy.end();
    throw error;
  }
}

interface Wording {
  readonly what: string;
  readonly prefix: string;
}

/** Tries until it works or has failed once more than the limit; -1 tries forever. Refused keys are tried again like all else. */
async function dialHop(hop: Hop, call: Pick<Call, "log" | "signal">, wording: Wording, through?: Client): Promise<Client> {
  const given = hop.dialErrorLimit ?? connectionDefaults.dialErrorLimit;
  const limit = given < 0 ? Number.POSITIVE_INFINITY : given;
  let wait = FIRST_WAIT_MILLISECONDS;
  for (let failures = 1; ; failures += 1) {
    try {
      return await connect(hop, through);
    } catch (error) {
      call.signal.throwIfAborted();
      if (failures > limit) throw tooManyFailures(hop, failures, wording, error);
      call.log("info", `${wording.what} ${failures}/${limit} failed: retrying`, { ephemeral: true });
    }
    await sleep(wait, undefined, { signal: call.signal });
    wait = Math.min(wait * WAIT_GROWTH, LONGEST_WAIT_MILLISECONDS);
  }
}

function tooManyFailures(hop: Hop, failures: number, wording: Wording, cause: unknown): PluginError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PluginError("unavailable", `${wording.prefix}after ${failures} failed attempts: ${hop.host}: ${reason}`, { cause });
}

async function connect(hop: Hop, through: Client | undefined): Promise<Client> {
  const sock = through === undefined ? undefined : await forward(through, hop);
  const client = new Client();
  return await new Promise((resolve, reject) => {
    client.once("ready", () => {
      client.removeAllListeners("error");
      // The connection stays open until the plugin ends; its loss then is nobody's failure.
      client.on("error", () => undefined);
      resolve(client);
    });
    client.once("error", (error) => {
      client.end();
      reject(error);
    });
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) =>
      finish(prompts.map(() => hop.password ?? "")),
    );
    client.connect({ ...settings(hop), ...(sock === undefined ? {} : { sock }) });
  });
}

async function forward(proxy: Client, hop: Hop): Promise<NonNullable<ConnectConfig["sock"]>> {
  return await new Promise((resolve, reject) => {
    proxy.forwardOut("127.0.0.1", 0, hop.host, hop.port ?? connectionDefaults.port, (error, stream) => {
      if (error === undefined) resolve(stream);
      else reject(error);
    });
  });
}

function settings(hop: Hop): ConnectConfig {
  const agent = hop.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  return {
    host: hop.host,
    port: hop.port ?? connectionDefaults.port,
    username: hop.user ?? connectionDefaults.user,
    readyTimeout: (hop.perDialTimeout ?? connectionDefaults.perDialTimeout) * 1000,
    tryKeyboard: hop.password !== undefined,
    authHandler: authentication(hop, agent),
    ...(hop.password === undefined ? {} : { password: hop.password }),
    ...(hop.privateKey === undefined ? {} : { privateKey: hop.privateKey }),
    ...(hop.privateKeyPassword === undefined ? {} : { passphrase: hop.privateKeyPassword }),
    ...(agent === undefined || agent === "" ? {} : { agent }),
    ...hostKeyCheck(hop.hostKey),
  };
}

/** The official plugin's order: key, password, keyboard-interactive, agent. */
function authentication(hop: Hop, agent: string | undefined): AuthenticationType[] {
  return [
    ...(hop.privateKey === undefined ? [] : ["publickey" as const]),
    ...(hop.password === undefined ? [] : ["password" as const, "keyboard-interactive" as const]),
    ...(agent === undefined || agent === "" ? [] : ["agent" as const]),
  ];
}

const rsaSignatures: ServerHostKeyAlgorithm[] = ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"];

/** Without a key the host's is not checked, as in the official plugin. */
function hostKeyCheck(line: string | undefined): ConnectConfig {
  if (line === undefined) return {};
  const [type, encoded] = line.trim().split(/\s+/);
  if (type === undefined || encoded === undefined)
    throw new PluginError("invalid-argument", "hostKey must be in authorized_keys format: TYPE BASE64 [COMMENT]");
  const wanted = Buffer.from(encoded, "base64");
  // Else the server may choose another of its keys than the one that is known.
  const serverHostKey = type === "ssh-rsa" ? rsaSignatures : [type as ServerHostKeyAlgorithm];
  return { algorithms: { serverHostKey }, hostVerifier: (offered: Buffer) => offered.equals(wanted) };
}

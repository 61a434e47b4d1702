import { readFileSync } from "node:fs";
import type { AnyAuthMethod, KeyboardInteractiveCallback, Prompt } from "ssh2";
import ssh2 from "ssh2";
import type { SshHop } from "../connection.ts";
import { ConnectionError } from "../errors.ts";
import { expandHome } from "./home.ts";

export interface Credentials {
  readonly methods: readonly AnyAuthMethod[];
  /** What will be tried, in words, for the message of a refusal. */
  readonly description: string;
}

/** Ways to log in, in the order in which they are tried. Throws `ConnectionError` when there is none or a key can't be used. */
export function credentials(host: string, hop: SshHop): Credentials {
  const offers = [...keyFile(host, hop), ...keyText(host, hop), ...agent(hop), ...password(hop)];
  if (offers.length === 0)
    throw new ConnectionError(host, "authentication", `there is nothing to log in to ${hop.address} with`, {
      remedy: "give privateKeyFile or password, or start an ssh-agent (SSH_AUTH_SOCK is not set)",
    });
  return {
    methods: offers.map((offer) => offer.method),
    description: [...new Set(offers.map((offer) => offer.name))].join(", "),
  };
}

interface Offer {
  readonly method: AnyAuthMethod;
  readonly name: string;
}

function keyFile(host: string, hop: SshHop): Offer[] {
  if (hop.privateKeyFile === undefined) return [];
  const file = expandHome(hop.privateKeyFile);
  const name = `key ${file}`;
  try {
    return [publicKey(host, hop, readFileSync(file, "utf8"), name)];
  } catch (cause) {
    if (cause instanceof ConnectionError) throw cause;
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new ConnectionError(host, "authentication", `the private key ${file} cannot be read: ${why}`, {
      remedy: "check privateKeyFile of this host in the matrix, and who may read that file",
      cause,
    });
  }
}

function keyText(host: string, hop: SshHop): Offer[] {
  return hop.privateKey === undefined ? [] : [publicKey(host, hop, hop.privateKey, "the private key given")];
}

function publicKey(host: string, hop: SshHop, text: string, name: string): Offer {
  const parsed = ssh2.utils.parseKey(text, hop.passphrase);
  // The parser's message may quote the key, so it is not passed on.
  if (parsed instanceof Error)
    throw new ConnectionError(host, "authentication", `${name} cannot be used: ${unusable(parsed.message)}`, {
      remedy: "give its passphrase, or another key",
    });
  return { method: { type: "publickey", username: hop.user, key: parsed }, name };
}

function unusable(message: string): string {
  if (/no passphrase/i.test(message)) return "it is encrypted, and no passphrase was given";
  return /passphrase|decrypt|integrity/i.test(message) ? "the passphrase is wrong" : "its format is not known";
}

function agent(hop: SshHop): Offer[] {
  const socket = process.env.SSH_AUTH_SOCK;
  const nothingElse = hop.privateKeyFile === undefined && hop.privateKey === undefined && hop.password === undefined;
  if (socket === undefined || socket === "" || !(hop.agent ?? nothingElse)) return [];
  return [{ method: { type: "agent", username: hop.user, agent: socket }, name: "ssh-agent" }];
}

function password(hop: SshHop): Offer[] {
  const secret = hop.password;
  if (secret === undefined) return [];
  const prompt = (_n: string, _i: string, _l: string, prompts: Prompt[], finish: KeyboardInteractiveCallback) =>
    finish(prompts.map((question) => (question.echo === true ? "" : secret)));
  return [
    { method: { type: "password", username: hop.user, password: secret }, name: "password" },
    { method: { type: "keyboard-interactive", username: hop.user, prompt }, name: "keyboard-interactive" },
  ];
}

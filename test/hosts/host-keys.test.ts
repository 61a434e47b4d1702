import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { type Connection, connectionSchema } from "../../hosts/connection.ts";
import { judgeHostKey, preferredAlgorithms } from "../../hosts/ssh/host-key.ts";
import { knownKeys } from "../../hosts/ssh/known-hosts.ts";

const blob = (type: string, byte: number) => {
  const name = Buffer.from(type);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([length, name, Buffer.alloc(32, byte)]);
};
const ED = blob("ssh-ed25519", 1);
const key = ED.toString("base64");
const hop = connectionSchema.parse({ kind: "ssh", host: "h", address: "box.lan", port: 2222 }) as Extract<
  Connection,
  { kind: "ssh" }
>;
const known = (text: string, address = "box.lan", port = 2222) => knownKeys(text, address, port).map((entry) => entry.type);

describe("known_hosts", () => {
  test("finds plain entries on port 22 and bracketed ones elsewhere", () => {
    assert.deepEqual(known(`box.lan ssh-ed25519 ${key}`, "BOX.lan", 22), ["ssh-ed25519"]);
    assert.deepEqual(known(`box.lan ssh-ed25519 ${key}`), []);
    assert.deepEqual(known(`a,[box.lan]:2222 ssh-ed25519 ${key} comment`), ["ssh-ed25519"]);
  });

  test("finds hashed entries", () => {
    const salt = Buffer.alloc(20, 7);
    const hash = createHmac("sha1", salt).update("[box.lan]:2222").digest("base64");
    assert.deepEqual(known(`|1|${salt.toString("base64")}|${hash} ssh-rsa ${key}`), ["ssh-rsa"]);
    assert.deepEqual(known(`|1|${salt.toString("base64")}|${hash} ssh-rsa ${key}`, "other"), []);
  });

  test("understands wildcards and exceptions", () => {
    assert.deepEqual(known(`*.lan,!box.lan ssh-ed25519 ${key}`, "box.lan", 22), []);
    assert.deepEqual(known(`*.lan,!box.lan ssh-ed25519 ${key}`, "cat.lan", 22), ["ssh-ed25519"]);
    assert.deepEqual(known(`b?x.lan ssh-ed25519 ${key}`, "boxxlan", 22), []);
  });

  test("skips comments, broken lines and certificate authorities", () => {
    assert.deepEqual(
      known(`# box.lan ssh-ed25519 ${key}\nbox.lan\n\n@cert-authority box.lan ssh-ed25519 ${key}`, "box.lan", 22),
      [],
    );
  });
});

describe("host key", () => {
  const expected = (text: string) => ({ keys: knownKeys(text, "box.lan", 2222), source: "/k", file: "/k" });

  test("is accepted when it is one of the known", () => {
    const text = `[box.lan]:2222 ssh-rsa AAAA\n[box.lan]:2222 ssh-ed25519 ${key}`;
    assert.equal(judgeHostKey("h", hop, expected(text), ED), undefined);
    assert.deepEqual(preferredAlgorithms(expected(text)), ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]);
  });

  test("is refused when it was revoked", () => {
    assert.match(judgeHostKey("h", hop, expected(`@revoked [box.lan]:2222 ssh-ed25519 ${key}`), ED)?.message ?? "", /revoked/);
  });

  test("is refused with the command that helps when another was known", () => {
    const error = judgeHostKey("h", hop, expected(`[box.lan]:2222 ssh-ed25519 ${blob("ssh-ed25519", 2).toString("base64")}`), ED);
    assert.match(error?.message ?? "", /expected: ssh-ed25519 SHA256:.*\n {2}shown: {4}ssh-ed25519 SHA256:/);
    assert.match(error?.remedy ?? "", /ssh-keygen -R '\[box\.lan\]:2222' -f \/k/);
  });

  test("is refused when none is known, with the line to add", () => {
    assert.ok(judgeHostKey("h", hop, expected(""), ED)?.remedy?.includes(`[box.lan]:2222 ssh-ed25519 ${key}`));
  });
});

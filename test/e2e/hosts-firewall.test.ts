import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { parseInventory } from "../../hosts/inventory/parse.ts";
import { inventoryScript } from "../../hosts/inventory/script.ts";
import { type EngineTraces, parseTraces, readTraces, restoreTraces } from "../../hosts/packages/engine-traces.ts";
import type { Shell } from "../../hosts/sh.ts";

const OWN = [
  "iptables -A INPUT -p tcp --dport 9 -m comment --comment mine -j DROP",
  "iptables -t nat -A POSTROUTING -s 10.9.0.0/24 -j MASQUERADE",
];
/** The kind of rules that Docker 28 makes. */
const ENGINE = [
  ...["DOCKER", "DOCKER-USER", "DOCKER-FORWARD"].map((chain) => `iptables -N ${chain}`),
  "iptables -A FORWARD -j DOCKER-USER",
  "iptables -A FORWARD -j DOCKER-FORWARD",
  "iptables -A DOCKER-FORWARD -o docker0 -j DOCKER",
  "iptables -P FORWARD DROP",
  "iptables -t nat -N DOCKER",
  "iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
  "ip6tables -N DOCKER",
  "ip6tables -P FORWARD DROP",
];

function missing(): string | false {
  try {
    execFileSync("unshare", ["--net", "sh", "-c", "iptables -S && ip6tables -S"], { stdio: "pipe" });
    return false;
  } catch {
    return "needs root, unshare and iptables";
  }
}

describe("the firewall of a host whose engines have run", { skip: missing() }, () => {
  let space: ChildProcess;
  /** In a network namespace, whose firewall is nobody else's; a daemon of this machine has nothing in it. */
  const run = (script: string | Shell) =>
    execFileSync("nsenter", ["--net", "--target", String(space.pid), "sh", "-c", `pidof() { false; }\n${script}`]).toString();
  const firewall = () => parseInventory(run(inventoryScript())).firewall;
  const putBack = (earlier: EngineTraces) => {
    const steps = restoreTraces(earlier, parseTraces(run(readTraces)));
    for (const step of steps.map(String).filter((text) => text.includes("tables-restore"))) run(step);
    return steps.length;
  };

  before(async () => {
    space = spawn("unshare", ["--net", "sh", "-c", "echo; exec sleep 120"], { stdio: ["ignore", "pipe", "ignore"] });
    await new Promise((resolve) => space.stdout?.once("data", resolve));
    for (const command of OWN) run(command);
  });
  after(() => space.kill());

  it("is as it was found when their rules are taken back: own rules, policies and all", () => {
    const earlier = parseTraces(run(readTraces));
    const found = firewall();
    for (const command of ENGINE) run(command);
    assert.ok(Object.keys(firewall() ?? {}).some((line) => line === "iptables/filter :DOCKER -"));
    assert.ok(putBack(earlier) > 0);
    // The tables of IPv6 came into being, and let everything pass.
    const passing = Object.keys(firewall() ?? {}).filter((line) => line.startsWith("ip6tables/"));
    assert.deepEqual(
      passing,
      [":INPUT", ":FORWARD", ":OUTPUT"].map((chain) => `ip6tables/filter ${chain} ACCEPT`),
    );
    assert.deepEqual(
      Object.keys(firewall() ?? {}).filter((line) => !passing.includes(line)),
      Object.keys(found ?? {}),
    );
  });

  it("keeps the rules of an engine that ran before, and a policy that was somebody's", () => {
    run("iptables -P FORWARD DROP");
    const policy = parseTraces(run(readTraces));
    for (const command of ENGINE.filter((line) => line.startsWith("iptables "))) run(command);
    const engine = parseTraces(run(readTraces));
    const running = firewall();
    putBack(engine);
    assert.deepEqual(firewall(), running);
    putBack(policy);
    assert.match(run("iptables -S FORWARD"), /^-P FORWARD DROP$/m);
    assert.doesNotMatch(run("iptables-save"), /docker/i);
  });
});

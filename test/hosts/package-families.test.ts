import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { apk } from "../../hosts/packages/apk.ts";
import { apt } from "../../hosts/packages/apt.ts";
import type { PackageManager } from "../../hosts/packages/manager.ts";
import { openrc } from "../../hosts/packages/openrc.ts";
import { pacman } from "../../hosts/packages/pacman.ts";
import { systemd } from "../../hosts/packages/systemd.ts";
import { golden, sample } from "../golden.ts";

function everyCommand(manager: PackageManager): string {
  const names = ["git", "docker"];
  const commands = {
    "list installed": manager.listInstalled,
    "list candidates": manager.listCandidates(names),
    "list versions": manager.listVersions(names),
    "has index": manager.hasIndex,
    "fetch index": manager.fetchIndex,
    "drop index": manager.dropIndex,
    install: manager.install(names, {}),
    "install locked": manager.install(names, { git: "1:2.47-1" }),
    ...(manager.simulateInstall === undefined ? {} : { "simulate install": manager.simulateInstall(names, { git: "1:2.47-1" }) }),
    "simulate removal": manager.simulateRemoval(names),
    "simulate unneeded": manager.simulateUnneeded(names),
    remove: manager.remove(names),
    leave: manager.leave(names),
    hold: manager.hold(names),
    unhold: manager.unhold(names),
    "list held": manager.listHeld,
  };
  return Object.entries(commands)
    .map(([what, command]) => `# ${what}\n${command}\n`)
    .join("\n");
}

describe("package manager families", () => {
  for (const manager of [apt, pacman, apk]) {
    test(`${manager.family} runs these commands`, () => golden(`hosts/families/${manager.family}.txt`, everyCommand(manager)));
    test(`${manager.family} asks nothing when nothing is asked for`, () =>
      assert.equal(manager.listCandidates([]).toString(), ":"));
    test(`${manager.family} passes a hostile name as one word`, () => {
      assert.ok(manager.remove(["a; reboot"]).toString().includes("'a; reboot'"));
    });
  }
});

describe("apt's answers, captured", () => {
  test("list what is installed", () => {
    const installed = apt.parseInstalled(sample("hosts/debian/dpkg-query.txt"));
    assert.equal(installed.get("git"), "1:2.39.5-0+deb12u3");
    assert.equal(installed.get("docker.io"), "20.10.24+dfsg1-1+deb12u1+b6");
  });

  test("list what could be installed", () => {
    const found = apt.parseCandidates(sample("hosts/debian/apt-cache-policy.txt"));
    assert.deepEqual([...found.keys()], ["docker.io", "podman", "git"]);
    assert.match(found.get("podman") ?? "", /^4\.3\.1/);
  });

  test("list every version that a source has", () => {
    const found = apt.parseVersions(sample("hosts/debian/apt-cache-madison.txt"));
    assert.deepEqual(found.get("git"), ["1:2.39.5-0+deb12u3", "1:2.39.5-0+deb12u2"]);
    assert.deepEqual([...found.keys()], ["git", "curl", "libc6"]);
  });

  test("say what nobody else needs", () => {
    assert.deepEqual(apt.parseRemoval(sample("hosts/debian/apt-get-simulated-autoremove.txt")), ["git", "python3"]);
  });

  test("say what a removal takes along, and what is held", () => {
    assert.deepEqual(apt.parseRemoval(sample("hosts/debian/apt-get-simulated-purge.txt")), ["git"]);
    assert.deepEqual(apt.parseHeld(sample("hosts/debian/apt-mark-showhold.txt")), ["git"]);
  });
});

describe("pacman's answers, captured", () => {
  test("list what is installed and what could be", () => {
    const expected = [
      ["alpha", "1:1.0-1"],
      ["beta", "2.0-1"],
    ];
    assert.deepEqual([...pacman.parseInstalled(sample("hosts/tromjaro/pacman-q.txt"))], expected);
    assert.deepEqual(
      [...pacman.parseCandidates(sample("hosts/tromjaro/pacman-si.txt"))],
      [
        ["alpha", "1:1.0-1"],
        ["gamma", "1-1"],
      ],
    );
  });

  test("say what a removal takes along", () => {
    assert.deepEqual(pacman.parseRemoval(sample("hosts/tromjaro/pacman-rcp.txt")), ["gamma", "alpha", "beta"]);
  });

  test("say what nobody else needs, if anything", () => {
    assert.deepEqual(pacman.parseRemoval(sample("hosts/tromjaro/pacman-rup.txt")), ["python", "git"]);
    assert.deepEqual(pacman.parseRemoval(sample("hosts/tromjaro/pacman-rup-nothing.txt")), []);
  });
});

describe("apk's answers, after its documentation", () => {
  test("list what is installed, names with dashes too, warnings left out", () => {
    const found = apk.parseInstalled(sample("hosts/alpine/apk-list-installed.txt"));
    assert.equal(found.size, 6);
    assert.equal(found.get("docker-cli-compose"), "2.36.2-r4");
    assert.equal(found.get("ca-certificates-bundle"), "20250911-r0");
  });

  test("list the newest version that a repository has; an installed one alone is no candidate", () => {
    assert.deepEqual(Object.fromEntries(apk.parseCandidates(sample("hosts/alpine/apk-policy.txt"))), {
      docker: "28.3.3-r1",
      git: "2.49.1-r0",
      podman: "5.6.2-r0",
    });
  });

  test("list every version that a repository has", () => {
    const found = apk.parseVersions(sample("hosts/alpine/apk-policy.txt"));
    for (const [name, version] of apk.parseCandidates(sample("hosts/alpine/apk-policy.txt")))
      assert.ok(found.get(name)?.includes(version), name);
  });

  test("say what a removal takes along, what of it nobody else needs, and which packages are held to one version", () => {
    const needed = ["editor", "git", "pcre2", "zlib-ng"];
    assert.deepEqual(apk.parseRemoval(sample("hosts/alpine/apk-del-simulate-rdepends.txt")), needed);
    assert.deepEqual(apk.parseRemoval(sample("hosts/alpine/apk-del-simulate.txt")), ["git", "pcre2", "zlib-ng"]);
    assert.deepEqual(apk.parseHeld(sample("hosts/alpine/world.txt")), ["docker", "linux-lts"]);
  });
});

describe("init systems", () => {
  for (const manager of [systemd, openrc])
    test(`${manager.kind} runs these commands`, () => {
      const commands = [
        manager.states(["docker"]),
        manager.enablement(["docker"]),
        manager.start("docker"),
        manager.stop("docker"),
        manager.listRunning,
      ];
      const text = [...commands, manager.enable("docker"), manager.disable("docker")].join("\n\n");
      golden(`hosts/families/${manager.kind}.txt`, `${text}\n`);
    });
});

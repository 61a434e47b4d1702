import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { distributionName, labMachineInputs } from "../../hosts/index.ts";
import { loadPlan, stackNames } from "../../stacks/load.ts";
import { golden } from "../golden.ts";
import { complaints, planText, RIGHT } from "./matrix-text.ts";

const root = join(import.meta.dirname, "../..");
const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

describe("a plan", () => {
  it("of the quickstart says everything that is done", () =>
    golden("stacks/quickstart.plan.json", json(loadPlan(root, "quickstart"))));

  it("of the example for own hosts says where secrets are found and nothing of them", () =>
    golden("stacks/own-hosts.plan.json", json(loadPlan(root, "own-hosts"))));

  it("of the study names its five systems, reached over ssh at placeholder addresses", () => {
    const { hosts } = loadPlan(root, "study");
    assert.deepEqual(hosts.map(({ distribution }) => distribution).sort(), [
      "alpine",
      "pureos",
      "raspberry-pi-os",
      "tromjaro",
      "ubuntu",
    ]);
    for (const { connection } of hosts) assert.match(connection.kind === "ssh" ? connection.address : "", /^192\.0\.2\.\d+$/);
  });

  const designs: readonly (readonly [string, string, object])[] = [
    ["a fixed number of blocks, ten unless told", "", { blocks: 10 }],
    ["looks at 10, 20 and 30 blocks", "blocks: auto", { blocks: 30, looks: [10, 20, 30] }],
    [
      "looks of its own within a budget",
      "blocks: { look: [8, 16] }\n    budget: 20min",
      { blocks: 16, looks: [8, 16], budgetSeconds: 1200 },
    ],
  ];
  for (const [what, text, design] of designs)
    it(`has ${what}`, () => {
      const planned = planText(`${RIGHT}    ${text}\n`).benchmarks[0]?.design;
      assert.deepEqual(planned, { ...design, seed: 1, tolerance: 0.1, aaPair: true, noisyHost: false });
    });
  it("says what blocks and a budget may be", () => {
    assert.match(complaints(`${RIGHT}    blocks: { look: [20, 10] }\n`), /blocks\.look: expected rising numbers/);
    assert.match(complaints(`${RIGHT}    budget: 20\n`), /budget: expected a length of time such as 20min/);
  });

  for (const distribution of distributionName.options)
    it(`takes ${distribution} as a lab machine, over ssh and on this machine, with every package`, () => {
      const own = RIGHT.replace("debian", distribution).replace("[docker, node]", "[docker, podman, git, python, node, curl]");
      const lab = "lab: { cpus: 2, memory: 2GiB, disk: 8GiB }";
      for (const way of [lab, "local: {}", "ssh: { address: 192.0.2.1 }"])
        assert.equal(planText(own.replace(lab, way)).hosts[0]?.distribution, distribution);
    });

  it("can be made of every matrix in the project", () => {
    assert.deepEqual(stackNames(root).slice(0, 4), ["ci", "ci-every-test", "own-hosts", "quickstart"]);
    for (const stack of stackNames(root)) assert.equal(loadPlan(root, stack).stack, stack);
  });

  it("has lab machines that the lab accepts", () => {
    for (const { machine } of planText(RIGHT).hosts) assert.deepEqual(labMachineInputs.parse(machine), machine);
  });

  it("compares with the first variant where the matrix names no baseline", () => {
    assert.equal(planText(RIGHT).benchmarks[0]?.baseline, "one/docker");
  });

  it("brings an image only to the hosts and engines that need it", () => {
    assert.deepEqual(planText(RIGHT).images[0]?.deliverTo, [{ host: "one", engine: "docker" }]);
  });

  it("never makes a host of another kind than the matrix says", () => {
    const own = RIGHT.replace("lab: { cpus: 2, memory: 2GiB, disk: 8GiB }", "local: {}");
    const [host] = planText(own).hosts;
    assert.deepEqual(host?.connection, { kind: "local", host: "one" });
    assert.equal(host?.machine, undefined);
  });

  it("of the tuning demo puts one system under two profiles, and the tuned one's containers into its slice", () => {
    const { hosts, benchmarks } = loadPlan(root, "tuning-demo");
    assert.deepEqual(
      hosts.map(({ name, tuning }) => [name, tuning?.profile, Object.keys(tuning?.knobs ?? {}).length > 20]),
      [
        ["stock", "stock", false],
        ["serving", "serving", true],
      ],
    );
    assert.deepEqual(
      benchmarks[0]?.variants.map(({ labels, slice }) => [labels.tuning, slice]),
      [
        ["stock", undefined],
        ["serving", "model.slice"],
      ],
    );
  });

  it("puts a host's own knobs over its profile's", () => {
    const own = "tuning: { profile: serving, knobs: { thp.enabled: never }, cpus: { serving: 2-3 } }\n    lab:";
    const [host] = planText(RIGHT.replace("lab:", own)).hosts;
    assert.equal(host?.tuning?.knobs["thp.enabled"], "never");
    assert.equal(host?.tuning?.knobs["numa.balancing"], "0");
    assert.deepEqual([host?.tuning?.profile, host?.tuning?.cpus], ["serving and own knobs", { serving: "2-3" }]);
  });

  it("knows profiles of the matrix's own, which take knobs of distrobench's out, and so does a host", () => {
    const own = `profiles:
  base: { includes: serving, knobs: { numa.balancing: null, sysctl.vm.swappiness: "1" } }
  ours: { includes: [base], knobs: { thp.enabled: always } }
`;
    const tuning = "tuning: { profile: ours, knobs: { irq.nvme: null } }\n    lab:";
    const [host] = planText(own + RIGHT.replace("lab:", tuning)).hosts;
    const { knobs = {}, profile } = host?.tuning ?? {};
    assert.deepEqual([profile, knobs["sysctl.vm.swappiness"], knobs["thp.enabled"]], ["ours and own knobs", "1", "always"]);
    assert.deepEqual(["numa.balancing" in knobs, "irq.nvme" in knobs, "irq.network" in knobs], [false, false, true]);
  });

  it("has the steps and files of a host's distribution before its own", () => {
    const shared = `distributions:
  debian: { setup: [{ name: proxy, run: "true", environment: { PORT: 80 } }], files: [{ source: README.md, target: /etc/a }] }
  alpine: { setup: [{ name: other, run: "true" }] }
`;
    const own = `setup: [{ name: late, run: "true", undo: "false", after: packages }]
    files: [{ content: { env: TOKEN }, target: /etc/b, mode: "0600", owner: www-data }]
    lab:`;
    const [host] = planText(shared + RIGHT.replace("lab:", own)).hosts;
    assert.deepEqual(
      host?.setup.map(({ name, phase, environment }) => [name, phase, environment]),
      [
        ["proxy", "before-packages", { PORT: "80" }],
        ["late", "after-packages", {}],
      ],
    );
    assert.deepEqual(
      host?.files.map(({ target, mode, owner, content }) => [target, mode, owner, content]),
      [
        ["/etc/a", "644", "root:root", { source: "README.md" }],
        ["/etc/b", "600", "www-data:www-data", { reference: { env: "TOKEN" } }],
      ],
    );
  });

  it("of an unknown stack is refused with the nearest name", () => {
    assert.throws(() => loadPlan(root, "quikstart"), /stacks\/quikstart\.yaml does not exist; did you mean quickstart\?/);
    assert.throws(() => loadPlan(root, "../package"), /there is no stack/);
  });

  it("keeps the parameters of a test", () => {
    assert.equal(complaints(`${RIGHT}    parameters: { nonsense: 1 }\n`).includes("benchmarks.cold-start.parameters"), true);
  });
});

describe("images compared with each other", () => {
  const two = RIGHT.replace(
    "  model-server: {",
    "  other: { recipe: model-server, base: { mmdebstrap: bookworm }, builder: one }\n  model-server: {",
  ).replace("image: model-server", "images: [model-server, other]");

  it("are one variant each, delivered to every host that measures them", () => {
    const { benchmarks, images } = planText(two);
    assert.deepEqual(
      benchmarks[0]?.variants.map(({ id, imageName }) => [id, imageName]),
      [
        ["one/docker/model-server", "model-server"],
        ["one/docker/other", "other"],
      ],
    );
    for (const { deliverTo } of images) assert.deepEqual(deliverTo, [{ host: "one", engine: "docker" }]);
  });

  it("are refused beside a single image, and when one is unknown or named twice", () => {
    assert.match(complaints(two.replace("images: [", "image: other\n    images: [")), /expected one of image and images/);
    assert.match(complaints(two.replace("images: [model-server", "images: [model-sever")), /did you mean model-server\?/);
    assert.match(complaints(two.replace("images: [model-server", "images: [other")), /named twice/);
  });
});

describe("a model", () => {
  const models = "models:\n  small: { random: { shape: tiny } }\nbenchmarks:";
  const used = RIGHT.replace("benchmarks:", models).replace(
    "    image: model-server",
    "    image: model-server\n    model: small",
  );

  it("is delivered to the hosts whose benchmarks name it, and random weights are called so in every report", () => {
    const { models: planned, benchmarks } = planText(used);
    assert.deepEqual(planned, [{ name: "small", source: { random: { shape: "tiny", seed: 1 } }, deliverTo: ["one"] }]);
    const [variant] = benchmarks[0]?.variants ?? [];
    assert.deepEqual([variant?.modelName, variant?.labels.model], ["small", "small (random weights, tiny, seed 1)"]);
  });

  it("is refused when it is unknown, not pinned, or of two kinds at once", () => {
    assert.match(complaints(used.replace("model: small", "model: smal")), /unknown model "smal", did you mean small\?/);
    const kinds = ["{ url: http://192.0.2.1/m.gguf }", "{ path: m, random: { shape: tiny } }", "{ random: { shape: huge } }"];
    for (const kind of kinds)
      assert.match(complaints(used.replace("{ random: { shape: tiny } }", kind)), /expected exactly one of \{ url, sha256 \}/);
  });
});

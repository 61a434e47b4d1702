import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommandError, ConnectionError, PartialFailure, UserError } from "../../hosts/index.ts";
import { adapt, type Surroundings } from "../../provider/adapter.ts";
import type { OperationRecord, TransportRecord } from "../../provider/operation-log.ts";
import {
  InitFailure,
  PluginError,
  type PluginImplementation,
  type PropertyMap,
  Secret,
  UNKNOWN,
} from "../../provider/server/index.ts";
import { call, emptyPool, type ThingHandler, thing, waits } from "./fixtures.ts";

const connection = { host: "here", port: 22 };
const inputs = { path: "/a", size: 4, parts: [], connection: new Secret(connection) };
const outputs = { ...inputs, digest: "sha-4", place: "at /a" };
const stored = { id: "/a", inputs, outputs };

function plugin(changes: Partial<ThingHandler> = {}, around: Partial<Surroundings> = {}): PluginImplementation {
  return adapt([thing(changes)], {
    name: "test",
    version: "0.0.1",
    connect: () => emptyPool(),
    log: () => undefined,
    debug: false,
    ...around,
  });
}

const check = (news: PropertyMap) => plugin().check(call(), {}, news);
const diff = (news: PropertyMap) => plugin().diff(call(), stored, { ...inputs, ...news });

test("check applies defaults, so that they are stored", async () => {
  const checked = await check({ path: "/a", parts: [{ id: "x" }] });
  assert.deepEqual(checked, { inputs: { ...inputs, parts: [{ id: "x", weight: 1 }] }, failures: [] });
});

test("check names every wrong property by its path", async () => {
  const { failures } = await check({ path: "/a", size: 0, parts: [{ id: 3 }], colour: "red", connection: { host: 1 } });
  assert.deepEqual(failures.map(({ property }) => property).sort(), ["colour", "connection.host", "parts[0].id", "size"]);
});

test("check does not judge what is not known yet, and applies defaults around it", async () => {
  const { inputs: checked, failures } = await check({ path: UNKNOWN, parts: [{ id: UNKNOWN }], connection: UNKNOWN });
  assert.deepEqual(failures, []);
  assert.deepEqual(checked, { path: UNKNOWN, size: 4, parts: [{ id: UNKNOWN, weight: 1 }], connection: new Secret(UNKNOWN) });
});

test("check still refuses a misspelt property beside an unknown one", async () => {
  const { failures } = await check({ path: UNKNOWN, colour: "red" });
  assert.deepEqual(failures, [{ property: "colour", reason: "there is no such property" }]);
});

test("check keeps secrets where the program put them", async () => {
  const { inputs: checked } = await check({ path: new Secret("/a"), parts: [{ id: new Secret("x") }] });
  assert.deepEqual(checked.path, new Secret("/a"));
  assert.deepEqual(checked.parts, [{ id: new Secret("x"), weight: 1 }]);
});

test("equal inputs are no change, secret or not", async () => {
  assert.deepEqual(await diff({ path: new Secret("/a") }), { changes: "none", detailed: {} });
});

test("a change of where the host is reached is stored but no reason to act", async () => {
  assert.equal((await diff({ connection: new Secret({ host: "elsewhere", port: 1 }) })).changes, "none");
  assert.equal((await diff({ connection: UNKNOWN })).changes, "none");
});

test("a change is an update at its path", async () => {
  const news = { size: 5, labels: { "a b": "c" }, parts: [{ id: "x", weight: 1 }] };
  assert.deepEqual(await diff(news), {
    changes: "some",
    detailed: {
      size: { kind: "update", inputDiff: true },
      labels: { kind: "add", inputDiff: true },
      "parts[0]": { kind: "add", inputDiff: true },
    },
    replaces: [],
    deleteBeforeReplace: false,
  });
});

test("lists are compared by index and maps by key", async () => {
  const old = { ...stored, inputs: { ...inputs, labels: { a: "1", "b c": "2" }, parts: [{ id: "x" }, { id: "y" }] } };
  const news = { ...inputs, labels: { a: "1", "b c": "3" }, parts: [{ id: "z" }] };
  const { detailed } = await plugin().diff(call(), old, news);
  assert.deepEqual(
    Object.entries(detailed ?? {})
      .map(([path, { kind }]) => [path, kind])
      .sort(),
    [
      ['labels["b c"]', "update"],
      ["parts[0].id", "update"],
      ["parts[1]", "delete"],
    ],
  );
});

test("a change of identity replaces, and the old one is deleted first", async () => {
  assert.deepEqual(await diff({ path: "/b" }), {
    changes: "some",
    detailed: { path: { kind: "update-replace", inputDiff: true } },
    replaces: ["path"],
    deleteBeforeReplace: true,
  });
});

test("an unknown input is a change", async () => {
  assert.deepEqual((await diff({ size: UNKNOWN })).detailed, { size: { kind: "update", inputDiff: true } });
});

test("the preview of a new resource shows its inputs and what the handler promises", async () => {
  const preview: ThingHandler["preview"] = ({ path }) => ({ place: `at ${path}` });
  const made = await plugin({ preview }).create(call(), inputs, true);
  assert.deepEqual(made, { id: "", outputs: { ...inputs, place: "at /a" } });
});

test("a promise that needs an unknown input is not made", async () => {
  const preview: ThingHandler["preview"] = ({ path }) => ({ place: `at ${path}` });
  const made = await plugin({ preview }).create(call(), { ...inputs, path: UNKNOWN }, true);
  assert.deepEqual(made.outputs, { ...inputs, path: UNKNOWN });
});

test("the preview of an update leaves open what the handler does not promise", async () => {
  const preview: ThingHandler["preview"] = (_inputs, old) => ({ place: old?.place ?? "" });
  const news = { ...inputs, size: 5 };
  const careful = await plugin({ preview }).update(call(), stored, news, true);
  assert.deepEqual(careful.outputs, { ...news, digest: UNKNOWN, place: "at /a" });
  const open = await plugin().update(call(), stored, news, true);
  assert.deepEqual(open.outputs, { ...news, digest: UNKNOWN, place: UNKNOWN });
});

test("a handler sees plain values, and its outputs get their secrets back", async () => {
  const seen: unknown[] = [];
  const create: ThingHandler["create"] = async (_context, given) => {
    seen.push(given);
    return { id: "1", outputs: { ...given, digest: "d", place: "p" } };
  };
  const made = await plugin({ create }).create(call(), { ...inputs, labels: { a: new Secret("pw") } }, false);
  assert.deepEqual(seen, [{ path: "/a", size: 4, parts: [], connection, labels: { a: "pw" } }]);
  assert.deepEqual(made, {
    id: "1",
    outputs: { ...inputs, labels: new Secret({ a: "pw" }), digest: "d", place: "p" },
    refreshBeforeUpdate: true,
  });
});

test("read returns the live inputs, with their secrets, so that drift shows", async () => {
  const read: ThingHandler["read"] = async (_context, { inputs: old, outputs: was }) => ({
    inputs: { ...old, size: 9 },
    outputs: was,
  });
  const live = await plugin({ read }).read?.(call(), stored);
  assert.deepEqual(live, { id: "/a", inputs: { ...inputs, size: 9 }, outputs, refreshBeforeUpdate: true });
  assert.equal(await plugin({ read: async () => "gone" }).read?.(call(), stored), "gone");
});

test("a resource without stored inputs cannot be read", async () => {
  await assert.rejects(async () => plugin().read?.(call(), { id: "x", inputs: {}, outputs: {} }), /cannot be imported/);
});

test("a partial failure stores what exists, with its secrets", async () => {
  const create: ThingHandler["create"] = async (_context, given) => {
    throw new PartialFailure("half", { ...given, digest: "d" }, ["no read back"]);
  };
  const failure = await plugin({ create })
    .create(call(), inputs, false)
    .catch((error: unknown) => error);
  assert.ok(failure instanceof InitFailure);
  assert.deepEqual([failure.id, failure.reasons, failure.refreshBeforeUpdate], ["half", ["no read back"], true]);
  assert.deepEqual(failure.properties, { ...inputs, digest: "d", unfinished: ["no read back"] });
});

describe("what a partial failure has left", () => {
  const left = { ...stored, outputs: { ...outputs, unfinished: ["no read back"] } };
  const readOf = async (read: ThingHandler["read"]) =>
    await plugin({ read })
      .read?.(call(), left)
      .catch((error: unknown) => error);

  test("is read with its reasons, so that the engine still finishes it, and with what the host has otherwise", async () => {
    const failure = await readOf(async (_context, { inputs: old, outputs: was }) => ({
      inputs: { ...old, size: 9 },
      outputs: was,
    }));
    assert.ok(failure instanceof InitFailure);
    assert.deepEqual([failure.id, failure.reasons, failure.refreshBeforeUpdate], ["/a", ["no read back"], true]);
    assert.deepEqual(failure.inputs, { ...inputs, size: 9 });
    assert.deepEqual(failure.properties, left.outputs);
  });

  test("is not gone before an operation has come to its end: there may be more than can be looked at", async () => {
    const failure = await readOf(async () => "gone");
    assert.ok(failure instanceof InitFailure);
    assert.deepEqual([failure.inputs, failure.properties], [left.inputs, left.outputs]);
  });

  test("is known to the engine alone: handlers get their own outputs, and what they finish is whole", async () => {
    const seen: object[] = [];
    const update: ThingHandler["update"] = async (_context, { outputs: was }, news) => {
      seen.push(was);
      return { ...was, ...news };
    };
    const made = await plugin({ update }).update(call(), left, inputs, false);
    assert.ok(seen.every((was) => !("unfinished" in was)));
    assert.ok(!("unfinished" in made.outputs));
  });
});

test("a mistake is told with its remedy and without a stack", async () => {
  const told = async (error: Error, debug = false) => {
    const failure = await plugin({ create: () => Promise.reject(error) }, { debug })
      .create(call(), inputs, false)
      .catch((reason: unknown) => reason);
    assert.ok(failure instanceof PluginError);
    return [failure.code, failure.message];
  };
  const result = { command: "ls /x", host: "here", exitCode: 2, stdout: "", stderr: "no such", seconds: 1 };
  assert.deepEqual(await told(new UserError("no disk space", { remedy: "make some" })), [
    "failed-precondition",
    "no disk space\nmake some",
  ]);
  assert.deepEqual(await told(new ConnectionError("here", "timeout", "no answer")), ["unavailable", "here: no answer"]);
  assert.deepEqual(await told(new CommandError(result, "exit")), ["unknown", "here: exit code 2: ls /x\nno such"]);
  const [, unexpected] = await told(new TypeError("x is not a function"));
  assert.match(unexpected ?? "", /^TypeError: x is not a function .*DISTROBENCH_DEBUG=1/);
  assert.match((await told(new TypeError("x"), true))[1] ?? "", /adapter\.test\.ts/);
});

test("no message holds a secret", async () => {
  const create: ThingHandler["create"] = async (context, given) => {
    context.progress(`logging in with ${given.connection.password} at ${given.connection.host}`);
    throw new UserError(`refused: hunter22 and ${given.labels?.a}`);
  };
  const given = {
    ...inputs,
    labels: { a: new Secret("label-pw") },
    connection: new Secret({ ...connection, password: "hunter22" }),
  };
  const asked = call();
  await assert.rejects(plugin({ create }).create(asked, given, false), { message: "refused: [secret] and [secret]" });
  assert.deepEqual(asked.lines, ["info ephemeral: logging in with [secret] at here"]);
});

test("every operation is recorded with its outcome, and every host at the end, once", async () => {
  const lines: (OperationRecord | TransportRecord)[] = [];
  const counts = { handshakes: 1, commands: 2, bytesSent: 3, bytesReceived: 4 };
  const connect = () => emptyPool({ statistics: () => ({ here: counts }) });
  const tested = plugin(
    { delete: () => Promise.reject(new UserError("stuck")) },
    { log: (line) => void lines.push(line), connect },
  );
  await tested.create(call(), inputs, false);
  await assert.rejects(async () => tested.delete?.(call(), stored));
  await tested.create(call(), inputs, true);
  await tested.cancel?.();
  await tested.cancel?.();
  const short = lines.map((line) => ("operation" in line ? [line.operation, line.outcome, line.error] : line));
  assert.deepEqual(short, [
    ["create", "ok", undefined],
    ["delete", "failed", "stuck"],
    { type: "transport", host: "here", ...counts },
  ]);
});

test("cancelling waits for what was told to stop before it closes the connections", async () => {
  const order: string[] = [];
  const abort = new AbortController();
  const create: ThingHandler["create"] = async (context) => {
    await waits(context).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.push("cleaned up");
    throw new Error("stopped");
  };
  const connect = () => emptyPool({ close: async () => void order.push("closed") });
  const tested = plugin({ create }, { connect, log: (line) => void order.push("outcome" in line ? line.outcome : "") });
  const running = assert.rejects(tested.create(call(abort.signal), inputs, false));
  abort.abort(new PluginError("cancelled", "cancelled"));
  await tested.cancel?.();
  await running;
  assert.deepEqual(order, ["cleaned up", "cancelled", "closed"]);
});

test("a type that does not exist is named with those that do", async () => {
  await assert.rejects(
    plugin().check(call(undefined, "test:index:Thnig"), {}, {}),
    /no resource type test:index:Thnig.*test:index:Thing/,
  );
});

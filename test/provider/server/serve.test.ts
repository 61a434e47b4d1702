import assert from "node:assert/strict";
import { test } from "node:test";
import grpc from "@grpc/grpc-js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { decodeProperties, encodeProperties } from "../../../provider/server/encoding.ts";
import {
  type Call,
  type Handshake,
  InitFailure,
  PluginError,
  type PropertyMap,
  Secret,
  UNKNOWN,
} from "../../../provider/server/types.ts";
import { ask, untilAborted, withEngine } from "./harness.ts";

const urn = "urn:pulumi:dev::shop::parent:index:P$pkg:mod:Thing::a::b";

function createRequest(properties: PropertyMap = {}): InstanceType<typeof pb.CreateRequest> {
  return new pb.CreateRequest().setUrn(urn).setProperties(encodeProperties(properties));
}

test("the handshake accepts secrets and tells the directories", async () => {
  const seen: Handshake[] = [];
  await withEngine({ handshake: (handshake) => void seen.push(handshake) }, async ({ client }) => {
    const request = new pb.ProviderHandshakeRequest().setEngineAddress("127.0.0.1:1").setRootDirectory("/root-dir");
    const answer = await ask(client, "handshake", request);
    assert.equal(answer.getAcceptSecrets(), true);
    assert.equal(answer.getAcceptResources(), false);
  });
  assert.deepEqual(seen, [{ engineAddress: "127.0.0.1:1", rootDirectory: "/root-dir", programDirectory: undefined }]);
});

test("configure announces previews and secrets, and hands over the arguments", async () => {
  const seen: PropertyMap[] = [];
  await withEngine({ configure: async (args) => void seen.push(args) }, async ({ client }) => {
    const args = encodeProperties({ token: new Secret("t") });
    const answer = await ask(client, "configure", new pb.ConfigureRequest().setArgs(args));
    assert.equal(answer.getSupportspreview(), true);
    assert.equal(answer.getAcceptsecrets(), true);
  });
  assert.deepEqual(seen, [{ token: new Secret("t") }]);
});

test("the plugin's version is told", async () => {
  await withEngine({}, async ({ client }) => {
    assert.equal((await ask(client, "getPluginInfo", new emptyPb.Empty())).getVersion(), "1.2.3");
  });
});

test("check returns inputs and failures by property", async () => {
  const check = async (_call: Call, _olds: PropertyMap, news: PropertyMap) => ({
    inputs: { ...news, added: 1 },
    failures: [{ property: "a.b", reason: "too small" }],
  });
  await withEngine({ check }, async ({ client }) => {
    const answer = await ask(client, "check", new pb.CheckRequest().setUrn(urn).setNews(encodeProperties({ x: UNKNOWN })));
    assert.deepEqual(decodeProperties(answer.getInputs()), { x: UNKNOWN, added: 1 });
    assert.deepEqual(answer.toObject().failuresList, [{ property: "a.b", reason: "too small" }]);
  });
});

test("a diff carries its details, its replacements and the order", async () => {
  const diff = async () => ({
    changes: "some" as const,
    detailed: { "a.b[0]": { kind: "update" as const, inputDiff: true }, c: { kind: "add-replace" as const, inputDiff: false } },
    replaces: ["c"],
    deleteBeforeReplace: true,
  });
  await withEngine({ diff }, async ({ client }) => {
    const answer = await ask(client, "diff", new pb.DiffRequest().setUrn(urn).setId("1"));
    assert.equal(answer.getChanges(), pb.DiffResponse.DiffChanges.DIFF_SOME);
    assert.deepEqual(answer.getReplacesList(), ["c"]);
    assert.deepEqual(answer.getDiffsList(), ["a", "c"]);
    assert.equal(answer.getDeletebeforereplace(), true);
    assert.equal(answer.getHasdetaileddiff(), true);
    assert.equal(answer.getDetaileddiffMap().get("a.b[0]")?.getKind(), pb.PropertyDiff.Kind.UPDATE);
    assert.equal(answer.getDetaileddiffMap().get("a.b[0]")?.getInputdiff(), true);
    assert.equal(answer.getDetaileddiffMap().get("c")?.getKind(), pb.PropertyDiff.Kind.ADD_REPLACE);
  });
});

test("create sees the preview flag, its type and its name, and may ask to be read before updates", async () => {
  const calls: (readonly [Call, boolean])[] = [];
  const create = async (call: Call, inputs: PropertyMap, preview: boolean) => {
    calls.push([call, preview]);
    return { id: "7", outputs: { ...inputs, more: new Secret([1]) }, refreshBeforeUpdate: true };
  };
  await withEngine({ create }, async ({ client }) => {
    const answer = await ask(client, "create", createRequest({ a: 1 }).setPreview(true).setTimeout(3));
    assert.equal(answer.getId(), "7");
    assert.equal(answer.getRefreshBeforeUpdate(), true);
    assert.deepEqual(decodeProperties(answer.getProperties()), { a: 1, more: new Secret([1]) });
  });
  const [call, preview] = calls[0] ?? assert.fail("never called");
  assert.equal(preview, true);
  assert.deepEqual([call.urn, call.type, call.name, call.timeoutSeconds], [urn, "pkg:mod:Thing", "a::b", 3]);
});

test("without read the stored state is echoed, and gone is an empty id", async () => {
  const request = new pb.ReadRequest()
    .setUrn(urn)
    .setId("1")
    .setProperties(encodeProperties({ o: 1 }))
    .setInputs(encodeProperties({ i: 2 }));
  await withEngine({}, async ({ client }) => {
    const answer = await ask(client, "read", request);
    assert.deepEqual(
      [answer.getId(), decodeProperties(answer.getProperties()), decodeProperties(answer.getInputs())],
      ["1", { o: 1 }, { i: 2 }],
    );
  });
  await withEngine({ read: async () => "gone" }, async ({ client }) => {
    assert.equal((await ask(client, "read", request)).getId(), "");
  });
});

test("update gets the old outputs and the old inputs apart", async () => {
  const update = async (_call: Call, stored: { id: string; inputs: PropertyMap; outputs: PropertyMap }, news: PropertyMap) => ({
    outputs: { stored: { ...stored }, news },
  });
  await withEngine({ update }, async ({ client }) => {
    const request = new pb.UpdateRequest().setUrn(urn).setId("1");
    request
      .setOlds(encodeProperties({ o: 1 }))
      .setOldInputs(encodeProperties({ i: 2 }))
      .setNews(encodeProperties({ n: 3 }));
    const answer = await ask(client, "update", request);
    assert.deepEqual(decodeProperties(answer.getProperties()), {
      stored: { id: "1", inputs: { i: 2 }, outputs: { o: 1 } },
      news: { n: 3 },
    });
  });
});

test("a partial failure carries what exists", async () => {
  const create = async () => {
    throw new InitFailure("half", { written: true, pw: new Secret("s") }, ["no read back", "disk full"], {
      inputs: { a: 1 },
      refreshBeforeUpdate: true,
    });
  };
  await withEngine({ create }, async ({ client }) => {
    const error = await ask(client, "create", createRequest()).then(
      () => assert.fail("it was made"),
      (reason: grpc.ServiceError) => reason,
    );
    assert.equal(error.code, grpc.status.UNKNOWN);
    const [trailer] = error.metadata.get("grpc-status-details-bin");
    const [detail] = statusPb.Status.deserializeBinary(Uint8Array.from(Buffer.from(trailer ?? ""))).getDetailsList();
    assert.equal(detail?.getTypeName(), "pulumirpc.ErrorResourceInitFailed");
    const failure = pb.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
    assert.equal(failure.getId(), "half");
    assert.deepEqual(failure.getReasonsList(), ["no read back", "disk full"]);
    assert.deepEqual(decodeProperties(failure.getProperties()), { written: true, pw: new Secret("s") });
    assert.deepEqual(decodeProperties(failure.getInputs()), { a: 1 });
    assert.equal(failure.getRefreshBeforeUpdate(), true);
  });
});

test("a failure keeps its code, and an unexpected error is of unknown effect", async () => {
  for (const [thrown, code] of [
    [new PluginError("failed-precondition", "no"), grpc.status.FAILED_PRECONDITION],
    [new Error("no"), grpc.status.UNKNOWN],
  ] as const) {
    await withEngine({ create: () => Promise.reject(thrown) }, async ({ client }) => {
      await assert.rejects(ask(client, "create", createRequest()), { code, details: "no" });
    });
  }
});

test("cancel aborts what runs, refuses what comes later and may be sent again", async () => {
  let closed = 0;
  const create = (call: Call) => untilAborted(call.signal);
  const cancel = async () => void closed++;
  await withEngine({ create, cancel }, async ({ client }) => {
    const running = assert.rejects(ask(client, "create", createRequest()), {
      code: grpc.status.CANCELLED,
      details: "cancelled",
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await ask(client, "cancel", new emptyPb.Empty());
    await running;
    await assert.rejects(ask(client, "create", createRequest()), { code: grpc.status.CANCELLED });
    await ask(client, "cancel", new emptyPb.Empty());
    assert.equal(closed, 2);
  });
});

test("an aborted call that had changed something reports it", async () => {
  const create = async (call: Call) => {
    await untilAborted(call.signal).catch(() => undefined);
    throw new InitFailure("half", {}, ["stopped half-way"]);
  };
  await withEngine({ create }, async ({ client }) => {
    const running = assert.rejects(ask(client, "create", createRequest()), {
      code: grpc.status.UNKNOWN,
      details: "stopped half-way",
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await ask(client, "cancel", new emptyPb.Empty());
    await running;
  });
});

test("a call ends at its own time-out", async () => {
  await withEngine({ create: (call) => untilAborted(call.signal) }, async ({ client }) => {
    await assert.rejects(ask(client, "create", createRequest().setTimeout(0.05)), {
      code: grpc.status.DEADLINE_EXCEEDED,
      details: /0\.05 s.*customTimeouts/,
    });
  });
});

test("log lines arrive in order, with severity and resource, before the call ends", async () => {
  const create = async (call: Call) => {
    call.log("info", "one", { ephemeral: true });
    call.log("warning", "two");
    call.log("error", "three");
    call.log("debug", "four");
    return { id: "1", outputs: {} };
  };
  await withEngine({ create }, async ({ client, lines }) => {
    await ask(client, "create", createRequest());
    assert.deepEqual(
      lines.map((line) => [line.message, line.severity, line.ephemeral, line.urn]),
      [
        ["one", 1, true, urn],
        ["two", 2, false, urn],
        ["three", 3, false, urn],
        ["four", 0, false, urn],
      ],
    );
  });
});

test("functions answer, and a plugin without functions says so", async () => {
  await withEngine({ invoke: async (token, args) => ({ result: { token, args }, failures: [] }) }, async ({ client }) => {
    const answer = await ask(client, "invoke", new pb.InvokeRequest().setTok("pkg:f").setArgs(encodeProperties({ a: 1 })));
    assert.deepEqual(decodeProperties(answer.getReturn()), { token: "pkg:f", args: { a: 1 } });
  });
  await withEngine({}, async ({ client }) => {
    await assert.rejects(ask(client, "invoke", new pb.InvokeRequest().setTok("pkg:f")), { code: grpc.status.UNIMPLEMENTED });
  });
});

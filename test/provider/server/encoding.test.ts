import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { decodeProperties, encodeProperties } from "../../../provider/server/encoding.ts";
import { Archive, Asset, type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "../../../provider/server/types.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Through the bytes, as between two processes. */
function roundTrip(properties: PropertyMap): PropertyMap {
  return decodeProperties(structPb.Struct.deserializeBinary(encodeProperties(properties).serializeBinary()));
}

/** As the engine's own encoder writes it. */
function fromEngine(value: structPb.JavaScriptValue): PropertyValue | undefined {
  return decodeProperties(structPb.Struct.fromJavaScript({ value })).value;
}

const key = fc.string().filter((text) => text !== "__proto__" && text !== SIGNATURE);
const hash = fc.string({ minLength: 1 });
const text = fc.string({ minLength: 1 });
const asset = fc
  .tuple(
    hash,
    fc.oneof(
      fc.record({ path: text }, { noNullPrototype: true }),
      fc.record({ text: fc.string() }, { noNullPrototype: true }),
      fc.record({ uri: text }, { noNullPrototype: true }),
      fc.constant("elided" as const),
    ),
  )
  .map(([sum, content]) => new Asset(sum, content));
const archive = fc
  .tuple(
    hash,
    fc.oneof(
      fc.record({ path: text }, { noNullPrototype: true }),
      fc.record({ uri: text }, { noNullPrototype: true }),
      fc.dictionary(key, asset, { noNullPrototype: true }).map((assets) => ({ assets })),
      fc.constant("elided" as const),
    ),
  )
  .map(([sum, content]) => new Archive(sum, content));
const { value } = fc.letrec<{ value: PropertyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string({ unit: "grapheme" }),
    fc.constant(UNKNOWN),
    asset,
    archive,
    fc.array(tie("value")),
    fc.dictionary(key, tie("value"), { noNullPrototype: true }),
    tie("value").map((inner) => new Secret(inner)),
  ),
}));

test("every property value survives the wire", () => {
  fc.assert(
    fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (properties) => {
      assert.deepEqual(roundTrip(properties), properties);
    }),
  );
});

test("null is kept apart from absent", () => {
  assert.deepEqual(Object.keys(roundTrip({ a: null })), ["a"]);
  assert.equal(roundTrip({ a: null }).a, null);
});

test("every kind of unknown of the engine is understood", () => {
  const sentinels = [
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  ];
  for (const sentinel of sentinels) assert.deepEqual(fromEngine([{ deep: sentinel }]), [{ deep: UNKNOWN }]);
});

test("a secret is written with the engine's signature", () => {
  const written = encodeProperties({ a: [new Secret("pw")] }).toJavaScript();
  assert.deepEqual(written, { a: [{ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value: "pw" }] });
});

test("a secret around an unknown stays a secret around an unknown", () => {
  const secret = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
  assert.deepEqual(fromEngine(secret), new Secret(UNKNOWN));
});

test("an asset with only its hash is elided", () => {
  assert.deepEqual(fromEngine({ [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", hash: "abc" }), new Asset("abc", "elided"));
});

test("an asset with an empty text is not taken for an elided one", () => {
  const hash = createHash("sha256").update("").digest("hex");
  assert.deepEqual(fromEngine({ [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", hash }), new Asset(hash, { text: "" }));
});

test("a reference to a resource becomes its id", () => {
  assert.equal(fromEngine({ [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:x", id: "i-1" }), "i-1");
});

test("an output without a value is unknown, and secret where it says so", () => {
  const signature = { [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" };
  assert.equal(fromEngine(signature), UNKNOWN);
  assert.deepEqual(fromEngine({ ...signature, value: 1, secret: true }), new Secret(1));
});

test("a value of a kind that was never agreed to is refused", () => {
  assert.throws(() => fromEngine({ [SIGNATURE]: "803fd3297a5875dc03ca845dda5d2a98" }), {
    name: "PluginError",
    code: "invalid-argument",
  });
});

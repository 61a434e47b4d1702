import type {
  ListValue as WireList,
  Struct as WireStruct,
  Value as WireValue,
} from "google-protobuf/google/protobuf/struct_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import { Archive, Asset, PluginError, type PropertyMap, type PropertyValue, Secret, UNKNOWN } from "./types.ts";

const { ListValue, Struct, Value } = structPb;

/** Marks an object as something other than a plain map; the values below say what. From sdk/go/common/resource/sig. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** An unknown value travels as a string that says which kind it would have been (pkg/resource/plugin/rpc.go). */
const UNKNOWN_STRINGS: ReadonlySet<string> = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** The engine leaves an empty text out, so that such an asset looks elided. */
const EMPTY_TEXT_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Plain properties to the protobuf struct of the wire. */
export function encodeProperties(properties: PropertyMap): WireStruct {
  const struct = new Struct();
  const fields = struct.getFieldsMap();
  for (const [key, value] of Object.entries(properties)) fields.set(key, encodeValue(value));
  return struct;
}

/** The wire's struct to plain properties; an absent struct is an empty map. Throws `PluginError` on a kind we did not agree to. */
export function decodeProperties(struct: WireStruct | undefined): PropertyMap {
  const entries: [string, PropertyValue][] = [];
  struct?.getFieldsMap().forEach((value, key) => {
    entries.push([key, decodeValue(value)]);
  });
  return Object.fromEntries(entries);
}

function encodeValue(value: PropertyValue): WireValue {
  if (value === UNKNOWN) return new Value().setStringValue(UNKNOWN_STRING);
  switch (typeof value) {
    case "string":
      return new Value().setStringValue(value);
    case "number":
      return new Value().setNumberValue(value);
    case "boolean":
      return new Value().setBoolValue(value);
    case "object":
      return encodeObject(value);
    default:
      throw new TypeError(`a property cannot be of type ${typeof value}`);
  }
}

function encodeObject(value: Exclude<PropertyValue, boolean | number | string | typeof UNKNOWN>): WireValue {
  if (value === null) return new Value().setNullValue(0);
  if (isList(value)) return new Value().setListValue(new ListValue().setValuesList(value.map(encodeValue)));
  return new Value().setStructValue(encodeProperties(toMap(value)));
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: object): value is readonly PropertyValue[] {
  return Array.isArray(value);
}

function toMap(value: Secret | Asset | Archive | PropertyMap): PropertyMap {
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: value.value };
  if (value instanceof Asset) return { [SIGNATURE]: ASSET, hash: value.hash, ...contentOf(value) };
  if (value instanceof Archive) return { [SIGNATURE]: ARCHIVE, hash: value.hash, ...contentOf(value) };
  return value;
}

function contentOf(value: Asset | Archive): PropertyMap {
  return value.content === "elided" ? {} : value.content;
}

function decodeValue(value: WireValue): PropertyValue {
  const kind = Value.KindCase;
  switch (value.getKindCase()) {
    case kind.BOOL_VALUE:
      return value.getBoolValue();
    case kind.NUMBER_VALUE:
      return value.getNumberValue();
    case kind.STRING_VALUE:
      return UNKNOWN_STRINGS.has(value.getStringValue()) ? UNKNOWN : value.getStringValue();
    case kind.LIST_VALUE:
      return decodeList(value.getListValue());
    case kind.STRUCT_VALUE:
      return decodeMap(decodeProperties(value.getStructValue()));
    default:
      return null;
  }
}

function decodeList(list: WireList | undefined): readonly PropertyValue[] {
  return list?.getValuesList().map(decodeValue) ?? [];
}

function decodeMap(map: PropertyMap): PropertyValue {
  switch (map[SIGNATURE]) {
    case undefined:
      return map;
    case SECRET:
      return new Secret(map.value ?? null);
    case ASSET:
      return new Asset(text(map.hash) ?? "", assetContent(map));
    case ARCHIVE:
      return new Archive(text(map.hash) ?? "", archiveContent(map));
    case RESOURCE:
      return text(map.id) ?? (map.id === UNKNOWN ? UNKNOWN : (text(map.urn) ?? null));
    case OUTPUT:
      return decodeOutput(map);
    default:
      throw new PluginError("invalid-argument", `a property of an unknown kind was sent (signature ${String(map[SIGNATURE])})`);
  }
}

function decodeOutput(map: PropertyMap): PropertyValue {
  const value = map.value ?? UNKNOWN;
  return map.secret === true ? new Secret(value) : value;
}

/** A field that is empty is as good as absent: the engine sends empty strings for the kinds not in use. */
function text(value: PropertyValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function assetContent(map: PropertyMap): Asset["content"] {
  const path = text(map.path);
  if (path !== undefined) return { path };
  const uri = text(map.uri);
  if (uri !== undefined) return { uri };
  if (typeof map.text === "string") return { text: map.text };
  return map.hash === EMPTY_TEXT_HASH ? { text: "" } : "elided";
}

function archiveContent(map: PropertyMap): Archive["content"] {
  const path = text(map.path);
  if (path !== undefined) return { path };
  const uri = text(map.uri);
  if (uri !== undefined) return { uri };
  const assets = map.assets;
  if (typeof assets !== "object" || assets === null) return "elided";
  return {
    assets: Object.fromEntries(
      Object.entries(assets).filter(
        (entry): entry is [string, Asset | Archive] => entry[1] instanceof Asset || entry[1] instanceof Archive,
      ),
    ),
  };
}

import { type PropertyMap, type PropertyValue, Secret } from "./server/index.ts";
import { isList, isMap } from "./values.ts";

/** Fields that hold the secret parts of a property that is secret as a whole, such as a connection: its address may be shown. */
const SENSITIVE = /password|passphrase|privateKey$|secret|token/i;
/** Shorter texts are part of too many ordinary words. */
const SHORTEST = 3;
/** Lines of a key that are worth finding one by one. */
const SHORTEST_LINE = 16;

/**
 * A function that takes every secret text of the inputs out of a message.
 * @param wholly properties that a handler declares secret as a whole; of these, only the fields named like secrets count.
 */
export function scrubber(inputs: readonly PropertyMap[], wholly: readonly string[]): (message: string) => string {
  const texts = inputs.flatMap((map) =>
    Object.entries(map).flatMap(([key, value]) => (wholly.includes(key) ? sensitiveTexts(value, key) : secretTexts(value))),
  );
  const secrets = [...new Set(texts.flatMap(withLines))].filter((text) => text.length >= SHORTEST);
  secrets.sort((a, b) => b.length - a.length);
  return (message) => secrets.reduce((clean, secret) => clean.replaceAll(secret, "[secret]"), message);
}

function withLines(text: string): readonly string[] {
  return [text, ...text.split("\n").filter((line) => line.length >= SHORTEST_LINE)];
}

/** Every text inside a secret mark. */
function secretTexts(value: PropertyValue): readonly string[] {
  if (value instanceof Secret) return allTexts(value.value);
  return children(value).flatMap(([, inner]) => secretTexts(inner));
}

function sensitiveTexts(value: PropertyValue, key: string): readonly string[] {
  if (value instanceof Secret) return sensitiveTexts(value.value, key);
  if (typeof value === "string") return SENSITIVE.test(key) ? [value] : [];
  return children(value).flatMap(([name, inner]) => sensitiveTexts(inner, name === "" ? key : name));
}

function allTexts(value: PropertyValue): readonly string[] {
  if (value instanceof Secret) return allTexts(value.value);
  if (typeof value === "string") return [value];
  return children(value).flatMap(([, inner]) => allTexts(inner));
}

/** Members with their names; those of a list have none. */
function children(value: PropertyValue): readonly (readonly [string, PropertyValue])[] {
  if (isList(value)) return value.map((item) => ["", item] as const);
  return isMap(value) ? Object.entries(value) : [];
}

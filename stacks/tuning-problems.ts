import { z } from "zod";
import { includedBy, type ProfileTable } from "../kernel-tuning/index.ts";
import type { Problem } from "./problems.ts";
import { didYouMean } from "./suggest.ts";
import { unknownName } from "./unknown-name.ts";
import type { Vocabulary } from "./vocabulary.ts";

const word = z.string().optional().catch(undefined);
const knobs = z.record(z.string(), z.union([z.null(), z.unknown().transform(() => "")])).catch({});
const profileView = z
  .object({
    includes: z
      .union([z.string(), z.array(z.string().catch(""))])
      .optional()
      .catch(undefined),
    knobs,
  })
  .catch({ includes: undefined, knobs: {} });
const tuningView = z.union([
  z.string().transform((profile) => ({ profile, knobs: {} })),
  z.object({ profile: word, knobs }).catch({ profile: undefined, knobs: {} }),
]);
const view = z
  .object({
    hosts: z.record(z.string(), z.object({ tuning: z.unknown().optional() }).catch({})).catch({}),
    profiles: z.record(z.string(), profileView).catch({}),
  })
  .catch({ hosts: {}, profiles: {} });
type OwnProfiles = z.output<typeof view>["profiles"];

/** Wrong names among profiles, what they include, and their knobs. */
export function tuningProblems(raw: unknown, vocabulary: Vocabulary): Problem[] {
  const { hosts, profiles } = view.parse(raw);
  const table = { ...profiles, ...vocabulary.profiles };
  return [
    ...Object.entries(profiles).flatMap(([name, profile]) => profileProblems(name, profile, table, vocabulary)),
    ...Object.entries(hosts).flatMap(([name, { tuning }]) =>
      tuning === undefined ? [] : hostProblems(tuning, ["hosts", name, "tuning"], table, vocabulary),
    ),
  ];
}

function profileProblems(
  name: string,
  { includes, knobs: wishes }: OwnProfiles[string],
  table: ProfileTable,
  vocabulary: Vocabulary,
): Problem[] {
  const path = ["profiles", name];
  if (Object.hasOwn(vocabulary.profiles, name))
    return [{ path, at: "key", message: "is a profile of distrobench: give yours another name, and let it include that one" }];
  const names = includedBy({ includes });
  const at = (index: number) => [...path, "includes", ...(typeof includes === "string" ? [] : [index])];
  const circles = names.flatMap((one, index): Problem[] =>
    reaches(one, name, table) ? [{ path: at(index), at: "value", message: `${name} would include itself` }] : [],
  );
  return [
    ...names.flatMap((one, index) => unknownName("profile", one, Object.keys(table), at(index))),
    ...circles,
    ...knobProblems(wishes, names, [...path, "knobs"], table, vocabulary),
  ];
}

function hostProblems(tuning: unknown, path: readonly string[], table: ProfileTable, vocabulary: Vocabulary): Problem[] {
  const { profile = "stock", knobs: wishes } = tuningView.parse(tuning);
  const at = typeof tuning === "string" ? path : [...path, "profile"];
  return [
    ...unknownName("profile", profile, Object.keys(table), at),
    ...knobProblems(wishes, [profile], [...path, "knobs"], table, vocabulary),
  ];
}

function knobProblems(
  wishes: OwnProfiles[string]["knobs"],
  included: readonly string[],
  path: readonly string[],
  table: ProfileTable,
  vocabulary: Vocabulary,
): Problem[] {
  const inherited = [...new Set(included.flatMap((name) => knobNames(name, table)))];
  // Of a profile that is unknown nobody can say what it sets.
  const complete = included.every((name) => Object.hasOwn(table, name));
  return Object.entries(wishes).flatMap(([knob, value]): Problem[] => {
    const wrong =
      value === null && complete && !inherited.includes(knob) ? nothingToTakeOut(knob, included, inherited) : undefined;
    const message = vocabulary.knobProblem(knob) ?? wrong;
    return message === undefined ? [] : [{ path: [...path, knob], at: "key", message }];
  });
}

function nothingToTakeOut(knob: string, included: readonly string[], inherited: readonly string[]): string {
  const who = included.join(" and ");
  const where = included.length === 0 ? "nothing is included" : `${who} ${included.length === 1 ? "does" : "do"} not set it`;
  return `null takes a knob out, but ${where}${didYouMean(knob, inherited)}`;
}

/** Names of knobs that a profile sets with all that it includes, as far as they can be understood. */
function knobNames(name: string, table: ProfileTable, seen: readonly string[] = []): string[] {
  const profile = Object.hasOwn(table, name) ? table[name] : undefined;
  if (profile === undefined || seen.includes(name)) return [];
  const names = new Set(includedBy(profile).flatMap((one) => knobNames(one, table, [...seen, name])));
  for (const [knob, value] of Object.entries(profile.knobs))
    if (value === null) names.delete(knob);
    else names.add(knob);
  return [...names];
}

/** Whether one profile is another or includes it, by whatever way. */
function reaches(from: string, to: string, table: ProfileTable, seen: readonly string[] = []): boolean {
  if (from === to) return true;
  const profile = Object.hasOwn(table, from) ? table[from] : undefined;
  if (profile === undefined || seen.includes(from)) return false;
  return includedBy(profile).some((one) => reaches(one, to, table, [...seen, from]));
}

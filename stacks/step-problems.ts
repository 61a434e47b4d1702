import { z } from "zod";
import { fileMayCutLink } from "../hosts/index.ts";
import type { Problem } from "./problems.ts";

const word = z.string().catch("");
const step = z.object({
  name: word,
  undo: z.unknown(),
  update: z.unknown(),
  mayCutLink: z.literal(true).optional().catch(undefined),
  confirmSeconds: z.unknown(),
});
const steps = z.array(step.partial().catch({})).catch([]);
const files = z
  .array(
    z
      .object({ target: word, source: z.string().optional().catch(undefined), content: z.unknown() })
      .partial()
      .catch({}),
  )
  .catch([]);
const own = z.object({ setup: steps, files }).catch({ setup: [], files: [] });
type Own = z.output<typeof own>;

const hostView = z
  .object({
    distribution: word,
    local: z.unknown().optional(),
    ssh: z
      .object({ bastions: z.array(z.unknown()).catch([]) })
      .optional()
      .catch(undefined),
  })
  .catch({ distribution: "" });

const view = z
  .object({
    hosts: z.record(z.string(), z.unknown()).catch({}),
    distributions: z.record(z.string(), z.unknown()).catch({}),
  })
  .catch({ hosts: {}, distributions: {} });

/** Wrong names and files among a matrix's own steps; `fileProblem` says what is wrong with a source. */
export function stepProblems(raw: unknown, fileProblem: (source: string) => string | undefined): Problem[] {
  const matrix = view.parse(raw);
  const shared = Object.entries(matrix.distributions).map(([name, value]) => [name, own.parse(value)] as const);
  return [
    ...shared.flatMap(([name, found]) => [
      ...ownProblems(found, emptyOwn, ["distributions", name], fileProblem),
      ...linkProblems(found, ["distributions", name]),
    ]),
    ...Object.entries(matrix.hosts).flatMap(([name, value]) => {
      const { distribution, local, ssh } = hostView.parse(value);
      const inherited = new Map(shared).get(distribution) ?? emptyOwn;
      const found = own.parse(value);
      const path = ["hosts", name];
      const tooFar = (ssh?.bastions.length ?? 0) > 1 && found.setup.length + inherited.setup.length > 0;
      return [
        ...ownProblems(found, inherited, path, fileProblem),
        ...(local === undefined ? linkProblems(found, path) : []),
        ...(tooFar ? [{ path: [...path, "ssh", "bastions"], at: "key" as const, message: TOO_FAR }] : []),
      ];
    }),
  ];
}

const TOO_FAR = "the command plugin, which runs the setup steps, knows one machine on the way only";
const emptyOwn: Own = { setup: [], files: [] };

function ownProblems(
  found: Own,
  inherited: Own,
  path: readonly string[],
  fileProblem: (source: string) => string | undefined,
): Problem[] {
  const names = found.setup.map(({ name = "" }) => name);
  const targets = found.files.map(({ target }) => target ?? "");
  const place = path[0] === "hosts" ? " on this host" : "";
  return [
    ...repeated(
      names,
      inherited.setup.map(({ name = "" }) => name),
      (index) => [...path, "setup", index, "name"],
      `a step${place}`,
    ),
    ...repeated(
      targets,
      inherited.files.map(({ target }) => target ?? ""),
      (index) => [...path, "files", index, "target"],
      `a file${place}`,
    ),
    ...found.setup.flatMap((one, index) => guardProblems(one, [...path, "setup", index])),
    ...found.files.flatMap((file, index) => sourceProblems(file, [...path, "files", index], fileProblem)),
  ];
}

function repeated(
  words: readonly string[],
  before: readonly string[],
  at: (index: number) => Problem["path"],
  what: string,
): Problem[] {
  return words.flatMap((word, index) =>
    word !== "" && (before.includes(word) || words.indexOf(word) < index)
      ? [{ path: at(index), at: "value" as const, message: `${word} is named twice: ${what} with that name comes before it` }]
      : [],
  );
}

/** What the host takes back by itself it must know how to, and as a whole. */
function guardProblems(step: Own["setup"][number], path: Problem["path"]): Problem[] {
  const { undo, update, mayCutLink, confirmSeconds } = step;
  const found = {
    mayCutLink: mayCutLink === true && undo === undefined && "needs an undo, which the host runs when nobody can log in anew",
    update: mayCutLink === true && update !== undefined && "a step with mayCutLink takes none: it is undone and run again",
    confirmSeconds: confirmSeconds !== undefined && mayCutLink !== true && "is for a step with mayCutLink: true",
  };
  return Object.entries(found).flatMap(([key, message]) =>
    message === false ? [] : [{ path: [...path, key], at: "key" as const, message }],
  );
}

/** A file has no guard of its own; a machine that distrobench runs on has no link. */
function linkProblems({ files: all }: Own, path: readonly string[]): Problem[] {
  return all.flatMap(({ target = "" }, index) =>
    fileMayCutLink(target) ? [{ path: [...path, "files", index, "target"], at: "value" as const, message: NO_GUARD }] : [],
  );
}

const NO_GUARD =
  "may keep everybody from logging in, and files have no guard: put it there in a step of setup with mayCutLink: true, whose undo puts the earlier one back";

function sourceProblems(
  { source, content }: Own["files"][number],
  path: Problem["path"],
  fileProblem: (source: string) => string | undefined,
): Problem[] {
  if ((source === undefined) === (content === undefined))
    return [{ path, at: "value", message: "expected exactly one of source and content" }];
  const message = source === undefined ? undefined : fileProblem(source);
  return message === undefined ? [] : [{ path: [...path, "source"], at: "value", message }];
}

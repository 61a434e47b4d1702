/**
 * Images that the FROM lines of a Dockerfile name, except `scratch` and earlier stages. `ARG`s before the first FROM are filled in;
 * names that still hold a variable are left out.
 */
export function fromImages(dockerfile: string, given: Readonly<Record<string, string>>): readonly string[] {
  const lines = logicalLines(dockerfile);
  const first = lines.findIndex((line) => /^FROM\s/i.test(line));
  const values = argumentValues(lines.slice(0, Math.max(first, 0)), given);
  const bases = lines.flatMap((line) => {
    const [, base, stage = ""] = /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    return base === undefined ? [] : [{ image: filledIn(base, values), stage: stage.toLowerCase() }];
  });
  const images = bases
    .filter(({ image }, index) => !bases.slice(0, index).some(({ stage }) => stage === image.toLowerCase()))
    .map(({ image }) => image);
  return [...new Set(images)].filter((image) => image !== "" && image !== "scratch" && !image.includes("$"));
}

function argumentValues(lines: readonly string[], given: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const [, name, fallback = ""] = /^ARG\s+(\w+)(?:=(\S*))?/i.exec(line) ?? [];
      return name === undefined ? [] : [[name, given[name] ?? fallback.replaceAll(/^["']|["']$/g, "")] as const];
    }),
  );
}

function logicalLines(dockerfile: string): readonly string[] {
  return dockerfile
    .replaceAll(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => !line.startsWith("#"));
}

function filledIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (whole, braced, fallback, bare) => {
    const value = values.get(braced ?? bare);
    return value === undefined || value === "" ? (fallback ?? whole) : value;
  });
}

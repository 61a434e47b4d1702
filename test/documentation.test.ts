import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "node:test";

const root = join(import.meta.dirname, "..");
const inDocs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"));
const pages = ["README.md", "CONTRIBUTING.md", ...inDocs.map((file) => `docs/${file}`)];
const textOf = (page: string) => readFileSync(join(root, page), "utf8");

/** Names by which GitHub links to the headings of a page. */
function anchors(page: string): string[] {
  const headings = [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading ?? "");
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\d\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function brokenLinks(page: string): string[] {
  const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
  return links.flatMap(([link, file = "", anchor]) => {
    const target = file === "" ? page : relative(root, join(root, dirname(page), file));
    const there = existsSync(join(root, target)) && (anchor === undefined || anchors(target).includes(anchor));
    return there ? [] : [link];
  });
}

/** Whether there is such a file or folder; a part with `<name>` stands for any. */
function isThere(path: string, folder = root): boolean {
  const [first = "", ...rest] = path.split("/").filter((part) => part !== "");
  if (first === "") return true;
  if (!existsSync(folder)) return false;
  const pattern = new RegExp(`^${first.replaceAll(".", "\\.").replace(/<\w+>/, "[^.]+")}$`);
  return readdirSync(folder).some((name) => pattern.test(name) && isThere(rest.join("/"), join(folder, name)));
}

/** Paths that the parts `## Add ...` of a page name. */
function pathsToTouch(page: string): string[] {
  const parts = textOf(page)
    .split(/^## /m)
    .filter((part) => part.startsWith("Add "));
  const words = parts.flatMap((part) => [...part.matchAll(/`([\w<>.-]+\/[\w<>./-]*)`/g)]);
  return words.map(([, word]) => word ?? "");
}

/** Pages to which links lead, step by step, from one page. */
function reachable(start: string): ReadonlySet<string> {
  const found = new Set([start]);
  for (const page of found)
    for (const [, file = ""] of textOf(page).matchAll(/\]\((?!https?:)([^)#\s]+\.md)(?:#[^)\s]+)?\)/g))
      found.add(relative(root, join(root, dirname(page), file)));
  return found;
}

describe("the documentation", () => {
  it("has no page that nobody finds from the README", () => {
    const found = reachable("README.md");
    assert.deepEqual(
      pages.filter((page) => !found.has(page)),
      [],
    );
  });

  for (const page of pages) it(`has no broken link in ${page}`, () => assert.deepEqual(brokenLinks(page), []));

  for (const page of ["CONTRIBUTING.md", "docs/tuning.md"])
    it(`names only files that are there where ${page} says how to add something`, () => {
      const paths = pathsToTouch(page);
      assert.ok(paths.length > 5, paths.join(" "));
      assert.deepEqual(
        paths.filter((path) => !isThere(path)),
        [],
      );
    });
});

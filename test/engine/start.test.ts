import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";

const project = join(import.meta.dirname, "..", "..");
const base = realpathSync(mkdtempSync(join(tmpdir(), "distrobench-start-")));
after(() => rmSync(base, { recursive: true, force: true }));

const OTHER_PROGRAMS = ["provider/main.ts", "engine/language-nodejs/main.ts", "engine/plugins/command/main.ts"];
/** Where the bundle of a checkout is, below it. */
const cacheOf = (root: string) =>
  join("node_modules/.cache/distrobench", createHash("sha256").update(root).digest("hex").slice(0, 12));
let checkouts = 0;

/** A checkout with the starter of this one and small programs. */
function checkout(): string {
  checkouts += 1;
  const root = join(base, String(checkouts));
  cpSync(join(project, "engine", "start"), join(root, "engine", "start"), { recursive: true });
  for (const name of ["esbuild", "tsx"]) {
    mkdirSync(join(root, "node_modules"), { recursive: true });
    symlinkSync(join(project, "node_modules", name), join(root, "node_modules", name));
  }
  for (const program of [...OTHER_PROGRAMS, "engine/plugins/docker/main.ts"]) write(root, program, "export {};");
  write(root, "package.json", JSON.stringify({ type: "module" }));
  write(root, "cli/greeting.ts", 'export const greeting: string = "hello";');
  write(root, "cli/main.ts", 'import { greeting } from "./greeting.ts";\nconsole.log(greeting, ...process.argv.slice(2));');
  write(root, "index.ts", "export const folder = import.meta.dirname, own = import.meta.url;");
  return root;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${text}\n`);
}

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function node(root: string, ...args: string[]): Promise<Ended> {
  return await run({ cwd: root }, ...args);
}

async function run(options: { readonly cwd: string; readonly uid?: number }, ...args: string[]): Promise<Ended> {
  return await new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out: out.trim(), err }),
    );
  });
}

const start = async (root: string, ...args: string[]) => await node(root, "engine/start/run.mjs", "cli/main.ts", ...args);

describe("a program of ours is started from its bundle", () => {
  it("with its arguments, and makes the bundle when there is none", async () => {
    assert.deepEqual(await start(checkout(), "a b", "--c"), { code: 0, out: "hello a b --c", err: "" });
  });

  it("which is made again when any of its sources changed", async () => {
    const root = checkout();
    await start(root);
    write(root, "cli/greeting.ts", 'export const greeting: string = "good day";');
    assert.equal((await start(root)).out, "good day");
  });

  it("and is not made again when nothing changed", async () => {
    const root = checkout();
    await start(root);
    write(root, `${cacheOf(root)}/cli/main.mjs`, 'console.log("from the bundle");');
    assert.equal((await start(root)).out, "from the bundle");
  });

  it("also after the checkout was moved, where its files are then looked for", async () => {
    const root = checkout();
    write(root, "cli/main.ts", "console.log(import.meta.dirname);");
    assert.equal((await start(root)).out, join(root, "cli"));
    renameSync(root, `${root}-moved`);
    assert.equal((await start(`${root}-moved`)).out, join(`${root}-moved`, "cli"));
  });

  it("by many at once", async () => {
    const root = checkout();
    const ends = await Promise.all(Array.from({ length: 6 }, async () => await start(root)));
    assert.deepEqual(new Set(ends.map(({ code, out, err }) => `${code} ${out} ${err}`)), new Set(["0 hello "]));
    const drafts = readdirSync(join(root, cacheOf(root)), { recursive: true, encoding: "utf8" });
    assert.deepEqual(
      drafts.filter((name) => !/\.(mjs|map|json)$/.test(name) && name.includes(".")),
      [],
    );
  });

  it("or says which line of a source can't be read, and starts again once that is mended", async () => {
    const root = checkout();
    write(root, "cli/greeting.ts", "export const greeting = ;");
    const broken = await start(root);
    assert.equal(broken.code, 1);
    assert.match(broken.err, /cli\/greeting\.ts:1:24/);
    write(root, "cli/greeting.ts", 'export const greeting = "mended";');
    assert.equal((await start(root)).out, "mended");
  });

  it("or says how to get the packages that are missing", async () => {
    const root = checkout();
    rmSync(join(root, "node_modules"), { recursive: true });
    mkdirSync(join(root, "node_modules"));
    const { code, err } = await start(root);
    assert.equal(code, 1);
    assert.match(err, /node_modules is incomplete; run: npm ci --prefix/);
  });

  it("and from its sources by somebody who may not write here", {
    skip: process.getuid?.() === 0 ? false : "needs root",
  }, async () => {
    const root = checkout();
    chmodSync(base, 0o755);
    const nobody = { cwd: root, uid: 65_534 };
    const words = ["engine/start/run.mjs", "cli/main.ts", "there"];
    assert.deepEqual(await run(nobody, ...words), { code: 0, out: "hello there", err: "" });
    assert.equal(existsSync(join(root, cacheOf(root))), false);
    await start(root);
    write(root, `${cacheOf(root)}/cli/main.mjs`, 'console.log("from the bundle");');
    assert.equal((await run(nobody, ...words)).out, "from the bundle");
  });

  it("and so is the program that Pulumi runs: index.ts as it is named, from its bundle", async () => {
    const root = checkout();
    const script = `import(${JSON.stringify(`file://${root}/index.ts`)}).then(({ folder, own }) => console.log(folder, own))`;
    const { out } = await node(root, "--import=./engine/start/program.mjs", "-e", script);
    assert.equal(out, `${root} file://${root}/${cacheOf(root)}/index.mjs`);
  });
});

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
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
const SDK = "node_modules/@pulumi/pulumi/index.js";
let checkouts = 0;

/** In the place of the SDK's own: says what it was started with, and what the program says. */
const RUNNER = `
const sdk = require("../../index.js");
const [word, program] = process.argv.slice(-2);
(0, eval)("url => import(url)")("file://" + program).then((own) => console.log(word, own.folder, own.from, own.sdk === sdk));`;

/** A checkout with the starter of this one, small programs, and an SDK that is as small. */
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
  write(root, "node_modules/@pulumi/pulumi/package.json", "{}");
  write(root, SDK, "exports.version = 1;");
  write(root, "node_modules/@pulumi/pulumi/cmd/run/index.js", RUNNER);
  write(
    root,
    "index.ts",
    'import sdk from "@pulumi/pulumi";\nexport { sdk };\nexport const folder = import.meta.dirname, from = "index.ts";',
  );
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

  it("and so is the program that Pulumi runs, with one SDK for it and its runner", async () => {
    const root = checkout();
    const words = ["/anywhere/cmd/run", "--dry-run", "index.ts"];
    for (const entry of ["index.ts", "./index.ts", join(root, "index.ts")]) {
      const { out, err } = await node(root, "engine/start/program.mjs", ...words.slice(0, 2), entry);
      assert.deepEqual({ out, err }, { out: `--dry-run ${root} index.ts true`, err: "" });
    }
    write(root, `${cacheOf(root)}/index.mjs`, 'export const folder = "none", from = "the bundle";');
    assert.equal((await node(root, "engine/start/program.mjs", ...words)).out, "--dry-run none the bundle false");
  });

  it("and waits for a debugger where Pulumi was told to let one attach", async () => {
    const root = checkout();
    const words = ["engine/start/program.mjs", "--inspect-brk=0", "/anywhere/cmd/run", "--dry-run", "index.ts"];
    const child = spawn(process.execPath, words, { cwd: root, stdio: ["ignore", "inherit", "pipe"] });
    const [said] = await once(child.stderr, "data");
    child.kill("SIGKILL");
    assert.match(String(said), /^Debugger listening on ws:/);
  });

  it("and that program, too, from its source by somebody who may not write here", {
    skip: process.getuid?.() === 0 ? false : "needs root",
  }, async () => {
    const root = checkout();
    chmodSync(base, 0o755);
    const words = ["engine/start/program.mjs", "/anywhere/cmd/run", "--dry-run", "index.ts"];
    const { out, err } = await run({ cwd: root, uid: 65_534 }, ...words);
    assert.deepEqual({ out, err }, { out: `--dry-run ${root} index.ts true`, err: "" });
    assert.equal(existsSync(join(root, cacheOf(root))), false);
  });
});

describe("a package in a bundle", () => {
  /** What cli/main.ts prints that prints `value` of a package of these files. */
  async function printed(root: string, files: Readonly<Record<string, string>>): Promise<Ended> {
    const all = { "thing/package.json": "{}", ...files };
    for (const [path, text] of Object.entries(all)) write(root, `node_modules/${path}`, text);
    write(root, "cli/main.ts", 'import { value } from "thing";\nconsole.log(value);');
    return await start(root);
  }

  it("finds the files that lie beside it, whichever kind of module it is", async () => {
    const root = checkout();
    const own = join(root, "node_modules", "thing");
    const common = await printed(root, { "thing/index.js": "exports.value = [__dirname, __filename].join();" });
    assert.equal(common.out, `${own},${join(own, "index.js")}`);
    const modern = await printed(root, {
      "thing/package.json": '{ "type": "module" }',
      "thing/index.js": "export const value = import.meta.url;",
    });
    assert.equal(modern.out, `file://${join(own, "index.js")}`);
  });

  it("may have variables with the names that are put there for others", async () => {
    const { out } = await printed(checkout(), {
      "thing/package.json": '{ "type": "module" }',
      "thing/index.js": 'const __dirname = "mine";\nexport const value = __dirname;',
    });
    assert.equal(out, "mine");
  });

  it("goes on without a compiled part that is not there, as it does outside of one", async () => {
    const { out } = await printed(checkout(), {
      "thing/index.js": 'try { require("./build/fast.node"); } catch ({ code }) { exports.value = code; }',
    });
    assert.equal(out, "MODULE_NOT_FOUND");
  });

  it("is taken anew after npm has installed others", async () => {
    const root = checkout();
    assert.equal((await printed(root, { "thing/index.js": "exports.value = 1;" })).out, "1");
    write(root, "node_modules/thing/index.js", "exports.value = 2;");
    write(root, "node_modules/.package-lock.json", "{}");
    assert.equal((await start(root)).out, "2");
  });

  describe("of what Pulumi's SDK seldom needs, and is slow to load, is loaded when something of it is asked for:", () => {
    const PRINT = 'import sdk from "@pulumi/pulumi";\nif (process.argv.length > 2) console.log(String(sdk[process.argv[2]]()));';

    /** A checkout whose SDK is this text, beside packages of these files. */
    function withSdk(sdk: string, files: Readonly<Record<string, string>>): string {
      const root = checkout();
      for (const [path, text] of Object.entries(files)) write(root, `node_modules/${path}`, text);
      write(root, SDK, sdk);
      write(root, "cli/main.ts", PRINT);
      return root;
    }

    it("its compiler", async () => {
      const root = withSdk('const shim = require("./typescript-shim");\nexports.version = () => shim.version;', {
        "@pulumi/pulumi/typescript-shim.js": 'console.log("loaded");\nexports.version = "5";',
      });
      assert.equal((await start(root)).out, "");
      assert.equal((await start(root, "version")).out, "loaded\n5");
    });

    it("npm's reader of package trees, which is a class", async () => {
      const star = "(module) => (module.__esModule ? module : { ...module, default: module })";
      const sdk = `const arborist = (${star})(require("@npmcli/arborist"));
        exports.tree = () => new arborist.Tree() instanceof arborist.default && arborist.default.tag;`;
      const root = withSdk(sdk, {
        "@npmcli/arborist/package.json": "{}",
        "@npmcli/arborist/index.js":
          'console.log("loaded");\nmodule.exports = class Tree {};\nmodule.exports.Tree = module.exports;\nmodule.exports.tag = "a tree";',
      });
      assert.equal((await start(root)).out, "");
      assert.equal((await start(root, "tree")).out, "loaded\na tree");
    });

    it("the debugger, for which a start does not wait", async () => {
      const sdk = `const hooks = require("./runtime/v8Hooks");
        hooks.isInitializedAsync().then(() => console.log("started"));
        exports.session = () => hooks.session();`;
      const root = withSdk(sdk, {
        "@pulumi/pulumi/runtime/v8Hooks.js":
          'console.log("loaded");\nexports.isInitializedAsync = async () => {};\nexports.session = () => "a session";',
      });
      assert.equal((await start(root)).out, "started");
      assert.equal((await start(root, "session")).out, "loaded\na session\nstarted");
    });

    it("and what is not installed is missed only then", async () => {
      const sdk = 'exports.compiler = () => { try { return require("typescript"); } catch ({ code }) { return code; } };';
      const root = withSdk(sdk, {});
      assert.deepEqual(await start(root), { code: 0, out: "", err: "" });
      assert.equal((await start(root, "compiler")).out, "MODULE_NOT_FOUND");
    });
  });
});

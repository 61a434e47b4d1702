// @ts-check
// How npm packages go into a bundle.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** Stay files of their own: they start programs that lie beside them. */
export const EXTERNAL = ["esbuild", "playwright-core"];

/** For what CommonJS packages ask for by `require` at run time. */
export const REQUIRE =
  'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';

/**
 * What Pulumi's SDK loads at every start and this program never uses: a compiler, npm's reader of package trees and a debugger's view of
 * this process, with which it writes functions down as text (for dynamic providers), and what sends traces. They take longer than all the
 * rest of it together, so each is loaded when something of it is asked for.
 */
const LATE = /(^|\/)typescript-shim$|^typescript$|\/v8Hooks$|^@npmcli\/arborist$|^@opentelemetry\//;

/** Is loaded by everybody and does nothing until a tracer is there. */
const NOT_LATE = "@opentelemetry/api";

/** What is answered without loading: the debugger's view need not be there before a function is written down. */
const AT_ONCE = "__esModule: true, isInitializedAsync: async () => {}";

/** @type {import("esbuild").Plugin} */
export const packages = {
  name: "packages",
  setup(build) {
    build.onResolve({ filter: LATE }, async ({ path, resolveDir, kind, pluginData }) => {
      if (path === NOT_LATE || pluginData === LATE) return undefined;
      const found = await build.resolve(path, { resolveDir, kind, pluginData: LATE });
      // One that is not installed is missed at run time, as it is outside of a bundle.
      return found.errors.length > 0 ? { path, external: true } : { path: found.path, namespace: "late" };
    });
    build.onResolve({ filter: /^/, namespace: "late" }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /^/, namespace: "late" }, ({ path }) => ({ contents: late(path) }));
    build.onResolve({ filter: /\.node$/ }, ({ path, resolveDir }) => ({ path: resolve(resolveDir, path), external: true }));
    build.onLoad({ filter: /\/source-map-support\/register\.js$/ }, () => ({ contents: "" }));
    build.onLoad({ filter: /\/node_modules\/.*\.[cm]?js$/ }, ({ path }) => ({
      contents: inPlace(readFileSync(path, "utf8"), path),
    }));
  },
};

/**
 * A CommonJS module in the place of another. `__esModule` keeps those who import it from copying what it has, which would load it.
 * @param {string} path
 */
function late(path) {
  return `module.exports = new Proxy({ ${AT_ONCE} }, {
    get(now, name) {
      if (Object.hasOwn(now, name)) return now[name];
      const real = require(${JSON.stringify(path)});
      return name === "default" && !real.__esModule ? real : real[name];
    },
  });`;
}

/**
 * A module that finds its own files where it lay before it went into a bundle.
 * @param {string} text
 * @param {string} path
 */
export function inPlace(text, path) {
  const itself = text
    .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)))
    .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href));
  return variable("__dirname", dirname(path), text) + variable("__filename", path, text) + itself;
}

/**
 * On the first line, so that line numbers stay.
 * @param {string} name
 * @param {string} value
 * @param {string} text
 */
function variable(name, value, text) {
  const used = text.includes(name) && !text.startsWith("#!") && !new RegExp(`(const|let|var|function) +${name}\\b`).test(text);
  return used ? `var ${name} = ${JSON.stringify(value)};` : "";
}

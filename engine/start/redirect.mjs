// @ts-check
// A hook for Node.js that has one module loaded in place of another.

/** @type {{ readonly from: string, readonly to: string } | undefined} */
let redirection;

/** @type {import("node:module").InitializeHook<{ readonly from: string, readonly to: string }>} */
export function initialize(data) {
  redirection = data;
}

/** @type {import("node:module").ResolveHook} */
export async function resolve(specifier, context, next) {
  return specifier === redirection?.from ? { url: redirection.to, shortCircuit: true } : await next(specifier, context);
}

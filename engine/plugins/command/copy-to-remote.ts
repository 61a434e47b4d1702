import { readdir, stat } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import type { SFTPWrapper } from "ssh2";
import { type Archive, Asset, type Call } from "../../../provider/server/index.ts";
import { dial } from "./dial.ts";
import { RemoteFiles } from "./remote-files.ts";
import type { CopyToRemoteInputs } from "./schema.ts";

/** Copies an asset or archive over SFTP, one file after the other, and closes the connection. */
export async function copyToRemote(call: Call, inputs: CopyToRemoteInputs): Promise<void> {
  const client = await dial(inputs.connection, call);
  try {
    const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
      client.sftp((error, session) => (error === undefined ? resolve(session) : reject(error))),
    );
    await copy(new RemoteFiles(sftp), inputs.source, inputs.remotePath);
  } finally {
    client.end();
  }
}

async function copy(remote: RemoteFiles, source: Asset | Archive, target: string): Promise<void> {
  if (source instanceof Asset) await copyAsset(remote, source, target);
  else await copyArchive(remote, source, target);
}

async function copyAsset(remote: RemoteFiles, { content }: Asset, target: string): Promise<void> {
  if (content === "elided") throw new Error("the source's content did not arrive");
  if ("path" in content) await copyFile(remote, content.path, target);
  else if ("text" in content) await copyText(remote, content.text, target);
  else await copyDownload(remote, content.uri, target);
}

async function copyArchive(remote: RemoteFiles, { content }: Archive, target: string): Promise<void> {
  if (content === "elided") throw new Error("the source's content did not arrive");
  if ("path" in content) await copyPath(remote, content.path, target);
  else if ("uri" in content) await copyDownload(remote, content.uri, target);
  else for (const [name, member] of Object.entries(content.assets)) await copy(remote, member, posix.join(target, name));
}

/** A packed archive is a file like any other: nothing is unpacked. */
async function copyPath(remote: RemoteFiles, source: string, target: string): Promise<void> {
  if ((await stat(source)).isDirectory()) await copyFolder(remote, source, target);
  else await copyFile(remote, source, target);
}

/** Into an existing folder under its own name, else to exactly this path, whose parents are made. */
async function copyFile(remote: RemoteFiles, source: string, target: string): Promise<void> {
  const kind = await remote.kind(target);
  const path = kind === "folder" ? posix.join(target, basename(source)) : target;
  if (kind === "absent") await remote.makeFolders(posix.dirname(path));
  await remote.upload(source, path);
}

async function copyText(remote: RemoteFiles, text: string, target: string): Promise<void> {
  const kind = await remote.kind(target);
  if (kind === "folder") throw new Error(`remotePath ${target} is a folder: a text needs the path of a file`);
  if (kind === "absent") await remote.makeFolders(posix.dirname(target));
  await remote.write(target, Buffer.from(text));
}

async function copyDownload(remote: RemoteFiles, uri: string, target: string): Promise<void> {
  const response = await fetch(uri);
  if (!response.ok) throw new Error(`${uri} answered ${response.status}`);
  const kind = await remote.kind(target);
  const path = kind === "folder" ? posix.join(target, posix.basename(new URL(uri).pathname)) : target;
  if (kind === "absent") await remote.makeFolders(posix.dirname(path));
  await remote.write(path, Buffer.from(await response.arrayBuffer()));
}

/** `d` goes to `target/d`; the contents of `d/` go into `target`. */
async function copyFolder(remote: RemoteFiles, source: string, target: string): Promise<void> {
  if ((await remote.kind(target)) === "file")
    throw new Error(`remotePath ${target} is a file: the folder ${source} cannot be copied there`);
  const root = source.endsWith("/") ? target : posix.join(target, basename(source));
  await remote.makeFolders(root);
  await copyTree(remote, source, root);
}

async function copyTree(remote: RemoteFiles, source: string, target: string): Promise<void> {
  for (const name of await readdir(source)) {
    const path = join(source, name);
    const destination = posix.join(target, name);
    if ((await stat(path)).isDirectory()) {
      await remote.makeFolders(destination);
      await copyTree(remote, path, destination);
    } else await remote.upload(path, destination);
  }
}

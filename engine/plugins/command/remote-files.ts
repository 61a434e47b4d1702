import { posix } from "node:path";
import type { SFTPWrapper, Stats } from "ssh2";

/** The few file operations of a copy, over one SFTP session. Modes and owners are the server's defaults. */
export class RemoteFiles {
  readonly #sftp: SFTPWrapper;

  constructor(sftp: SFTPWrapper) {
    this.#sftp = sftp;
  }

  async kind(path: string): Promise<"absent" | "folder" | "file"> {
    const found = await new Promise<Stats | undefined>((resolve) =>
      this.#sftp.stat(path, (error, stats) => resolve(error === undefined ? stats : undefined)),
    );
    if (found === undefined) return "absent";
    return found.isDirectory() ? "folder" : "file";
  }

  /** Makes the folder and its missing parents. */
  async makeFolders(path: string): Promise<void> {
    if (path === "" || path === "." || path === "/" || (await this.kind(path)) === "folder") return;
    await this.makeFolders(posix.dirname(path));
    await this.#do(path, (done) => this.#sftp.mkdir(path, done));
  }

  async upload(source: string, path: string): Promise<void> {
    await this.#do(path, (done) => this.#sftp.fastPut(source, path, done));
  }

  async write(path: string, content: Buffer): Promise<void> {
    await this.#do(path, (done) => this.#sftp.writeFile(path, content, (error) => done(error ?? undefined)));
  }

  async #do(path: string, work: (done: (error?: Error | null) => void) => void): Promise<void> {
    await new Promise<void>((resolve, reject) =>
      work((error) => {
        if (error === undefined || error === null) resolve();
        else reject(new Error(`${path} on the remote host: ${error.message}`, { cause: error }));
      }),
    );
  }
}

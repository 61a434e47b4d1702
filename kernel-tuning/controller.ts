import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { UserError, userName } from "../hosts/index.ts";
import type { Controller } from "./schema.ts";

/**
 * Who tunes hosts from a project's root: its id is made once and kept beside the state, so that it stays when the checkout is moved or the
 * machine gets another name. Throws `UserError` when the file holds something else.
 */
export function controllerOf(root: string): Controller {
  const file = join(root, ".distrobench", "controller");
  return { id: idIn(file) ?? makeId(file), name: `${userName()}:${root}` };
}

function idIn(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  if (z.uuid().safeParse(text).success) return text;
  throw new UserError(`${file} does not hold the id of this checkout, which says whose a host's tuning is`, {
    remedy: "remove it; hosts that this checkout has tuned are then put back by ./distrobench restore HOST --stack STACK --force",
  });
}

/** Several processes may make it at once: the first one's counts, and nobody sees half of it. */
function makeId(file: string): string {
  const id = randomUUID();
  const draft = `${file}.${id}`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(draft, `${id}\n`, { mode: 0o600, flush: true });
  try {
    linkSync(draft, file);
    return id;
  } catch (error) {
    const first = idIn(file);
    if (first === undefined) throw error;
    return first;
  } finally {
    rmSync(draft);
  }
}

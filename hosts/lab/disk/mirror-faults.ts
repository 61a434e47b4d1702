import { UserError } from "../../errors.ts";
import { LocalProcessError } from "../local-process.ts";

/** What apt, curl, apk and pacman say when a mirror is at fault, and what it means. First match wins. */
const FAULTS: readonly (readonly [RegExp, string, string])[] = [
  [
    /404 +Not Found|does not have a Release file|returned error: 404|HTTP 404/i,
    "has no such release",
    "check `release:` and `mirror:` of the host in the matrix",
  ],
  [
    /not resolve|resolving|could ?n.?t connect|Connection (failed|timed out|refused)|Network is unreachable|Unable to connect|operation too slow|timed? ?out|returned error: (403|50\d)|403 +Forbidden|temporary error/i,
    "can't be reached",
    "check the network, or name a reachable `mirror:` for the host in the matrix",
  ],
  [
    /Unable to locate package|target not found|no such package/i,
    "lacks a package",
    "check `release:` and `packages:` of the host in the matrix",
  ],
  [
    /NO_PUBKEY|not signed|invalid signature|invalid or corrupted package|unknown trust|UNTRUSTED/i,
    "is not signed by a known key",
    "update the distribution's keyring on the controller",
  ],
  [/No space left on device/i, "was read, but the disk is full", "free some space, or point XDG_CACHE_HOME to another disk"],
];

/** The error of a build in the words of its user, where the mirror is at fault; any other as it is. */
export function explainMirror(error: unknown, what: string, mirror: string): unknown {
  if (!(error instanceof LocalProcessError)) return error;
  const text = error.lines.join("\n");
  const fault = FAULTS.find(([pattern]) => pattern.test(text));
  if (fault === undefined) return error;
  const [pattern, meaning, remedy] = fault;
  const telling = error.lines.find((line) => pattern.test(line))?.trim() ?? "";
  return new UserError(`${what}: the mirror ${mirror} ${meaning}: ${telling}`, { remedy, cause: error });
}

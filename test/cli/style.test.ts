import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { duration, styleOf, table } from "../../cli/style.ts";
import { bytesText } from "../../hosts/index.ts";
import { memoryContext } from "./memory-context.ts";

describe("text for people", () => {
  it("is coloured on a terminal only, and not when NO_COLOR is set", () => {
    const terminal = memoryContext({ terminal: true }).context.stdout;
    const file = memoryContext().context.stdout;
    assert.equal(styleOf(terminal, {}).good("ok"), "\u001b[32mok\u001b[39m");
    assert.equal(styleOf(terminal, { NO_COLOR: "1" }).good("ok"), "ok");
    assert.equal(styleOf(terminal, { TERM: "dumb" }).good("ok"), "ok");
    assert.equal(styleOf(file, {}).good("ok"), "ok");
  });

  it("has durations and sizes with units that fit", () => {
    assert.deepEqual([0.25, 59.6, 119.4, 250].map(duration), ["0.3 s", "60 s", "119 s", "4 min 10 s"]);
    assert.deepEqual([0, 512, 1536, 3 * 2 ** 30].map(bytesText), ["0 B", "512 B", "1.5 KiB", "3.0 GiB"]);
  });

  it("has tables with straight columns and nothing after the last word", () => {
    assert.equal(
      table(
        [
          ["a", "1"],
          ["long name", "200"],
        ],
        [1],
      ),
      "a            1\nlong name  200",
    );
    assert.equal(table([]), "");
  });
});

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { $ } from "zx";
import { joinSh, sh, takePlace } from "../../hosts/index.ts";
import { attributesOf, noAttributes, setAttributes } from "../file-attributes.ts";
import { userlandsIn } from "../kernel-tuning/userlands.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-take-place-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const userlands = await userlandsIn(folder);

for (const [name, { shell, path = process.env.PATH }] of Object.entries(userlands))
  describe(`a file that takes another one's place, under ${name}`, () => {
    const place = join(folder, `files ${name}`);
    const [file, fresh] = [join(place, "kept.conf"), join(place, "kept.conf.new")];
    const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);
    const write = (path: string, text: string, mode: number) => {
      mkdirSync(place, { recursive: true });
      writeFileSync(path, text);
      chmodSync(path, mode);
    };
    const take = async () => {
      const [command = "sh", ...words] = shell;
      const script = joinSh([takePlace, sh`take_place ${fresh} ${file}`]).toString();
      await $({ quiet: true, env: { ...process.env, PATH: path } })`${command} ${words} -c ${script}`;
    };

    it("has its own bytes and mode, and the ACL and the attributes of the other one, there and back", {
      skip: noAttributes,
    }, async () => {
      write(file, "before\n", 0o640);
      setAttributes(file);
      const before = [attributesOf(file), modeOf(file)];
      assert.match(before[0] ?? "", /posix_acl_access.*\nuser\.origin/);
      write(fresh, "ours\n", 0o660);
      await take();
      assert.deepEqual([readFileSync(file, "utf8"), attributesOf(file)], ["ours\n", before[0]]);
      write(fresh, "before\n", 0o660);
      await take();
      assert.deepEqual([readFileSync(file, "utf8"), attributesOf(file), modeOf(file)], ["before\n", ...before]);
      assert.deepEqual(readdirSync(place), ["kept.conf"]);
    });

    it("may have a mode that lets fewer in, which an ACL does not widen, and is as new as it is", {
      skip: noAttributes,
    }, async () => {
      write(file, "before\n", 0o640);
      setAttributes(file);
      write(fresh, "ours\n", 0o600);
      const began = Date.now();
      await take();
      assert.equal(modeOf(file), "600");
      assert.ok(statSync(file).mtimeMs > began - 60_000);
    });

    it("is simply there where none was, and leaves nothing beside it where an executable was", async () => {
      rmSync(file, { force: true });
      write(fresh, "first\n", 0o755);
      await take();
      write(fresh, "second\n", 0o750);
      await take();
      assert.deepEqual([readFileSync(file, "utf8"), modeOf(file), readdirSync(place)], ["second\n", "750", ["kept.conf"]]);
    });
  });

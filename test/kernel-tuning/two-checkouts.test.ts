import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PartialFailure, UserError } from "../../hosts/index.ts";
import { bench, failure, knobs, SWAPPINESS } from "./bench.ts";
import { contextOf, inputsOf } from "./memory-host.ts";

describe("two checkouts with the same stack and host", () => {
  const wanted = inputsOf({ "thp.enabled": "never" });
  const here = contextOf([], { checkout: "desktop" });

  it("do not tune one host: the second is refused, told whose it is and since when, and how to go on", async () => {
    const { host, handler, context, untouched } = bench();
    const { id, outputs } = await handler.create(context, inputsOf(knobs));
    const error = await failure(handler.create(here, wanted));
    assert.ok(error instanceof UserError);
    const since = `since ${outputs.baseline.at} (profile test)`;
    assert.match(error.message, /^box is tuned already, by demo\/box of \S+@\S+:\/\S+\/laptop since /);
    assert.ok(error.message.endsWith(since), error.message);
    assert.match(error.remedy ?? "", /there: .*destroy demo; .* lost, here: .*restore box --stack demo --force$/);
    assert.equal(host.writes, 1);
    await handler.delete(context, { id, inputs: inputsOf(knobs), outputs });
    untouched();
  });

  it("do not take the tuning of one another away either", async () => {
    const { host, handler, context } = bench();
    const mine = await handler.create(here, wanted);
    await handler.delete(here, { ...mine, inputs: wanted });
    await handler.create(context, inputsOf(knobs));
    const error = await failure(handler.delete(here, { ...mine, inputs: wanted }));
    assert.match(String(error), /box is tuned already/);
    assert.equal(host.cells.get(SWAPPINESS), "10");
  });

  it("are told apart also when both saw the host free: the later one changes nothing, and has nothing to take away", async () => {
    const { host, handler, context, untouched } = bench();
    const record = (await bench().handler.create(context, inputsOf(knobs))).outputs.baseline;
    host.meanwhile = () => {
      host.record = record;
    };
    const error = await failure(handler.create(here, wanted));
    assert.match(
      String(error),
      /box: it was taken by demo\/box of \S+laptop since .* while we looked at it, so nothing was changed/,
    );
    assert.ok(!(error instanceof PartialFailure));
    assert.deepEqual(host.record, record);
    untouched();
  });

  it("are one when they share the state", async () => {
    const { host, handler, context, untouched } = bench();
    const first = await handler.create(context, inputsOf(knobs));
    const second = {
      ...first,
      inputs: wanted,
      outputs: await handler.update(here, { ...first, inputs: inputsOf(knobs) }, wanted),
    };
    assert.match(host.record?.controller?.name ?? "", /desktop$/);
    const third = { ...second, outputs: await handler.update(context, second, wanted) };
    await handler.delete(here, third);
    untouched();
  });
});

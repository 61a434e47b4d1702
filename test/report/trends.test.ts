import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pastOf } from "../../benchmarks/gate/index.ts";
import { renderHtml } from "../../report/html.ts";
import { renderJson, renderMarkdown, renderTerminal, withTrends } from "../../report/index.ts";
import type { ReportSession } from "../../report/view.ts";
import { syntheticSession } from "./synthetic-session.ts";

const id = (night: number) => `202601${String(night).padStart(2, "0")}T000000Z-synthetic-cold-start`;

/** One night's session: from the 13th on docker is slower by the factor, and the kernel is another one. */
function night(day: number, factor = 1.3, more: Parameters<typeof syntheticSession>[0] = {}) {
  return syntheticSession({
    ...{ seed: day, blocks: 6, aaPair: false, blockNoise: 0.01 },
    variants: { "a/docker": day < 13 ? 1 : factor, "a/podman": 1 },
    facts: { "kernel.release": day < 13 ? "6.12" : "6.17" },
    ...more,
    session: { id: id(day), startedAt: `2026-01-${String(day).padStart(2, "0")}T00:00:00.000Z`, ...more.session },
  });
}

/** The session of a night with all those before it. */
function history(last: number, of: (day: number) => ReportSession = (day) => night(day)): ReportSession {
  const sessions = Array.from({ length: last }, (_, i) => of(i + 1));
  return { ...of(last), earlier: sessions.slice(0, -1).map(pastOf) };
}

const told = (data: ReportSession) => withTrends(data).trends ?? [];

describe("changes of level between sessions", () => {
  it("name the session, both levels, their ratio and the facts that changed there", () => {
    const [trend, ...others] = told(history(24));
    assert.deepEqual(others, []);
    assert.deepEqual(
      [trend?.advisory, trend?.variant, trend?.metric, trend?.session, trend?.sessions, trend?.magnitude],
      [true, "a/docker", "total", id(13), 24, 0.1],
    );
    assert.ok(Math.abs((trend?.ratio ?? 0) - 1.3) < 0.03, String(trend?.ratio));
    assert.deepEqual(trend?.changedFacts, ["kernel.release"]);
  });

  it("are news once, in the first session that shows them, and known in those after it", () => {
    const all = Array.from({ length: 12 }, (_, more) => told(history(13 + more)));
    const news = all.flat().filter(({ isNew }) => isNew);
    assert.equal(news.length, 1);
    const since = all.findIndex((trends) => trends.length > 0);
    assert.ok(all.slice(since).every(([trend]) => trend?.foundWith === news[0]?.foundWith));
  });

  it("are nothing below the tolerance where no noise floor is known", () =>
    assert.deepEqual(told(history(24, (day) => night(day, 1.06))), []));

  it("rest on valid sessions alone", () => {
    const noisy = (day: number) => {
      const data = night(day);
      return day === 24 ? data : { ...data, session: { ...data.session, design: { ...data.session.design, noisyHost: true } } };
    };
    assert.deepEqual(told(history(24, noisy)), []);
  });

  it("stand in the page, in Markdown, in the terminal and in JSON, as advice", () => {
    const data = history(24);
    const options = { title: "T", directory: "results/report-s" };
    const sentence =
      /Advisory: a\/docker, start to first 200: the level changed from 1\.0\d s to 1\.3\d s \(ratio 1\.\d\d\) with 20260113T000000Z/;
    const figure =
      renderHtml([data], options)
        .match(/<figure><figcaption><h4>Earlier sessions[\s\S]*?<\/figure>/)?.[0]
        ?.replaceAll("\u00a0", " ") ?? "";
    assert.match(figure, sentence);
    assert.match(figure, /<td>ratio 1\.\d\d<\/td><td>kernel\.release<\/td>/);
    assert.match(renderMarkdown([data], options), /### Changes of level\n\n- Advisory: a\/docker/);
    assert.match(renderTerminal(withTrends(data)), sentence);
    const [session] = JSON.parse(renderJson([withTrends(data)])).sessions;
    assert.deepEqual([session.trends.length, session.trends[0].advisory, session.trends[0].session], [1, true, id(13)]);
  });

  it("are not mentioned where there are none", () => {
    const text = renderMarkdown([history(5)], { title: "T", directory: "results/report-s" });
    assert.ok(!text.includes("Changes of level"));
  });
});

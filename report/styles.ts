/** The page's only style sheet. Colours are variables: the figures use them too, so that light, dark and print share one drawing. */
export const styles = `
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --raised: #ffffff; --ink: #1b1f24; --soft: #57606a; --line: #dcdfe3; --link: #0b57b0;
  --sample: #3f6fb5; --estimate: #16335f; --quiet: #6b7480; --band: #e4ecf7;
  --good: #146c43; --bad: #b3261e; --unsure: #855300;
  --good-paper: #e6f4ec; --bad-paper: #fdecea; --unsure-paper: #fdf3e0; --neutral-paper: #eef0f3;
  --phase-1: #27508f; --phase-2: #5b8bd0; --phase-3: #a9c6ea; --phase-4: #e0a23c; --phase-5: #8a8f98;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --raised: #1b1f25; --ink: #e6e8eb; --soft: #a3abb6; --line: #343b44; --link: #82b4ff;
    --sample: #79a8ec; --estimate: #dbe8fc; --quiet: #8d96a3; --band: #232f42;
    --good: #6fd19c; --bad: #ff9a90; --unsure: #eebb66;
    --good-paper: #17301f; --bad-paper: #3d1d1a; --unsure-paper: #35290f; --neutral-paper: #272c34;
    --phase-1: #4f7fc9; --phase-2: #82abe6; --phase-3: #c0d6f3; --phase-4: #e6b35c; --phase-5: #7c8592;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
header, main, footer { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 3rem; }
h1 { font-size: clamp(1.7rem, 1.2rem + 2.2vw, 2.5rem); line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 0.4rem; text-wrap: balance; }
h2 { font-size: 1.45rem; line-height: 1.25; letter-spacing: -0.01em; margin: 0 0 0.25rem; }
h3 { font-size: 1.05rem; margin: 2.75rem 0 0.6rem; }
h4 { font-size: 0.95rem; margin: 0; }
p { margin: 0.5rem 0; max-width: 46rem; }
a { color: var(--link); text-underline-offset: 0.18em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.lead { color: var(--soft); max-width: none; }
.decisions { margin-top: 2rem; }
.decisions .scroll { margin-top: 1rem; }
.session { border-top: 1px solid var(--line); margin-top: 2rem; padding: 2rem 0 1rem; }
.banner { border-left: 4px solid currentColor; border-radius: 4px; padding: 0.8rem 1rem; margin: 1.25rem 0; }
.banner strong { font-size: 1.05rem; }
.banner ul { margin: 0.4rem 0 0; padding-left: 1.1rem; color: var(--ink); }
.good { color: var(--good); background: var(--good-paper); }
.bad { color: var(--bad); background: var(--bad-paper); }
.unsure { color: var(--unsure); background: var(--unsure-paper); }
.neutral { color: var(--ink); background: var(--neutral-paper); }
.findings { list-style: none; padding: 0; margin: 1.5rem 0; font-size: 1.15rem; line-height: 1.45; }
.findings li { margin: 0.5rem 0; padding-left: 1rem; border-left: 3px solid var(--line); max-width: 48rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: 0.6rem 0.8rem; color: var(--soft); }
th, td { text-align: left; padding: 0.5rem 0.8rem; border-top: 1px solid var(--line); vertical-align: baseline; white-space: nowrap; }
thead th { font-weight: 600; color: var(--soft); }
tbody th { font-weight: 600; }
.n { text-align: right; }
.wrap td, .wrap th { white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
.wrap th[scope="row"] { min-width: 11rem; }
td:has(.long) { white-space: normal; min-width: 16rem; }
td:has(.note), th[scope="row"]:has(a) { white-space: normal; min-width: 9rem; }
.pill { display: inline-block; padding: 0.05rem 0.55rem; border-radius: 99px; font-weight: 600; }
.note { color: var(--soft); font-weight: 400; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1.25rem; margin-top: 1rem; align-items: start; }
figure { margin: 0; padding: 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); min-width: 0; break-inside: avoid; }
figure > svg { display: block; width: 100%; height: auto; margin-top: 0.75rem; font-variant-numeric: tabular-nums; }
figcaption p { font-size: 0.88rem; color: var(--soft); margin: 0.2rem 0 0; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; list-style: none; padding: 0; margin: 0.6rem 0 0; font-size: 0.88rem; }
.legend i { display: inline-block; width: 0.8rem; height: 0.8rem; border-radius: 2px; margin-right: 0.4rem; vertical-align: -0.08rem; border: 1px solid var(--quiet); }
.changes { margin: 0.6rem 0 0; padding-left: 1.1rem; font-size: 0.88rem; overflow-wrap: anywhere; }
details { margin-top: 0.9rem; font-size: 0.9rem; }
summary { cursor: pointer; color: var(--link); width: fit-content; }
details .scroll { margin-top: 0.5rem; }
.tall { max-height: 26rem; overflow-y: auto; }
footer { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1rem; padding-bottom: 3rem; color: var(--soft); font-size: 0.88rem; }
@media (max-width: 32rem) {
  header { padding-top: 1.75rem; }
  header, main, footer { padding-left: 1rem; padding-right: 1rem; }
  figure { padding: 0.75rem 0.5rem; }
  figcaption, figure > details, .legend { padding: 0 0.25rem; }
  th, td { padding: 0.45rem 0.6rem; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --raised: #fff; --ink: #000; --soft: #444; --line: #bbb; --link: #000;
    --sample: #3f6fb5; --estimate: #16335f; --quiet: #6b7480; --band: #e4ecf7; --good: #146c43; --bad: #b3261e; --unsure: #855300;
    --good-paper: #fff; --bad-paper: #fff; --unsure-paper: #fff; --neutral-paper: #fff;
    --phase-1: #27508f; --phase-2: #5b8bd0; --phase-3: #a9c6ea; --phase-4: #e0a23c; --phase-5: #8a8f98;
  }
  @page { margin: 16mm 14mm; }
  body { font-size: 10pt; }
  header { padding-top: 0; }
  .figures { grid-template-columns: 1fr 1fr; gap: 0.75rem; }
  .scroll { overflow: visible; border: 0; }
  table { font-size: 8pt; }
  th, td { white-space: normal; padding: 0.25rem 0.4rem; }
  h2, h3, h4, caption { break-after: avoid; }
  tr, .banner { break-inside: avoid; }
  details:not([open]) { display: none; }
  .tall { max-height: none; }
}
`;

import { capital, plural } from "../format.ts";
import type { Table } from "../table.ts";
import type { SessionView } from "../view.ts";
import { metricMethod } from "./index.ts";

/** How each metric of a session comes about. */
export function methodTable({ data: { session } }: SessionView): Table {
  return {
    caption: `How ${plural(session.metrics.length, "metric")} of this test came about`,
    columns: [{ title: "Metric" }, { title: "Measured" }, { title: "Wrong when" }],
    rows: session.metrics.map(({ name, title }) => {
      const { measured, wrong } = metricMethod(session.test, name);
      return [{ text: capital(title), note: name }, measured, wrong];
    }),
  };
}

import { createSshPool, type OperationContext, type SshPool, sh } from "../../hosts/index.ts";
import { tuningHandler } from "../../kernel-tuning/handler.ts";
import { type TuningInputs, tuningInputs } from "../../kernel-tuning/schema.ts";
import { startSshd } from "../lab/sshd.ts";
import type { Figure } from "./figure.ts";
import { connectionTo } from "./loopback.ts";

const KNOBS = 40;
/** Zero, so that every write changes something. */
const BEFORE = "0";
const knobs = Object.fromEntries(
  Array.from({ length: KNOBS }, (_, index) => [`sysctl.vm.knob_${index}`, String(index + 1)] as const),
);

/** A server that sees files in the place of the kernel's knobs: trips are counted, and this machine keeps its values. */
const inside = [
  ...["unshare", "--mount", "sh", "-c"],
  `mount -t tmpfs none /var/lib && mount -t tmpfs none /proc/sys/vm &&
    for i in $(seq 0 ${KNOBS - 1}); do echo ${BEFORE} >/proc/sys/vm/knob_$i || exit; done; exec "$@"`,
  "sh",
];

/** Commands over the one connection with a host, counted: 40 knobs applied, read, and put back. */
export async function measure(): Promise<readonly Figure[]> {
  const sshd = await startSshd({ inside });
  const pool = createSshPool({ root: "/" });
  try {
    const inputs = tuningInputs.parse({ ...inputsOf(connectionTo("one", sshd)), knobs });
    return await counted(operation(pool, sshd.directory), pool, inputs);
  } finally {
    await pool.close();
    await sshd.stop();
  }
}

function inputsOf(connection: TuningInputs["connection"]) {
  return { host: "one", connection, machine: "one", distribution: "debian", profile: "perf" };
}

async function counted(context: OperationContext, pool: SshPool, inputs: TuningInputs): Promise<readonly Figure[]> {
  const transport = await pool.transport(inputs.connection);
  const trips = async <Result>(work: () => Promise<Result>): Promise<readonly [number, Result]> => {
    const earlier = pool.statistics().one?.commands ?? 0;
    const result = await work();
    return [(pool.statistics().one?.commands ?? 0) - earlier, result];
  };
  const sumOfValues = async () =>
    (await transport.run(sh`cat /proc/sys/vm/knob_*`)).stdout.split("\n").reduce((sum, line) => sum + Number(line), 0);
  const expect = async (wanted: number) => {
    const found = await sumOfValues();
    if (found !== wanted) throw new Error(`the knobs add up to ${found} instead of ${wanted}`);
  };
  const [apply, { id, outputs }] = await trips(() => tuningHandler.create(context, inputs));
  await expect((KNOBS * (KNOBS + 1)) / 2);
  const stored = { id, inputs, outputs };
  const [read, live] = await trips(() => tuningHandler.read(context, stored));
  if (live === "gone" || JSON.stringify(live.inputs.knobs) !== JSON.stringify(inputs.knobs)) throw new Error("drift was read");
  const [restore] = await trips(() => tuningHandler.delete(context, stored));
  await expect(0);
  const what = (step: string) => `round trips, ${KNOBS} knobs: ${step}`;
  return [
    { what: what("apply, read-back included"), value: String(apply), aim: "2" },
    { what: what("read"), value: String(read), aim: "1" },
    { what: what("restore, read-back included"), value: String(restore), aim: "at most 2" },
    { what: what("handshakes for all of it"), value: String(pool.statistics().one?.handshakes), aim: "1" },
  ];
}

function operation(pool: SshPool, root: string): OperationContext {
  const quiet = () => undefined;
  return {
    ...{ urn: "urn:pulumi:perf", root, stack: "perf", signal: new AbortController().signal },
    ...{ progress: quiet, info: quiet, warn: quiet },
    transport: (connection) => pool.transport(connection),
    exclusive: (_machine, work) => work(),
  };
}

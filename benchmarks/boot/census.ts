import { distributionOf, type HostFacts, parseSections, sh, type Transport } from "../../hosts/index.ts";
import { count } from "../metric.ts";

/** One value each, which is compared and not estimated. */
export const censusMetrics = {
  services: count("lower", "running services", { exact: true }),
  packages: count("lower", "installed packages", { exact: true }),
};

type Census = Readonly<Record<keyof typeof censusMetrics, number>>;

/** Counts what a system holds once it is up. Its start jobs have to be done. */
export async function takeCensus(transport: Transport, { distribution: name }: HostFacts): Promise<Census> {
  const { services, packages } = distributionOf(name);
  const script = sh`echo '@@@ services'; ${services.listRunning}
echo '@@@ packages'; ${packages.listInstalled}`;
  const { stdout } = await transport.run(script, { timeoutSeconds: 300 });
  return parseCensus(name, stdout);
}

/** Pure. Each service and each package counts once, whatever its architectures. */
export function parseCensus(name: HostFacts["distribution"], text: string): Census {
  const { packages } = distributionOf(name);
  const sections = parseSections(text);
  const services = (sections.get("services") ?? "").split("\n").filter((line) => line !== "");
  return { services: new Set(services).size, packages: packages.parseInstalled(sections.get("packages") ?? "").size };
}

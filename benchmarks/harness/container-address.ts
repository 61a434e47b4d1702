import { networkInterfaces } from "node:os";
import { readOr } from "./conditions.ts";
import type { Started } from "./container-order.ts";
import { groupsOf } from "./containers.ts";
import { controlGroup } from "./control-group.ts";
import type { Address } from "./health.ts";

/** The port that is published on this host for a container. */
export function publishedAddress({ hostPort: port }: Started): Address {
  return { host: "127.0.0.1", port };
}

/**
 * The container's own address as the kernel has it in the network of its first process: no engine is asked, so that nothing of ours runs
 * beside the start, and it takes one to two milliseconds. `undefined` until the container has one, and for one that shares the host's.
 */
export function containerAddress(started: Started): string | undefined {
  const [pid] = controlGroup(groupsOf(started))?.processes() ?? [];
  if (pid === undefined) return undefined;
  const ours = new Set(Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []));
  return localAddresses(readOr(`/proc/${pid}/net/fib_trie`)).find((address) => !ours.has(address));
}

/** IPv4 addresses of a network namespace but for the loop's, from its routing trie (net/ipv4/fib_trie.c): leaves of scope host. */
export function localAddresses(trie: string): readonly string[] {
  const found = [...trie.matchAll(/\|-- (\d+(?:\.\d+){3})\n(?:\s+\/\d+ .*\n)*?\s+\/32 host LOCAL/g)].map(
    ([, address = ""]) => address,
  );
  return [...new Set(found)].filter((address) => !address.startsWith("127."));
}

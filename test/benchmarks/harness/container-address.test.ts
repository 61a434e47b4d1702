import assert from "node:assert/strict";
import { test } from "node:test";
import { localAddresses } from "../../../benchmarks/harness/container-address.ts";
import { sample } from "../../golden.ts";

const trie = sample("benchmarks/cold-start/fib_trie.txt");

test("a container's own address is the one leaf of scope host that is not the loop's", () => {
  assert.deepEqual(localAddresses(trie), ["172.17.0.2"]);
});

test("an address that also ends a network's range is found behind that", () => {
  const both = trie.replaceAll("|-- 172.17.0.2\n", "|-- 172.17.0.2\n              /31 link UNICAST\n");
  assert.deepEqual(localAddresses(both), ["172.17.0.2"]);
});

test("a container that has no network yet has no address", () => {
  assert.deepEqual(localAddresses(trie.replaceAll("172.17.0.2", "127.0.0.2")), []);
  assert.deepEqual(localAddresses(""), []);
});

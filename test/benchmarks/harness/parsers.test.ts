import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEvents } from "../../../benchmarks/harness/engines.ts";
import { readHead } from "../../../benchmarks/harness/http-head.ts";
import {
  cpuNumbers,
  parseAllowedCpus,
  parseKernelPriority,
  parseKernelText,
  parseMeminfo,
  parseMountPoints,
  parsePressure,
  parseStat,
  parseSwappedPages,
} from "../../../benchmarks/harness/proc.ts";

test("only a full head that says 200 in HTTP/1.1 is an answer", () => {
  assert.deepEqual(readHead("HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"), { state: "complete", status: 200 });
  assert.deepEqual(readHead("HTTP/1.1 200\r\n\r\n"), { state: "complete", status: 200 });
  assert.deepEqual(readHead("HTTP/1.1 503 Loading model\r\n\r\n"), { state: "complete", status: 503 });
  assert.deepEqual(readHead("HTTP/1.0 200 OK\r\n\r\n"), { state: "complete", status: undefined });
  assert.deepEqual(readHead("SSH-2.0-OpenSSH\r\n\r\n"), { state: "complete", status: undefined });
});

test("every cut head is partial", () => {
  const head = "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n";
  for (let length = 0; length < head.length; length += 1) assert.deepEqual(readHead(head.slice(0, length)), { state: "partial" });
});

test("stall times are read by kind, and none where the kernel has no PSI", () => {
  const text = "some avg10=6.79 avg60=1.45 avg300=1.32 total=23702405\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
  assert.deepEqual(parsePressure(text), { some: 23702405, full: 7 });
  assert.deepEqual(parsePressure(""), {});
});

test("guest time is not counted twice in the sum of ticks", () => {
  const text = "cpu  10 1 20 300 4 5 6 7 8 9\ncpu0 1 1 1 1 1 1 1 1 1 1\nctxt 4711\n";
  assert.deepEqual(parseStat(text), { total: 353, idle: 304, steal: 7, interrupts: 11, contextSwitches: 4711 });
});

test("memory is in bytes and swapped pages are the sum of both ways", () => {
  assert.equal(parseMeminfo("MemTotal:  100 kB\nMemAvailable:     20 kB\n").MemAvailable, 20480);
  assert.equal(parseSwappedPages("pgpgin 5\npswpin 3\npswpout 4\n"), 7);
});

test("facility bits are no part of a kernel message's priority", () => {
  assert.equal(parseKernelPriority("3,1,5,-;usb error"), 3);
  assert.equal(parseKernelPriority("30,1,5,-;systemd"), 6);
});

test("a kernel message is kept without its header and the lines about its device", () => {
  assert.equal(
    parseKernelText("3,842,5000,-;usb 1-1: device; not ready\n SUBSYSTEM=usb\n DEVICE=c189:1\n"),
    "usb 1-1: device; not ready",
  );
});

test("a CPU list is its numbers in order, each once", () => {
  assert.deepEqual(cpuNumbers("4,0-2,1"), [0, 1, 2, 4]);
  assert.equal(parseAllowedCpus("Cpus_allowed:\t3\nCpus_allowed_list:\t0-1\nMems_allowed:\t1\n"), "0-1");
});

test("mount points are the fifth field", () => {
  assert.deepEqual(
    parseMountPoints("22 1 0:21 / /proc rw - proc proc rw\n31 1 0:4 net:[1] /run/docker/netns/ab rw - nsfs nsfs rw\n"),
    ["/proc", "/run/docker/netns/ab"],
  );
});

test("events keep all 19 digits of their nanoseconds", () => {
  const docker =
    '{"status":"create","id":"ab","Type":"container","Action":"create","time":1763834000,"timeNano":1763834000123456789}';
  const podman = '{"ID":"ab","Status":"start","Type":"container","time":1763834001,"timeNano":1763834001123456789}';
  const attach = '{"Type":"container","Action":"attach","timeNano":1763834000523456789}';
  assert.deepEqual(parseEvents([docker, attach, podman, "not JSON"].join("\n")), {
    created: 1763834000123456789n,
    started: 1763834001123456789n,
  });
});

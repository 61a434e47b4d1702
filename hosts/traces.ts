/** On a host's disk, of tests that go over a restart. */
export const DISK_FOLDER = "/var/tmp/distrobench";

/** On a host's disk, of an engine that loads an image. */
export function loadFolder(engine: "docker" | "podman"): string {
  return `/var/tmp/distrobench-load-${engine}`;
}

/** What those, and the measuring program, leave when they are killed or the host is restarted under them; gone otherwise. */
export const TRACES = ["/run/distrobench", DISK_FOLDER, loadFolder("docker"), loadFolder("podman")];

import jspb from "google-protobuf";

/**
 * The lines a person reads in a BuildKit progress message (message StatusResponse of moby.buildkit.v1: field 1 Vertex with
 * 3 name and 5 started, field 3 VertexLog with 4 msg).
 */
export function traceLines(message: string): readonly string[] {
  const lines: string[] = [];
  const reader = new jspb.BinaryReader(message);
  while (reader.nextField() && !reader.isEndGroup()) {
    const field = reader.getFieldNumber();
    if (field === 1) lines.push(...vertexLines(reader.readBytes()));
    else if (field === 3) lines.push(...logLines(reader.readBytes()));
    else reader.skipField();
  }
  return lines;
}

function vertexLines(bytes: Uint8Array): readonly string[] {
  const fields = read(bytes, 3);
  return fields.present.has(5) && !fields.present.has(6) ? fields.texts : [];
}

function logLines(bytes: Uint8Array): readonly string[] {
  return read(bytes, 4)
    .texts.flatMap((text) => text.split("\n"))
    .filter((line) => line.trim() !== "");
}

function read(
  bytes: Uint8Array,
  textField: number,
): { readonly texts: readonly string[]; readonly present: ReadonlySet<number> } {
  const texts: string[] = [];
  const present = new Set<number>();
  const reader = new jspb.BinaryReader(bytes);
  while (reader.nextField() && !reader.isEndGroup()) {
    present.add(reader.getFieldNumber());
    if (reader.getFieldNumber() === textField) texts.push(Buffer.from(reader.readBytes()).toString());
    else reader.skipField();
  }
  return { texts, present };
}

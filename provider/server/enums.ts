import pb from "@pulumi/pulumi/proto/provider_pb.js";
import type { DiffKind, DiffResult } from "./types.ts";

const { DiffChanges } = pb.DiffResponse;
const { Kind } = pb.PropertyDiff;

export const changesEnum = {
  none: DiffChanges.DIFF_NONE,
  some: DiffChanges.DIFF_SOME,
  unknown: DiffChanges.DIFF_UNKNOWN,
} as const satisfies Record<DiffResult["changes"], number>;

export const kindEnum = {
  add: Kind.ADD,
  "add-replace": Kind.ADD_REPLACE,
  delete: Kind.DELETE,
  "delete-replace": Kind.DELETE_REPLACE,
  update: Kind.UPDATE,
  "update-replace": Kind.UPDATE_REPLACE,
} as const satisfies Record<DiffKind, number>;

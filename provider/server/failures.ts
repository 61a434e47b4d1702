import grpc from "@grpc/grpc-js";
import errors from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import { encodeProperties } from "./encoding.ts";
import { type FailureCode, InitFailure, PluginError } from "./types.ts";

const CODES = {
  cancelled: grpc.status.CANCELLED,
  unknown: grpc.status.UNKNOWN,
  "invalid-argument": grpc.status.INVALID_ARGUMENT,
  "deadline-exceeded": grpc.status.DEADLINE_EXCEEDED,
  "not-found": grpc.status.NOT_FOUND,
  "failed-precondition": grpc.status.FAILED_PRECONDITION,
  aborted: grpc.status.ABORTED,
  unimplemented: grpc.status.UNIMPLEMENTED,
  internal: grpc.status.INTERNAL,
  unavailable: grpc.status.UNAVAILABLE,
} as const satisfies Record<FailureCode, grpc.status>;

/** What gRPC sends for an error that an implementation threw. */
export function toServiceError(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof InitFailure) return initFailure(error);
  if (error instanceof PluginError) return { code: CODES[error.code], details: error.message };
  return { code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) };
}

/** The engine reads a partial failure from a google.rpc.Status in this reserved trailer. */
function initFailure(failure: InitFailure): Partial<grpc.StatusObject> {
  const detail = new errors.ErrorResourceInitFailed()
    .setId(failure.id)
    .setProperties(encodeProperties(failure.properties))
    .setReasonsList([...failure.reasons])
    .setRefreshBeforeUpdate(failure.refreshBeforeUpdate);
  if (failure.inputs !== undefined) detail.setInputs(encodeProperties(failure.inputs));
  const packed = new anyPb.Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status().setCode(grpc.status.UNKNOWN).setMessage(failure.message).setDetailsList([packed]);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: failure.message, metadata };
}

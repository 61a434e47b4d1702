import grpc from "@grpc/grpc-js";

/** As the SDK: state with many resources and large outputs is one message. */
const MESSAGE_BYTES = 400 * 1024 * 1024;

export function createServer(): grpc.Server {
  return new grpc.Server({
    "grpc.max_receive_message_length": MESSAGE_BYTES,
    "grpc.max_send_message_length": MESSAGE_BYTES,
  });
}

/** Listens on a free port of the loopback interface; resolves with the port. */
export function listen(server: grpc.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
  });
}

/**
 * The socket to a hub, of which no error goes unheard.
 *
 * The client's own transport takes its listeners off between two steps of a connection, and before it gives one
 * up. A hub that resets the connection just then (one that is killed, or that refuses a password) leaves
 * an error for which nobody listens, and that ends the whole process.
 */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import {
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from "@nats-io/transport-node";
import { nodeResolveHost, NodeTransport } from "@nats-io/transport-node/lib/node_transport.js";

/** Of the client, for those who load it with this module: see jetstream_client.ts. */
export { createInbox, credsAuthenticator, headers } from "@nats-io/transport-node";

/** As `connect()` of the client does, over HubTransport. */
export function connectHub(options: ConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new HubTransport(), dnsResolveFn: nodeResolveHost });
  return NatsConnectionImpl.connect(options);
}

/** The client's transport, over sockets that never lack a listener. */
class HubTransport extends NodeTransport {
  #hostname = "";

  override dial({ hostname, port }: { hostname: string; port: number }): Promise<Socket> {
    this.#hostname = hostname;
    const socket = heard(connectTcp(port, hostname));
    socket.setNoDelay(true);
    return opened(socket, "connect");
  }

  override startTLS(): Promise<TLSSocket> {
    const { ca, cert, key } = this.options.tls ?? {};
    const socket = heard(connectTls({
      socket: this.socket,
      // The certificate is for the name, or else for the address, which no SNI may say (RFC 6066, 3).
      host: this.#hostname,
      ...this.tlsName === "" ? {} : { servername: this.tlsName },
      rejectUnauthorized: true,
      ...ca === undefined ? {} : { ca },
      ...cert === undefined ? {} : { cert },
      ...key === undefined ? {} : { key },
    }));
    return opened(socket, "secureConnect");
  }

  /** What the client cannot read ends the connection; by itself it would read on no more, and say nothing. */
  override async *iterate(): AsyncIterableIterator<Uint8Array> {
    let isRead = false;
    try {
      yield* super.iterate();
      isRead = true;
    } finally {
      if (!isRead) this.close(new Error("the hub does not speak NATS"));
    }
  }
}

/** `socket`, with a listener that stays when all are taken off. */
function heard<T extends Socket>(socket: T): T {
  const ignore = () => {};
  const removeAll = socket.removeAllListeners.bind(socket);
  // An argument that is undefined is an event of that name: none is handed on where none was given.
  socket.removeAllListeners = (...events) => {
    removeAll(...events);
    return socket.on("error", ignore);
  };
  return socket.on("error", ignore);
}

/** `socket` once it is open. */
function opened<T extends Socket>(socket: T, event: "connect" | "secureConnect"): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let failure: Error | undefined;
  socket.once("error", (error) => failure = error);
  socket.once("close", () => reject(failure ?? new Error("connection closed by the hub")));
  // One who says nothing is left to the client's own limit, after which it destroys the socket.
  socket.once(event, () => resolve(socket));
  return promise;
}

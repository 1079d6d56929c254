/** A UDP socket that syslog is received from. */
import { createSocket } from "node:dgram";

/** Who is told what. */
export interface DatagramHandlers {
  /** The bytes are valid only during the call. */
  readonly onMessage: (message: Uint8Array) => void;
  /** Nothing more will come. */
  readonly onError: (error: Error) => void;
}

/** A socket that receives. */
export interface DatagramSocket {
  readonly port: number;
  /** Datagrams so far for which the system had no room; 0 where it does not tell. */
  dropped(): number;
  close(): void;
}

/** Opens a socket at an address. Rejects with what the system reports. */
export type OpenDatagrams = (
  address: { readonly hostname: string; readonly port: number },
  handlers: DatagramHandlers,
) => Promise<DatagramSocket>;

/**
 * What every system has. No larger buffer is asked for: Deno 2.9 does not hand that on to the system, but
 * makes as much memory anew for each message.
 */
export const openNodeDatagrams: OpenDatagrams = ({ hostname, port }, handlers) =>
  new Promise((resolve, reject) => {
    const socket = createSocket(hostname.includes(":") ? "udp6" : "udp4");
    socket.on("error", (error) => {
      reject(error);
      handlers.onError(error);
    });
    socket.on("message", handlers.onMessage);
    socket.bind(port, hostname, () => {
      const { port } = socket.address();
      resolve({ port, dropped: () => 0, close: () => socket.close() });
    });
  });

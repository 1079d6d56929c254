/** Lines that syslog senders send: over UDP (RFC 5426), TCP (RFC 6587) and TLS (RFC 5425). */
import { formatSyslogAddress, type SyslogAddress } from "../syslog/listen_address.ts";
import { type OpenDatagrams, openNodeDatagrams } from "./datagram_socket.ts";
import { NotWrittenError } from "./group_writer.ts";
import type { Source, SourceContext } from "./source.ts";
import { SyslogBatcher } from "./syslog_batcher.ts";
import { receiveDatagrams } from "./syslog_datagrams.ts";
import { receiveStreams } from "./syslog_streams.ts";

/** How syslog is received. */
export interface SyslogSourceOptions {
  readonly address: SyslogAddress;
  /** Bytes of a message that are kept. */
  readonly maxLine: number;
  /** Certificate chain and private key as PEM, for TLS. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** How UDP is received. @default {openNodeDatagrams} */
  readonly openDatagrams?: OpenDatagrams | undefined;
}

/** Receives at one address. */
export class SyslogSource implements Source {
  readonly #options: SyslogSourceOptions;

  constructor(options: SyslogSourceOptions) {
    this.#options = options;
  }

  async run(context: SourceContext): Promise<void> {
    const { address, maxLine, tls, openDatagrams: open = openNodeDatagrams } = this.#options;
    const name = formatSyslogAddress(address);
    const batcher = new SyslogBatcher(`syslog/${name}`, context);
    const onListening = (port: number) =>
      context.message("info", `listens at ${formatSyslogAddress({ ...address, port })}`);
    try {
      if (address.transport === "udp") {
        await receiveDatagrams({ address, maxLine, batcher, context, onListening, open });
      } else {
        await receiveStreams({ address, tls, maxLine, batcher, context, onListening });
      }
    } catch (error) {
      if (error instanceof NotWrittenError) throw error;
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Where packets come from: capture files, standard input, network interfaces. */
import { CaptureError } from "../ffi/capture_error.ts";
import { SinkError } from "../lib/event/sink_error.ts";
import { DecompressionError } from "../lib/net/capture_decompress.ts";
import { CaptureReader } from "../lib/net/capture_file.ts";
import { openCapture } from "../lib/net/capture_source.ts";
import { SavefileRecords } from "../lib/net/pcap.ts";
import type { PacketHandler } from "../lib/net/record_parser.ts";
import { UserError } from "./exit_code.ts";

/** A source of packets. */
export interface PacketSource {
  /** Its name in messages and in flat records. */
  readonly name: string;
  /**
   * Hands out packets until its end or until `signal`; after each batch calls `onBatch`.
   *
   * @returns what is damaged about it, if anything is
   */
  run(
    handler: PacketHandler,
    onBatch: () => void,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** A capture file, plain or compressed, or standard input for `-`. */
export function fileSource(path: string): PacketSource {
  return {
    name: path,
    async run(handler, onBatch, signal) {
      const reader = new CaptureReader(handler);
      try {
        for await (const chunk of openCapture(path, { signal })) {
          reader.push(chunk);
          onBatch();
          // Whoever wanted no more packets does not want to hear what is wrong with those.
          if (signal.aborted) return undefined;
          if (reader.damage !== undefined) return reader.damage;
        }
      } catch (error) {
        const { message } = error as Error;
        if (error instanceof DecompressionError) return message;
        // When a disk fails, what was read before still counts.
        const fromSystem = Object.hasOwn(error as Error, "code") && !(error instanceof SinkError);
        if (fromSystem && reader.packets > 0) return message;
        if (reader.packets > 0) throw error;
        throw new UserError(`cannot read ${path}: ${message}`);
      }
      if (!signal.aborted) reader.end();
      return reader.damage;
    },
  };
}

/** What a live capture needs to know. */
export interface LiveOptions {
  readonly device: string;
  readonly filter: string;
  readonly snaplen: number;
  readonly promiscuous: boolean;
  /** Kernel buffer in bytes. */
  readonly bufferSize: number;
}

/** Packets by the kernel's count; on Linux those that were dropped are among the received. */
export interface SourceStatistics {
  readonly received: number;
  readonly dropped: number;
  /** Dropped by the interface or its driver, where the system tells. */
  readonly interfaceDropped: number;
}

/** A live capture with its kernel counters. */
export interface LiveSource extends PacketSource {
  statistics(): SourceStatistics;
  readonly warnings: readonly string[];
}

/** Opens an interface through libpcap. @throws {UserError} with the remedy */
export async function liveSource(options: LiveOptions): Promise<LiveSource> {
  const { LiveCapture } = await import("../ffi/libpcap.ts");
  const capture = openLive();
  return {
    name: options.device,
    warnings: capture.warnings,
    statistics: () => capture.statistics(),
    async run(handler, onBatch, signal) {
      const records = new SavefileRecords(
        { linkType: capture.linkType, nanoseconds: false },
        handler,
      );
      try {
        await capture.run((bytes, count) => {
          records.read(bytes, count);
          onBatch();
        }, signal);
      } catch (error) {
        // The interface has gone; what it brought before still counts.
        if (error instanceof CaptureError) return error.message;
        throw error;
      } finally {
        capture.close();
      }
      return records.damage;
    },
  };

  function openLive() {
    try {
      return LiveCapture.open(options);
    } catch (error) {
      throw new UserError((error as Error).message);
    }
  }
}

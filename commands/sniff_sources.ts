/** Where packets come from: capture files, standard input, network interfaces. */
import { CaptureError } from "../ffi/capture_error.ts";
import { SinkError } from "../lib/event/sink_error.ts";
import { DecompressionError } from "../lib/net/capture_decompress.ts";
import { CaptureReader } from "../lib/net/capture_file.ts";
import { openCapture } from "../lib/net/capture_source.ts";
import { SavefileRecords } from "../lib/net/pcap.ts";
import type { KeyLogHandler, PacketHandler } from "../lib/net/record_parser.ts";
import { UserError } from "./exit_code.ts";

/** Hears of batches. */
export interface BatchListener {
  /** A batch of packets is about to be handed out. */
  readonly onBegin?: (() => void) | undefined;
  /** It has been. */
  readonly onBatch: () => void;
  /** Takes the secrets that lie in a capture. */
  readonly onKeyLog: KeyLogHandler;
}

/** A source of packets. */
export interface PacketSource {
  /** Its name in messages and in flat records. */
  readonly name: string;
  /**
   * Hands out packets until its end or until `signal`, batch by batch.
   *
   * @returns what is damaged about it, if anything is
   */
  run(
    handler: PacketHandler,
    listener: BatchListener,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}

/** A capture file, plain or compressed, or standard input for `-`. */
export function fileSource(path: string): PacketSource {
  return {
    name: path,
    async run(handler, { onBegin, onBatch, onKeyLog }, signal) {
      const reader = new CaptureReader(handler, onKeyLog);
      try {
        for await (const chunk of openCapture(path, { signal })) {
          onBegin?.();
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
    async run(handler, { onBegin, onBatch }, signal) {
      const records = new SavefileRecords(
        { linkType: capture.linkType, nanoseconds: false },
        handler,
      );
      let begun = false;
      const take = (bytes: Uint8Array, count: number) => {
        if (!begun) onBegin?.();
        begun = true;
        records.read(bytes, count);
      };
      const pause = () => {
        begun = false;
        onBatch();
      };
      try {
        await capture.run(take, signal, pause);
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

/** Follows an SSH connection up to the key exchange lists of both sides, and counts its packets. */
import { ByteQueue } from "../byte_queue.ts";
import { type Identification, parseIdentification } from "../ssh/identification.ts";
import { type KexInit, parseKexInit } from "../ssh/kexinit.ts";
import { parsePacket, SSH_MESSAGE } from "../ssh/packet.ts";
import type { Analyzer } from "./analyzer.ts";

/** What an SSH connection shows on the wire. */
export interface SshObserver {
  keyExchange(fromOpener: boolean, identification: Identification, lists: KexInit): void;
  /** A packet, with or without payload. */
  packet(fromOpener: boolean, payloadLength: number): void;
  end(): void;
}

/** One direction of the connection. */
class Side {
  readonly bytes = new ByteQueue();
  identification: Identification | undefined;
  done = false;
}

/** Reads identification and KEXINIT of both sides. */
export class SshAnalyzer implements Analyzer {
  readonly #observer: SshObserver;
  readonly #opener = new Side();
  readonly #responder = new Side();

  constructor(observer: SshObserver) {
    this.#observer = observer;
  }

  data(fromOpener: boolean, bytes: Uint8Array): boolean {
    const side = fromOpener ? this.#opener : this.#responder;
    if (!side.done) {
      side.bytes.append(bytes);
      this.#read(side, fromOpener);
    }
    return true;
  }

  gap(fromOpener: boolean): boolean {
    (fromOpener ? this.#opener : this.#responder).done = true;
    return true;
  }

  packet(fromOpener: boolean, payloadLength: number): void {
    this.#observer.packet(fromOpener, payloadLength);
  }

  end(): void {
    this.#observer.end();
  }

  #read(side: Side, fromOpener: boolean): void {
    if (side.identification === undefined) {
      const result = parseIdentification(side.bytes.peek());
      if (result === "incomplete") return;
      if (result === "not_ssh") {
        finish(side);
        return;
      }
      side.identification = result;
      side.bytes.take(result.length);
    }
    while (!side.done) {
      const packet = parsePacket(side.bytes.peek());
      if (packet === "incomplete") return;
      if (packet === "malformed") {
        finish(side);
        return;
      }
      if (packet.payload[0] === SSH_MESSAGE.kexinit) {
        const lists = parseKexInit(packet.payload);
        if (lists !== undefined) {
          this.#observer.keyExchange(fromOpener, side.identification, lists);
        }
        finish(side);
        return;
      }
      side.bytes.take(packet.length);
    }
  }
}

function finish(side: Side): void {
  side.done = true;
  side.bytes.clear();
}

/** Follows an SSH connection up to the key exchange lists of both sides, and counts its packets. */
import { ByteQueue } from "../byte_queue.ts";
import { findIdentification } from "../ssh/find_identification.ts";
import { type Identification, parseIdentification } from "../ssh/identification.ts";
import { type KexInit, parseKexInit } from "../ssh/kexinit.ts";
import { isKexInitStart } from "../ssh/kexinit_start.ts";
import { parsePacket, SSH_MESSAGE } from "../ssh/packet.ts";
import type { Analyzer } from "./analyzer.ts";

/** What an SSH connection shows on the wire. */
export interface SshObserver {
  /** @param identification undefined where it was not captured */
  keyExchange(
    fromOpener: boolean,
    identification: Identification | undefined,
    lists: KexInit,
  ): void;
  /** A packet, with or without payload. */
  packet(fromOpener: boolean, payloadLength: number): void;
  end(): void;
}

/** One direction of the connection. */
class Side {
  readonly bytes = new ByteQueue();
  identification: Identification | undefined;
  /** What comes is binary packets. */
  packets = false;
  /** What comes next may be in the middle of anything. */
  lost = false;
  /** Bytes before SSH begins. */
  passed = 0;
  done = false;
}

/** Bytes behind which nothing is looked for any more; a key exchange is over by then. */
const MAX_PASSED = 64 * 1024;

const LF = 0x0a;

/** Reads identification and KEXINIT of both sides. */
export class SshAnalyzer implements Analyzer {
  readonly #observer: SshObserver;
  readonly #opener = new Side();
  readonly #responder = new Side();

  constructor(observer: SshObserver) {
    this.#observer = observer;
  }

  get held(): number {
    return this.#opener.bytes.held + this.#responder.bytes.held;
  }

  listens(fromOpener: boolean): boolean {
    return !this.#side(fromOpener).done;
  }

  data(fromOpener: boolean, bytes: Uint8Array): boolean {
    const side = this.#side(fromOpener);
    const wasLost = side.lost;
    if (!side.done && !wasLost) this.#feed(side, fromOpener, bytes);
    if (!side.done && side.lost) this.#seek(side, fromOpener, bytes, wasLost);
    return true;
  }

  gap(fromOpener: boolean): boolean {
    lose(this.#side(fromOpener));
    return true;
  }

  packet(fromOpener: boolean, payloadLength: number): void {
    this.#observer.packet(fromOpener, payloadLength);
  }

  end(): void {
    this.#observer.end();
  }

  #side(fromOpener: boolean): Side {
    return fromOpener ? this.#opener : this.#responder;
  }

  #feed(side: Side, fromOpener: boolean, bytes: Uint8Array): void {
    side.bytes.lend(bytes);
    this.#read(side, fromOpener);
    side.bytes.settle();
  }

  /** Looks for a start in what is no SSH, such as the end of the talk to a proxy. */
  #seek(side: Side, fromOpener: boolean, bytes: Uint8Array, fromStart: boolean): void {
    const start = fromStart && isKexInitStart(bytes)
      ? 0
      : findIdentification(bytes, fromStart ? 0 : 1);
    side.passed += bytes.length;
    if (start >= 0) {
      side.lost = false;
      this.#feed(side, fromOpener, bytes.subarray(start));
    } else if (side.passed > MAX_PASSED) {
      finish(side);
    }
  }

  #read(side: Side, fromOpener: boolean): void {
    if (!side.packets) this.#readIdentification(side);
    while (!side.done && side.packets) {
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

  /** Reads up to the identification, a line at a time: there may be thousands before it. */
  #readIdentification(side: Side): void {
    if (isKexInitStart(side.bytes.peek())) side.packets = true;
    while (!side.packets && !side.done) {
      const bytes = side.bytes.peek();
      const end = bytes.indexOf(LF) + 1;
      const result = parseIdentification(end === 0 ? bytes : bytes.subarray(0, end));
      if (result === "not_ssh") {
        lose(side);
        return;
      }
      if (result !== "incomplete") {
        side.identification = result;
        side.packets = true;
      } else if (end === 0) {
        return;
      }
      side.bytes.take(end);
      side.passed += end;
      if (side.passed > MAX_PASSED) finish(side);
    }
  }
}

function finish(side: Side): void {
  side.done = true;
  side.bytes.clear();
}

function lose(side: Side): void {
  side.bytes.clear();
  side.packets = false;
  side.lost = true;
}

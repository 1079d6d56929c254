/** JA4 (FoxIO, BSD-3): a TLS client by its ClientHello, over TCP, QUIC and DTLS. */
import { sha256Hex } from "../hash.ts";
import { type ClientHello, offeredVersion } from "../tls/client_hello.ts";
import { EXTENSION, isGrease } from "../tls/constants.ts";
import { HashMemo } from "./hash_memo.ts";
import { ja4Alpn, ja4Count, ja4Number, ja4Version } from "./ja4_parts.ts";

/** What carried the hello: TLS over TCP, QUIC or DTLS. */
export type Ja4Transport = "t" | "q" | "d";

const HASH_LENGTH = 12;
const NOTHING = "0".repeat(HASH_LENGTH);

/** These are not hashed, because part a tells what is in them. */
const IN_PART_A: readonly number[] = [EXTENSION.serverName, EXTENSION.alpn];

/** Sorting by insertion is fastest for the lists of real clients, and slow for long ones. */
const MAX_INSERTION = 128;

const hashes = new HashMemo((text) => sha256Hex(text).slice(0, HASH_LENGTH));

/** Hex of each number that was ever needed, because formatting is most of the work. */
const hexNumbers: string[] = [];

/** JA4 of a ClientHello in its four forms; those in wire order are made when they are asked for. */
export class Ja4 {
  /** The fingerprint: `a_b_c`. */
  readonly ja4: string;
  /** JA4_r: the sorted lists in place of their hashes. */
  readonly ja4Raw: string;
  readonly #hello: ClientHello;
  /** Part a. */
  readonly #start: string;

  constructor(hello: ClientHello, transport: Ja4Transport) {
    const ciphers = sorted(hello.cipherSuites);
    const extensions = sorted(hello.extensions);
    this.#hello = hello;
    this.#start = transport + ja4Version(offeredVersion(hello)) +
      (hello.serverName === undefined ? "i" : "d") +
      ja4Count(ciphers.length) + ja4Count(extensions.length) + ja4Alpn(hello.alpn[0]);
    const cipherList = hexList(ciphers);
    const extensionList = this.#withSignatureAlgorithms(hexList(extensions, IN_PART_A));
    this.ja4 = this.#hashed(cipherList, extensionList);
    this.ja4Raw = `${this.#start}_${cipherList}_${extensionList}`;
  }

  /** JA4_o: as JA4, but over the lists in wire order, server_name and ALPN included. */
  get ja4Original(): string {
    return this.#hashed(this.#originalCiphers(), this.#originalExtensions());
  }

  /** JA4_ro: the lists in wire order, server_name and ALPN included. */
  get ja4OriginalRaw(): string {
    return `${this.#start}_${this.#originalCiphers()}_${this.#originalExtensions()}`;
  }

  #originalCiphers(): string {
    return hexList(this.#hello.cipherSuites);
  }

  #originalExtensions(): string {
    return this.#withSignatureAlgorithms(hexList(this.#hello.extensions));
  }

  /** Part c before it is hashed. Without signature algorithms there is no underscore. */
  #withSignatureAlgorithms(extensions: string): string {
    const algorithms = hexList(this.#hello.signatureAlgorithms);
    return algorithms === "" ? extensions : `${extensions}_${algorithms}`;
  }

  #hashed(ciphers: string, extensions: string): string {
    return `${this.#start}_${hashOf(ciphers)}_${hashOf(extensions)}`;
  }
}

function hashOf(list: string): string {
  return list === "" ? NOTHING : hashes.hash(list);
}

/** Numbers without GREASE in ascending order. */
function sorted(numbers: readonly number[]): number[] {
  const kept: number[] = [];
  for (const number of numbers) {
    if (isGrease(number)) continue;
    let place = kept.length;
    kept.push(number);
    if (numbers.length > MAX_INSERTION) continue;
    for (; place > 0 && kept[place - 1]! > number; place--) kept[place] = kept[place - 1]!;
    kept[place] = number;
  }
  return numbers.length > MAX_INSERTION ? kept.sort((a, b) => a - b) : kept;
}

/** Numbers without GREASE and those in `except`: four lowercase hex digits each, joined by `,`. */
function hexList(numbers: readonly number[], except: readonly number[] = []): string {
  let text = "";
  for (const number of numbers) {
    if (isGrease(number) || except.includes(number)) continue;
    const hex = hexNumbers[number] ??= ja4Number(number);
    text += text === "" ? hex : `,${hex}`;
  }
  return text;
}

/** When a SYN-ACK was sent again, in the record of its flow: what the fifth part of JA4TS tells. */
import { MAX_RETRANSMISSIONS } from "../fingerprint/ja4plus/ja4t.ts";
import { SYN_ACKS } from "./flow_record.ts";
import type { FlowTable } from "./flow_table.ts";

/** Time of the last SYN-ACK, a double; delays, a byte each; behind them how many there are. */
const LAST = SYN_ACKS;
const DELAYS = SYN_ACKS + 2;
const COUNT = MAX_RETRANSMISSIONS;
/** What was told of the SYN-ACK, by a number of the observer's. */
const ANSWER = SYN_ACKS + 5;

const MICROS = 1_000_000;

/** Seconds after a SYN-ACK in which the next one counts, by FoxIO's description. */
const MAX_DELAY = 120;

/** Notes a SYN-ACK of the flow at `at`, the first one or a repetition. */
export function noteSynAck(table: FlowTable, at: number, micros: number, first: boolean): void {
  if (!first) {
    const count = byteOf(table.words, at, COUNT);
    const delay = secondsSince(table, at, micros);
    if (count >= MAX_RETRANSMISSIONS || delay > MAX_DELAY) return;
    setByte(table.words, at, count, delay);
    setByte(table.words, at, COUNT, count + 1);
  }
  table.doubles[at + LAST >> 1] = micros;
}

/** Whole seconds between the SYN-ACKs. */
export function synAckDelays(table: FlowTable, at: number): number[] {
  return Array.from(
    { length: byteOf(table.words, at, COUNT) },
    (_, index) => byteOf(table.words, at, index),
  );
}

/** Whole seconds from the last SYN-ACK that counts to `micros`. */
export function secondsSince(table: FlowTable, at: number, micros: number): number {
  return Math.max(0, Math.round((micros - table.doubles[at + LAST >> 1]!) / MICROS));
}

/** What {@linkcode setAnswer} was given last, or 0. */
export function answerOf(table: FlowTable, at: number): number {
  return table.words[at + ANSWER]!;
}

/** Remembers a number for the flow. */
export function setAnswer(table: FlowTable, at: number, answer: number): void {
  table.words[at + ANSWER] = answer;
}

function byteOf(words: Int32Array, at: number, index: number): number {
  return words[at + DELAYS + (index >> 2)]! >>> 8 * (index & 3) & 0xff;
}

function setByte(words: Int32Array, at: number, index: number, value: number): void {
  const word = at + DELAYS + (index >> 2);
  const shift = 8 * (index & 3);
  words[word] = words[word]! & ~(0xff << shift) | value << shift;
}

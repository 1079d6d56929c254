import assert from "node:assert/strict";
import { Packet } from "../net/packet.ts";
import type { Analyzer } from "./analyzer.ts";
import { type Recognition, type Recognizer, TcpConversation } from "./tcp_conversation.ts";

/** Writes down what it is told. */
class Scribe implements Analyzer {
  readonly heard: string[] = [];
  wants = true;

  data(fromOpener: boolean, bytes: Uint8Array): boolean {
    this.heard.push(`${fromOpener ? ">" : "<"}${new TextDecoder().decode(bytes)}`);
    return this.wants;
  }

  gap(fromOpener: boolean): boolean {
    this.heard.push(fromOpener ? ">|" : "<|");
    return this.wants;
  }

  packet(fromOpener: boolean, payloadLength: number): void {
    this.heard.push(`${fromOpener ? ">" : "<"}${payloadLength}`);
  }

  end(): void {
    this.heard.push("end");
  }
}

function segment(sequence: number, payload: string | Uint8Array, missing = 0, flags = 0x10) {
  const packet = new Packet();
  packet.bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  packet.sequence = sequence >>> 0;
  packet.payloadLength = packet.bytes.length;
  packet.payloadMissing = missing;
  packet.tcpFlags = flags;
  return packet;
}

/** Recognizes once the opener has said `trigger`, and counts how often it is asked. */
function recognizing(scribe: Scribe, trigger: string, skip = 0) {
  const asked: string[] = [];
  const recognize: Recognizer = (opener, responder): Recognition => {
    const said = new TextDecoder().decode(opener);
    asked.push(`${said}/${new TextDecoder().decode(responder)}`);
    return said.includes(trigger) ? { analyzer: scribe, skip } : "undecided";
  };
  return { asked, recognize };
}

Deno.test("TcpConversation decides at the first segment and keeps nothing", () => {
  const scribe = new Scribe();
  const { asked, recognize } = recognizing(scribe, "a");
  const conversation = new TcpConversation(recognize);
  conversation.open(true, 99);
  conversation.segment(true, segment(100, "ab"));
  conversation.segment(true, segment(102, "cd"));
  conversation.segment(false, segment(7, "x"));
  conversation.acknowledgement(true);
  conversation.end();
  assert.deepEqual(scribe.heard, [">ab", ">2", ">cd", ">2", "<x", "<1", ">0", "end"]);
  assert.equal(asked.length, 1);
});

Deno.test("TcpConversation gives all that was said before it was decided, in order", () => {
  const scribe = new Scribe();
  const { asked, recognize } = recognizing(scribe, "abc");
  const conversation = new TcpConversation(recognize);
  conversation.acknowledgement(false);
  conversation.segment(false, segment(1, "hi"));
  conversation.open(true, 9);
  // The buffer of a packet is used again for the next.
  const first = segment(10, "a");
  conversation.segment(true, first);
  first.bytes.fill(0);
  conversation.segment(true, segment(12, "c"));
  conversation.segment(true, segment(11, "b"));
  assert.deepEqual(asked, ["/hi", "a/hi", "ab/hi", "abc/hi"]);
  assert.deepEqual(scribe.heard, ["<0", "<hi", ">abc", ">1"]);
});

Deno.test("TcpConversation leaves out the preamble of both sides", () => {
  const scribe = new Scribe();
  const { recognize } = recognizing(scribe, "TLS", 4);
  const conversation = new TcpConversation(recognize);
  conversation.segment(false, segment(1, "220 ready"));
  conversation.segment(true, segment(1, "ok\r\n"));
  conversation.segment(true, segment(5, "TLS"));
  conversation.segment(false, segment(10, "tls"));
  assert.deepEqual(scribe.heard, [">TLS", ">3", "<tls", "<3"]);
});

Deno.test("TcpConversation takes the data of a SYN, and those once more without it", () => {
  const scribe = new Scribe();
  const conversation = new TcpConversation(recognizing(scribe, "").recognize);
  conversation.open(true, 0xffffffff);
  conversation.segment(true, segment(0xffffffff, "ab", 0, 0x02));
  conversation.segment(true, segment(0, "abc"));
  assert.deepEqual(scribe.heard.filter((entry) => !/\d/.test(entry)), [">ab", ">c"]);
});

Deno.test("TcpConversation keeps no more than 48 KiB while it is open what is spoken", () => {
  const { asked, recognize } = recognizing(new Scribe(), "never");
  const conversation = new TcpConversation(recognize);
  const piece = "x".repeat(1024);
  let sent = 0;
  while (conversation.wanted && sent < 1000) {
    conversation.segment(sent % 2 === 0, segment(Math.floor(sent / 2) * 1024, piece));
    sent++;
  }
  assert.equal(sent, 48);
  conversation.segment(true, segment(24 * 1024, piece));
  assert.equal(asked.length, sent, "it is not asked again");
});

Deno.test("TcpConversation ends for what nobody knows or nobody wants any more", () => {
  const unknown = new TcpConversation(() => "unknown");
  unknown.segment(true, segment(1, "?"));
  assert.equal(unknown.wanted, false);
  const scribe = new Scribe();
  scribe.wants = false;
  const conversation = new TcpConversation(recognizing(scribe, "a").recognize);
  conversation.segment(true, segment(1, "a"));
  assert.equal(conversation.wanted, false);
  conversation.segment(true, segment(2, "b"));
  assert.ok(!scribe.heard.includes(">b"));
});

Deno.test("TcpConversation does not join what is before a gap with what is behind it", () => {
  const scribe = new Scribe();
  const { asked, recognize } = recognizing(scribe, "hello");
  const conversation = new TcpConversation(recognize);
  conversation.segment(true, segment(1, "he", 1));
  conversation.segment(true, segment(4, "llo"));
  conversation.segment(true, segment(7, "hello"));
  assert.deepEqual(asked, ["he/", "llo/", "llohello/"]);
  conversation.segment(true, segment(12, "", 3));
  assert.equal(scribe.heard.at(-2), ">|");
});

Deno.test("TcpConversation hands on at its end what waited for a lost segment", () => {
  const scribe = new Scribe();
  const conversation = new TcpConversation(recognizing(scribe, "a").recognize);
  conversation.segment(true, segment(1, "a"));
  conversation.segment(true, segment(5, "c"));
  conversation.end();
  assert.deepEqual(scribe.heard, [">a", ">1", ">1", ">|", ">c", "end"]);
});

import assert from "node:assert/strict";
import {
  type RecordingOptions,
  RecordingRecognizer,
} from "../../tests/support/recording_analyzer.ts";
import { Packet } from "../net/packet.ts";
import { TcpConversation } from "./tcp_conversation.ts";

const SYN = 0x02;
const MICROS = 1_700_000_000_000_000;

function segment(sequence: number, payload: string, { missing = 0, flags = 0x10, after = 0 } = {}) {
  const packet = new Packet();
  packet.bytes = new TextEncoder().encode(payload);
  packet.sequence = sequence >>> 0;
  packet.payloadLength = packet.bytes.length;
  packet.payloadMissing = missing;
  packet.tcpFlags = flags;
  packet.micros = MICROS + after;
  return packet;
}

/** A conversation and what is heard of it. @param acknowledges what both sides have acknowledged */
function conversing(options: RecordingOptions, acknowledges?: number) {
  const recognizer = new RecordingRecognizer(options);
  const turns: string[] = [];
  const conversation = new TcpConversation({
    recognizer: () => recognizer,
    acknowledged: (_, sequence) =>
      acknowledges === undefined ? undefined : acknowledges >= sequence,
    turn: () => turns.push("turn"),
  }, MICROS);
  const { asked, analyzer } = recognizer;
  return { conversation, asked, analyzer, heard: analyzer.heard, turns };
}

Deno.test("TcpConversation hands on data, packets and the end", () => {
  const { conversation, heard } = conversing({ word: "a" });
  conversation.open(true, 99);
  conversation.segment(true, segment(100, "ab"));
  conversation.segment(true, segment(102, "cd"));
  conversation.segment(false, segment(7, "x"));
  conversation.acknowledgement(true);
  conversation.end();
  assert.deepEqual(heard, [">ab", ">2", ">cd", ">2", "<x", "<1", ">0", "end"]);
});

Deno.test("TcpConversation puts both sides in order before they are judged", () => {
  const { conversation, asked, heard } = conversing({ word: "abc" });
  conversation.acknowledgement(false);
  conversation.segment(false, segment(1, "hi"));
  conversation.open(true, 9);
  conversation.segment(true, segment(10, "a"));
  conversation.segment(true, segment(12, "c"));
  conversation.segment(true, segment(11, "b"));
  assert.deepEqual(asked, ["/hi", "a/hi", "ab/hi", "abc/hi"]);
  assert.deepEqual(heard, ["<0", "<hi", ">abc", ">1"]);
});

Deno.test("TcpConversation takes the data of a SYN, and those once more without it", () => {
  const { conversation, heard } = conversing({ word: "" });
  conversation.open(true, 0xffffffff);
  conversation.segment(true, segment(0xffffffff, "ab", { flags: SYN }));
  conversation.segment(true, segment(0, "abc"));
  assert.deepEqual(heard.filter((entry) => !/\d/.test(entry)), [">ab", ">c"]);
});

Deno.test("TcpConversation ends for what nobody knows or nobody wants any more", () => {
  const unknown = conversing({ word: "never", strict: true });
  unknown.conversation.open(true, 0);
  unknown.conversation.segment(true, segment(1, "?"));
  assert.equal(unknown.conversation.wanted, false);
  const { conversation, analyzer, heard } = conversing({ word: "a" });
  analyzer.wants = false;
  conversation.segment(true, segment(1, "a"));
  assert.equal(conversation.wanted, false);
  conversation.segment(true, segment(2, "b"));
  assert.ok(!heard.includes(">b"));
});

Deno.test("TcpConversation waits a little for what comes before the unknown, where no SYN was seen", () => {
  const { conversation, heard } = conversing({ word: "hello", strict: true });
  conversation.segment(true, segment(103, "lo"));
  conversation.segment(true, segment(100, "hel"));
  assert.deepEqual(heard, [">hello", ">3"]);
  assert.equal(conversation.wanted, true);
  const never = conversing({ word: "hello", strict: true });
  let sent = 0;
  while (never.conversation.wanted && sent < 100) {
    never.conversation.segment(true, segment(100 + sent, "x"));
    sent++;
  }
  assert.equal(sent, 9);
});

Deno.test("TcpConversation gives up when it stays undecided for five minutes", () => {
  const { conversation } = conversing({ word: "never" });
  conversation.segment(true, segment(1, "a"));
  conversation.segment(true, segment(2, "b", { after: 300_000_000 }));
  assert.equal(conversation.wanted, true);
  conversation.segment(true, segment(3, "c", { after: 300_000_001 }));
  assert.equal(conversation.wanted, false);
});

Deno.test("TcpConversation tells of gaps, and does not join what is before with what is behind", () => {
  const { conversation, asked, heard } = conversing({ word: "hello" });
  conversation.segment(true, segment(1, "he", { missing: 1 }));
  conversation.segment(true, segment(4, "llo"));
  conversation.segment(true, segment(7, "hello"));
  assert.deepEqual(asked.filter((entry) => entry.includes("/")), ["he/", "llo/", "llohello/"]);
  conversation.segment(true, segment(12, "", { missing: 3 }));
  assert.equal(heard.at(-2), ">|3");
});

Deno.test("TcpConversation hands on at its end what waited for a lost segment", () => {
  const { conversation, heard } = conversing({ word: "a" }, 3);
  conversation.segment(true, segment(1, "a"));
  conversation.segment(true, segment(5, "c"));
  assert.ok(conversation.held > 0);
  conversation.end();
  assert.deepEqual(heard, [">a", ">1", ">1", ">|3", ">c", "end"]);
});

Deno.test("TcpConversation passes over a side that nobody listens to, and goes on with it later", () => {
  const { conversation, analyzer, heard } = conversing({ word: "a" });
  conversation.segment(true, segment(1, "a"));
  analyzer.listensTo.responder = false;
  assert.equal(conversation.segment(false, segment(50, "xx")), false);
  assert.equal(conversation.segment(false, segment(60, "later")), false);
  assert.equal(conversation.held, 0);
  analyzer.listensTo.responder = true;
  assert.equal(conversation.segment(false, segment(65, "now")), true);
  assert.deepEqual(heard, [">a", ">1", "<2", "<5", "<now", "<3"]);
});

Deno.test("TcpConversation turns around when the responder turns out to be the client", () => {
  const { conversation, heard, turns } = conversing({ word: "GET", turned: true });
  conversation.segment(false, segment(1, "page"));
  conversation.segment(true, segment(70, "GET"));
  assert.deepEqual(turns, ["turn"]);
  // From here on the flow calls them by their true names.
  conversation.segment(true, segment(5, "more"));
  conversation.segment(false, segment(73, "x"));
  assert.deepEqual(heard, [">page", "<GET", "<3", ">more", ">4", "<x", "<1"]);
});

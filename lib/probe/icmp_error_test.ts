import assert from "node:assert/strict";
import type { Fields } from "../event/event.ts";
import { putU16 } from "../raw/ip_packet.ts";
import { icmp6Error } from "./icmp6_error.ts";
import { icmpError } from "./icmp_error.ts";
import type { ProbeResult } from "./probe.ts";
import { errorAbout, replyTo } from "../../tests/support/raw_fake_answers.ts";
import {
  type FakeAnswer,
  FakeNetwork,
  type FakeWorld,
  runFake,
  type SentPacket,
} from "../../tests/support/raw_fake_network.ts";
import { udp } from "../../tests/support/packet_builder.ts";

const V6 = { address: "2001:db8:ff::7" };
const ON_LINK = { gateway: undefined };

type Stimulus = "P" | "T" | "F" | "X";

/** Which of the four packets it is. */
function kindOf({ packet, bytes }: SentPacket): Stimulus {
  if (packet.ttl === 1) return "T";
  if (packet.ipOptionLength > 0) return "X";
  return bytes.length === 1500 ? "F" : "P";
}

type Stimulus6 = "U" | "H" | "N" | "B" | "M";

function kindOf6({ packet, bytes }: SentPacket): Stimulus6 {
  if (packet.ttl === 1) return "H";
  if (bytes[6] === 253) return "N";
  if (bytes[6] === 60) return "B";
  return bytes.length === 1500 ? "M" : "U";
}

const ROUTER = "192.0.2.9";
const ROUTER6 = "2001:db8::9";

/** What a Linux host and the first router to it answer. */
function linux(sent: SentPacket): readonly FakeAnswer[] {
  const answers: Readonly<Record<Stimulus, Uint8Array>> = {
    P: errorAbout(sent, [3, 3], { ttl: 55, trafficClass: 0xc0 }),
    T: errorAbout(sent, [11, 0], { from: ROUTER, length: 28 }),
    F: errorAbout(sent, [3, 4], { from: ROUTER, word: 1400 }),
    X: errorAbout(sent, [12, 0], { ttl: 55, word: 20 * 2 ** 24 }),
  };
  return [{ packet: answers[kindOf(sent)] }];
}

function linux6(sent: SentPacket): readonly FakeAnswer[] {
  const answers: Readonly<Record<Stimulus6, Uint8Array>> = {
    U: errorAbout(sent, [1, 4], { ttl: 55, length: 1232 }),
    H: errorAbout(sent, [3, 0], { from: ROUTER6 }),
    N: errorAbout(sent, [4, 1], { ttl: 55, word: 6 }),
    B: errorAbout(sent, [4, 2], { ttl: 55, word: 42 }),
    M: errorAbout(sent, [2, 0], { from: ROUTER6, word: 1280 }),
  };
  return [{ packet: answers[kindOf6(sent)] }];
}

function fieldsOf(result: ProbeResult): Fields {
  if (result.outcome !== "ok") assert.fail(JSON.stringify(result));
  return result.fields;
}

const probe = async (world: FakeWorld, options = {}) =>
  fieldsOf(await runFake(icmpError, new FakeNetwork(world), options));
const probe6 = async (world: FakeWorld) =>
  fieldsOf(await runFake(icmp6Error, new FakeNetwork(world), V6));

Deno.test("icmp_error tells which errors came, from whom, with how much of the packet", async () => {
  const network = new FakeNetwork({ answer: linux });
  const result = await runFake(icmpError, network);
  const fields = fieldsOf(result);
  assert.deepEqual(fields, {
    target_ip: "203.0.113.7",
    icmp_matrix: "PTFX",
    icmp_fp_hash: fields.icmp_fp_hash,
    icmp_fp_raw: "P=3/3:548:;ttl=64;df=0",
    initial_ttl: 64,
    hop_distance: 9,
    forward_hops: 0,
    tos: 0xc0,
    icmp_port_unreach: true,
    icmp_port_unreach_rtt_ms: 20,
    icmp_port_unreach_quoted: 548,
    icmp_time_exceeded: true,
    icmp_time_exceeded_rtt_ms: 20,
    icmp_time_exceeded_quoted: 28,
    icmp_time_exceeded_hop: ROUTER,
    icmp_frag_needed: true,
    icmp_frag_needed_rtt_ms: 20,
    icmp_frag_needed_quoted: 548,
    icmp_frag_needed_hop: ROUTER,
    path_mtu: 1400,
    icmp_param_problem: true,
    icmp_param_problem_rtt_ms: 20,
    icmp_param_problem_quoted: 64,
    icmp_param_problem_pointer: 20,
  });
  assert.ok(result.outcome === "ok");
  assert.deepEqual([result.eventType, result.hash], ["icmp_error_leak", fields.icmp_fp_hash]);
  const short = String(result.hash).slice(0, 8);
  assert.equal(result.msg, `ICMP leak 203.0.113.7 matrix=PTFX fp=${short}`);
  assert.equal(network.sent.length, 4);
  assert.ok(network.quiet);
});

Deno.test("icmp6_error tells which errors came, from whom, with how much of the packet", async () => {
  const fields = await probe6({ answer: linux6 });
  assert.deepEqual(
    [fields.icmp6_matrix, fields.icmp6_fp_raw, fields.path_mtu],
    ["UHNBM", "U=1/4:640:;N=4/1@6:96:;ttl=64;df=0", 1280],
  );
  assert.deepEqual(
    [fields.icmp6_bad_dest_option_pointer, fields.icmp6_unknown_next_header_pointer],
    [42, 6],
  );
  assert.deepEqual(
    [fields.icmp6_hop_limit_exceeded_hop, fields.icmp6_packet_too_big_hop],
    [ROUTER6, ROUTER6],
  );
});

Deno.test("icmp_error sends packets that a router or host must answer", async () => {
  const network = new FakeNetwork({ answer: linux });
  await runFake(icmpError, network);
  const { sent } = network;
  assert.deepEqual(sent.map(kindOf), ["P", "T", "F", "X"]);
  assert.deepEqual(sent.map(({ bytes }) => bytes.length), [640, 64, 1500, 64]);
  assert.ok(sent.every(({ packet }) => packet.dontFragment && packet.ipId > 0));
  assert.ok(sent.every(({ packet }) => packet.destinationPort >= 33434));
  assert.ok(sent.every(({ packet }) => packet.destinationPort < 33534));
  assert.equal(new Set(sent.map(({ packet }) => packet.sourcePort)).size, 4);
  // The option claims to be longer than the header.
  assert.deepEqual([...sent[3]!.bytes.subarray(20, 24)], [0x91, 39, 0, 0]);
  const narrow = new FakeNetwork({ answer: linux, route: { mtu: 1280 } });
  await runFake(icmpError, narrow);
  assert.equal(Math.max(...narrow.sent.map(({ bytes }) => bytes.length)), 1280);
});

Deno.test("icmp_error leaves TTL 1 out on the link, where it counts the bad option's answer", async () => {
  const fields = await probe({ answer: linux, route: ON_LINK });
  assert.equal(fields.icmp_matrix, "P-FX");
  assert.equal(fields.icmp_fp_raw, "P=3/3:548:;X=12/0@20:64:;ttl=64;df=0");
  assert.ok(!("icmp_time_exceeded" in fields));
});

Deno.test("icmp_error tells another error from the one asked for, and silence from both", async () => {
  const fields = await probe({
    answer: (sent) => {
      const kind = kindOf(sent);
      if (kind === "X") return [];
      const code = kind === "F" ? [3, 3] as const : [3, 10] as const;
      return [{ packet: errorAbout(sent, code) }];
    },
  });
  assert.equal(fields.icmp_matrix, "ptf.");
  assert.equal(fields.icmp_port_unreach, false);
  assert.equal(fields.icmp_port_unreach_got, "3/10 host prohibited");
  assert.equal(fields.icmp_frag_needed_got, "3/3 port unreachable");
  assert.equal(fields.icmp_param_problem, false);
  assert.ok(!("icmp_param_problem_got" in fields));
  assert.ok(!("path_mtu" in fields));
});

Deno.test("icmp_error's hash stays the same for all that belongs to the way", async () => {
  const { icmp_fp_hash: before } = await probe({ answer: linux });
  const others: readonly FakeWorld["answer"][] = [
    // Routers that say nothing; another route, with other routers and hops, and a wider one.
    (sent) => "TFX".includes(kindOf(sent)) ? [] : linux(sent),
    (sent) =>
      kindOf(sent) === "P"
        ? [{ packet: errorAbout(sent, [3, 3], { ttl: 43 }), after: 220 }]
        : [{ packet: errorAbout(sent, [3, 3], { from: "192.0.2.77" }) }],
    (sent) => {
      // The quoted packet with fewer hops left, and another TOS.
      const change = (quote: Uint8Array) => {
        quote[8]! -= 20;
        quote[1] = 0x20;
        putU16(quote, 10, 0);
        return quote;
      };
      const right = (quote: Uint8Array) => {
        change(quote);
        let sum = 0;
        for (let at = 0; at < 20; at += 2) sum += quote[at]! << 8 | quote[at + 1]!;
        sum = (sum & 0xffff) + (sum >>> 16);
        putU16(quote, 10, ~sum & 0xffff);
        return quote;
      };
      return kindOf(sent) === "P"
        ? [{ packet: errorAbout(sent, [3, 3], { change: right }) }]
        : linux(sent);
    },
  ];
  for (const answer of others) {
    assert.equal((await probe({ answer: answer! })).icmp_fp_hash, before);
  }
});

Deno.test("icmp_error's hash changes with all that the host decides", async () => {
  const port = (fields: Parameters<typeof errorAbout>[2], code = 3) => (sent: SentPacket) =>
    kindOf(sent) === "P" ? [{ packet: errorAbout(sent, [3, code], fields) }] : linux(sent);
  const worlds = [
    port({}),
    port({ ttl: 128 }),
    port({ ttl: 255 }),
    port({ fragment: 0x4000 }),
    port({ length: 28 }),
    port({ length: 640 }),
    port({ change: (quote) => quote.fill(0, 26, 28) }),
    port({ change: (quote) => quote.fill(0, 10, 12) }),
    port({}, 13),
  ];
  const hashes = await Promise.all(
    worlds.map(async (answer) => (await probe({ answer })).icmp_fp_hash),
  );
  // Silence to P, when only the bad option is answered, is another pattern too.
  const onlyX = await probe({ answer: (sent) => kindOf(sent) === "X" ? linux(sent) : [] });
  assert.equal(onlyX.icmp_fp_raw, "P=.;ttl=64;df=0");
  assert.equal(new Set([...hashes, onlyX.icmp_fp_hash]).size, worlds.length + 1);
});

Deno.test("icmp6_error hashes no answer of a router in the host's stead", async () => {
  const filtered = (code: number, from: string) => (sent: SentPacket) =>
    kindOf6(sent) === "N" ? [{ packet: errorAbout(sent, [1, code], { from }) }] : linux6(sent);
  const fields = await probe6({ answer: filtered(1, ROUTER6) });
  assert.equal(fields.icmp6_fp_raw, "U=1/4:640:;N=~;ttl=64;df=0");
  assert.equal(fields.icmp6_unknown_next_header_got, "1/1 administratively prohibited");
  assert.equal(fields.icmp6_unknown_next_header_hop, ROUTER6);
  const other = await probe6({ answer: filtered(5, "2001:db8::77") });
  assert.equal(other.icmp6_fp_hash, fields.icmp6_fp_hash);
});

Deno.test("icmp_error names the changes to the packet that is quoted", async () => {
  const change = (quote: Uint8Array) => quote.fill(0, 4, 6);
  const fields = await probe({
    answer: (sent) => [{ packet: errorAbout(sent, [3, 3], { change }) }],
    route: ON_LINK,
  });
  assert.deepEqual(fields.icmp_port_unreach_changes, ["id_zero", "checksum"]);
  assert.equal(
    fields.icmp_fp_raw,
    "P=3/3:548:id_zero,checksum;X=3/3:64:id_zero,checksum;ttl=64;df=0",
  );
});

Deno.test("icmp_error ends as timeout when the host itself says nothing", async () => {
  const silent = new FakeNetwork();
  const expected = { outcome: "timeout", detail: "silence" };
  assert.deepEqual(await runFake(icmpError, silent, { timeout: 60_000 }), expected);
  // Three times four packets, a tenth of a second apart.
  assert.equal(silent.sent.length, 12);
  assert.deepEqual(silent.sent.slice(0, 5).map(({ at }) => at), [0, 100, 200, 300, 1400]);
  assert.ok(silent.milliseconds < 60_000);
  const routers = new FakeNetwork({
    answer: (sent) => kindOf(sent) === "T" ? linux(sent) : [],
  });
  assert.deepEqual(await runFake(icmpError, routers), {
    outcome: "timeout",
    detail: "silence; only routers on the way answered",
  });
});

Deno.test("icmp_error ends as unreachable when a router says so", async () => {
  const network = new FakeNetwork({
    answer: (sent) => [{ packet: errorAbout(sent, [3, 1], { from: ROUTER }) }],
  });
  assert.deepEqual(await runFake(icmpError, network), {
    outcome: "unreachable",
    detail: `ICMP 3/1 host unreachable from ${ROUTER}`,
  });
  const network6 = new FakeNetwork({
    answer: (sent) => [{ packet: errorAbout(sent, [1, 3], { from: ROUTER6 }) }],
  });
  assert.deepEqual(await runFake(icmp6Error, network6, V6), {
    outcome: "unreachable",
    detail: `ICMP 1/3 address unreachable from ${ROUTER6}`,
  });
});

Deno.test("icmp_error asks a host again, a second apart, that may be short of answers", async () => {
  // One error a second, and none before that.
  let last = -Infinity;
  const network: FakeNetwork = new FakeNetwork({
    answer: (sent) => {
      if (kindOf(sent) === "T" || sent.at - last < 1000) return [];
      last = sent.at;
      return [{ packet: errorAbout(sent, [3, 3]) }];
    },
    route: ON_LINK,
  });
  const fields = fieldsOf(await runFake(icmpError, network, { timeout: 20_000 }));
  assert.equal(fields.icmp_matrix, "P-fx");
});

Deno.test("icmp_error takes answers that come late, until its deadline", async () => {
  const late = await probe({
    answer: (sent) => linux(sent).map((answer) => ({ ...answer, after: 2500 })),
  });
  assert.equal(late.icmp_matrix, "PTFX");
  assert.equal(late.icmp_port_unreach_rtt_ms, 2500);
});

Deno.test("icmp_error does not take for an answer what does not answer its packets", async () => {
  const forged = (sent: SentPacket) =>
    [
      errorAbout(sent, [3, 3], { change: (quote) => quote.fill(1, 20, 22) }),
      errorAbout(sent, [3, 3], { change: (quote) => quote.fill(1, 22, 24) }),
      errorAbout(sent, [3, 3], { change: (quote) => quote.fill(6, 9, 10) }),
      errorAbout(sent, [3, 3], { change: (quote) => quote.fill(6, 16, 20) }),
      errorAbout(sent, [5, 1]),
      replyTo(
        sent,
        17,
        udp(sent.packet.destinationPort, sent.packet.sourcePort, new Uint8Array(8)),
      ),
    ].map((packet) => ({ packet }));
  const network = new FakeNetwork({
    answer: (sent) => kindOf(sent) === "X" ? forged(sent).slice(4) : forged(sent),
  });
  assert.deepEqual(await runFake(icmpError, network), { outcome: "timeout", detail: "silence" });
});

Deno.test("icmp_error and icmp6_error end as interrupted", async () => {
  for (const [probe, options] of [[icmpError, {}], [icmp6Error, V6]] as const) {
    const network = new FakeNetwork();
    const result = await runFake(probe, network, { ...options, interruptAfter: 250 });
    assert.equal(result.outcome, "interrupted");
    assert.equal(network.milliseconds, 250);
    assert.ok(network.quiet);
  }
});

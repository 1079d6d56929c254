import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryOutput } from "../../tests/support/collect_output.ts";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { HeldBack } from "./held_back.ts";
import { Limiter } from "./limiter.ts";
import { LineRecorder } from "./line_recorder.ts";
import type { RecorderOptions } from "./recording.ts";
import { ReadBack } from "./read_back.ts";
import type { Origin, SourceLine } from "./source.ts";
import { type CollectCounters, freshCounters } from "./stats.ts";

const NOBODY: Origin = { decky: undefined, service: undefined, container: undefined };
const DECOY: Origin = { decky: "omega", service: "ssh", container: "omega-ssh" };
const NOW = Date.parse("2026-11-21T07:00:00Z") * 1000;

const HEADER = "<134>1 2026-05-03T05:12:51Z decky ssh - ";
const LOGIN = `${HEADER}login [r@1 src_ip="192.0.2.1:5555" user="root"] hi`;

interface Recording {
  readonly output: MemoryOutput;
  readonly counters: CollectCounters;
  readonly held: HeldBack;
  readonly last: number;
}

function record(
  lines: readonly (string | SourceLine)[],
  options: Partial<RecorderOptions> & { origin?: Origin; back?: ReadBack } = {},
): Recording {
  const { origin = NOBODY, back, ...others } = options;
  const output = new MemoryOutput();
  const counters = freshCounters();
  const held = new HeldBack();
  const recorder = new LineRecorder({
    sensor: "s",
    limiter: new Limiter({ window: 1_000_000, types: ["connect"] }),
    held,
    counters,
    dropApps: new Set(),
    guessIp: false,
    zoneOffset: 0,
    ...others,
  });
  const sourceLines = lines.map((line, index): SourceLine =>
    typeof line === "string" ? { text: line, time: undefined, place: String(index) } : line
  );
  const batch = { key: "k", origin, lines: sourceLines, position: undefined };
  const last = recorder.record(batch, { output, back, now: NOW, clock: 0 });
  output.write();
  return { output, counters, held, last };
}

Deno.test("LineRecorder writes each line as it came, and its event", () => {
  const { output, counters } = record([LOGIN, "junk"]);
  assert.deepEqual(output.lines, [LOGIN, "junk"]);
  assert.equal(output.events.length, 1);
  const { event_id, ...event } = output.events[0]!;
  assert.match(event_id, /^01KQP41V1R[0-9A-Z]{16}$/);
  assert.deepEqual(event, {
    timestamp: "2026-05-03T05:12:51.000000Z",
    ...{ schema: 1, sensor: "s", decky: "decky", service: "ssh", event_type: "login" },
    attacker_ip: "192.0.2.1",
    fields: { src_ip: "192.0.2.1:5555", user: "root", remote_port: "5555" },
    ...{ msg: "hi", raw_line: LOGIN },
  });
  assert.deepEqual(counters, {
    ...freshCounters(),
    ...{ lines: 2, logged: 2, events: 1, malformed: 1 },
  });
});

Deno.test("LineRecorder takes the time of a line that has none from its source, then from the clock", () => {
  const line = `${HEADER}login -`.replace("2026-05-03T05:12:51Z", "-");
  const { output, last } = record([{ text: line, time: 1_000_000, place: "0" }, line]);
  assert.deepEqual(output.events.map(({ timestamp }) => timestamp), [
    "1970-01-01T00:00:01.000000Z",
    "2026-11-21T07:00:00.000000Z",
  ]);
  assert.equal(last, NOW);
});

Deno.test("LineRecorder writes nothing raw that a terminal or a line must not get", () => {
  const hostile = "\u001b[31m\n<134>1 forged\u202e\u2028\r\u0007";
  const { output } = record([`${HEADER}x [r@1 a="${hostile}"]`, hostile, ""], { origin: DECOY });
  assert.equal(output.lines.length, 3);
  for (const line of output.lines) assert.doesNotMatch(line, /[\p{Cc}\u202e\u2028]/u);
  assert.deepEqual(output.events.map(({ fields, msg }) => fields["a"] ?? msg), [hostile, hostile]);
  assert.equal(output.events[0]!.raw_line, output.lines[0]);
});

Deno.test("LineRecorder gives any line one line, and JSON that says what it said", () => {
  fc.assert(fc.property(fc.string({ unit: CODE_POINT }), (text) => {
    const { output } = record([text], { origin: DECOY });
    assert.equal(output.lines.length, 1);
    for (const event of output.events) assert.equal(event.raw_line, output.lines[0]);
  }));
});

Deno.test("LineRecorder makes an event of any line of a known origin but a blank one", () => {
  const { output, counters } = record(["hello", ""], { origin: DECOY });
  const [event] = output.events;
  assert.deepEqual(
    [event!.decky, event!.service, event!.event_type, event!.msg, event!.attacker_ip],
    ["omega", "ssh", "raw_line", "hello", "Unknown"],
  );
  assert.equal(output.events.length, 1);
  assert.deepEqual([counters.raw, counters.blank, counters.malformed], [1, 1, 0]);
  assert.deepEqual(output.lines, ["hello", ""]);
});

Deno.test("LineRecorder says when a line claims to be of another decoy", () => {
  const { output } = record([LOGIN, LOGIN.replace(" decky ssh ", " - - ")], { origin: DECOY });
  const [claimed, silent] = output.events;
  assert.deepEqual([claimed!.decky, claimed!.fields["origin_decky"]], ["decky", "omega"]);
  assert.equal(claimed!.fields["origin_service"], "ssh");
  assert.deepEqual([silent!.decky, silent!.service], ["omega", "ssh"]);
  assert.ok(!("origin_decky" in silent!.fields));
});

Deno.test("LineRecorder marks what is damaged and what was cut", () => {
  const cut = { text: `${HEADER}x [r@1 a="b`, time: undefined, place: "0", truncated: true };
  const { output, counters } = record([cut]);
  assert.deepEqual(output.events[0]!.fields, { damaged: true, truncated: true });
  assert.equal(counters.truncated, 1);
});

Deno.test("LineRecorder leaves out events of programs that are not wanted, never their lines", () => {
  const noise = "May  3 05:12:51 decky CRON[7]: (root) CMD (run-parts)";
  const { output, counters } = record([noise, LOGIN], { dropApps: new Set(["CRON"]) });
  assert.deepEqual(output.lines, [noise, LOGIN]);
  assert.deepEqual(output.events.map(({ event_type }) => event_type), ["login"]);
  assert.equal(counters.dropped, 1);
});

Deno.test("LineRecorder takes an address out of prose only when told to", () => {
  const prose = "May  3 05:12:51 decky sshd[7]: Failed password for x from 192.0.2.7 port 22";
  assert.equal(record([prose]).output.events[0]!.attacker_ip, "Unknown");
  assert.equal(record([prose], { guessIp: true }).output.events[0]!.attacker_ip, "192.0.2.7");
});

Deno.test("LineRecorder holds events back, never their lines, and counts them", () => {
  const connect = `${HEADER}connect [r@1 src_ip="192.0.2.1"]`;
  const { output, counters, held } = record([connect, connect, connect, LOGIN]);
  assert.equal(output.lines.length, 4);
  assert.deepEqual(output.events.map(({ event_type }) => event_type), ["connect", "login"]);
  assert.deepEqual([counters.held, held.total], [2, 2]);
});

Deno.test("LineRecorder writes of what comes again only what is not there", () => {
  const lines = ["one", "two", "three"];
  const whole = record(lines, { origin: DECOY }).output;
  // Died between the two files: the second line has no event.
  const back = new ReadBack({ isWhole: false });
  for (const line of whole.lines.slice(0, 2)) back.addLine(line);
  back.addEvent(whole.events[0]!.event_id);
  const { output, counters } = record(lines, { origin: DECOY, back });
  assert.deepEqual(output.lines, ["three"]);
  assert.deepEqual(output.events.map(({ msg }) => msg), ["two", "three"]);
  assert.deepEqual([counters.repeated, counters.logged, back.size], [2, 1, 0]);
});

Deno.test("LineRecorder does not count as held what is there already", () => {
  const connect = `${HEADER}connect [r@1 src_ip="192.0.2.1"]`;
  const back = new ReadBack({ isWhole: false });
  back.addEvent(record(["", connect]).output.events[0]!.event_id);
  // The first was held back before the crash; now it comes first.
  const { output, held } = record([connect, connect], { back });
  assert.deepEqual([output.events.length, held.total], [1, 0]);
});

import assert from "node:assert/strict";
import { aggregateOf, every, type MadeEvent } from "../../tests/support/profile_lines.ts";
import { judge } from "./behaviour.ts";

function classOf(events: readonly MadeEvent[]): string {
  return judge(aggregateOf(events)).behaviour.class;
}

const LOGINS = every(2, 20, {
  type: "auth_attempt",
  fields: { username: "root", password: "x", outcome: "failure" },
});

/** Seconds at which a person types. */
const TYPING = [0, 3, 4, 9, 11, 30, 31, 33];

Deno.test("judge() calls logins brute force, whatever our own sniffer and prober say of them (R3)", () => {
  assert.equal(classOf(LOGINS), "brute_force");
  assert.equal(
    classOf([
      ...LOGINS,
      { at: 5, type: "tls_client_hello", service: "sniffer", fields: { ja4: "t13d" } },
      { at: 9, type: "jarm_fingerprint", service: "prober", decky: "decnet-prober" },
    ]),
    "brute_force",
  );
});

Deno.test("judge() calls logins brute force also when they are slow, steady and at two services", () => {
  assert.equal(classOf(every(60, 20, { type: "auth_attempt" })), "brute_force");
  assert.equal(
    classOf([...LOGINS, ...every(1, 8, { type: "auth_attempt", service: "ftp" })]),
    "brute_force",
  );
});

Deno.test("judge() calls steady returns to one service a beacon, with its interval and jitter", () => {
  const visits = every(60, 10, { type: "get_request", service: "http" })
    // A connection comes with several lines.
    .flatMap((event) => [{ ...event, type: "connect" }, { ...event, at: event.at + 0.2 }]);
  const { behaviour, beacon } = judge(aggregateOf(visits));
  assert.equal(behaviour.class, "beaconing");
  assert.deepEqual(beacon, { interval_s: 60, jitter_pct: 0 });
});

Deno.test("judge() calls a steady pace from service to service a scan, slow or fast", () => {
  const services = ["ssh", "http", "ftp", "smtp", "rdp", "vnc"];
  const scan = (gap: number) =>
    services.map((service, index): MadeEvent => ({ at: index * gap, type: "connect", service }));
  assert.equal(classOf(scan(60)), "slow_scan");
  assert.equal(classOf(scan(0.5)), "scanning");
});

Deno.test("judge() calls a sweep over decoys on one service a scan", () => {
  const sweep = Array.from({ length: 6 }, (_, index): MadeEvent => (
    { at: index, type: "connect", decky: `web-${index}` }
  ));
  assert.equal(classOf(sweep), "scanning");
});

Deno.test("judge() calls a sweep over sensors a scan, slow or fast, though each saw one event", () => {
  const sweep = (gap: number) =>
    Array.from({ length: 8 }, (_, index): MadeEvent => (
      { at: index * gap, type: "connect", decky: `web-${index}`, sensor: `edge-${index}` }
    ));
  assert.equal(classOf(sweep(60)), "slow_scan");
  assert.equal(classOf(sweep(0.5)), "scanning");
});

Deno.test("judge() calls a person at a shell interactive, over decoys and when he comes back", () => {
  const commands = TYPING.map((at): MadeEvent => (
    { at, type: "command", fields: { command: `cat ${at}` } }
  ));
  assert.equal(classOf(commands), "interactive");
  const nextDay = commands.map((event) => ({ ...event, at: event.at + 86_400, decky: "web-02" }));
  assert.equal(classOf([...commands, ...nextDay]), "interactive");
});

Deno.test("judge() gives unknown for less than three events, mixed for a sender of mail", () => {
  assert.equal(classOf(every(1, 2, { type: "connect" })), "unknown");
  const mail = every(20, 9, {
    ...{ type: "rcpt_to", service: "smtp" },
    fields: { value: "<a@contoso.com>" },
  });
  assert.equal(classOf(mail), "mixed");
});

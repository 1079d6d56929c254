import assert from "node:assert/strict";
import { sha256Hex } from "../hash.ts";
import { aggregateOf, every } from "../../tests/support/profile_lines.ts";
import { buildProfile } from "./build_profile.ts";
import { decodeAggregate, encodeAggregate } from "./aggregate_codec.ts";

Deno.test("buildProfile() counts each recipient once, also where the decoy lists them again (R2)", () => {
  const rcpt = (at: number, value: string) => ({
    ...{ at, type: "rcpt_to", service: "smtp", fields: { value } },
  });
  const profile = buildProfile(
    "192.0.2.7",
    aggregateOf([
      rcpt(0, "<a@contoso.com>"),
      rcpt(1, "<b@Contoso.com>"),
      {
        ...{ at: 2, type: "message_accepted", service: "smtp" },
        fields: { rcpt_to: "a@contoso.com,b@contoso.com" },
      },
      { at: 3, type: "message_accepted", service: "smtp", fields: { rcpt_to: "c@adatum.net" } },
    ]),
  );
  assert.deepEqual(
    profile.victim_domains.items.map(({ domain, recipients }) => [domain, recipients]),
    [["contoso.com", 2], ["adatum.net", 1]],
  );
  assert.ok(!JSON.stringify(profile).includes("a@"), "a local part");
});

Deno.test("buildProfile() finds phases in the words that decoys write (R4)", () => {
  const profile = buildProfile(
    "192.0.2.7",
    aggregateOf([
      { at: 0, type: "connect" },
      { at: 1, type: "auth_attempt", fields: { username: "root", password: "x" } },
      {
        at: 2,
        type: "auth_attempt",
        fields: { username: "root", password: "y", outcome: "success" },
      },
      { at: 5, type: "command", fields: { command: "id" } },
      { at: 6, type: "download_attempt", fields: { url: "http://192.0.2.9/x" } },
      { at: 9, type: "retr", service: "ftp" },
      { at: 10, type: "startup" },
    ]),
  );
  assert.deepEqual(profile.phases.map(({ phase, events }) => [phase, events]), [
    ...[["reconnaissance", 1], ["access_attempt", 1], ["access", 1], ["execution", 1]],
    ...[["delivery", 1], ["exfiltration", 1]],
  ]);
  assert.equal(profile.recon_to_action_s, 5);
  assert.deepEqual(profile.interacted, ["ftp", "ssh"]);
});

Deno.test("buildProfile() shows a secret only when it is asked to, and its hash always", () => {
  const aggregate = aggregateOf(every(1, 3, {
    type: "auth_attempt",
    fields: { username: "root", password: "toor" },
  }));
  const [item] = buildProfile("192.0.2.7", aggregate).credentials.items;
  assert.equal(item?.secret_sha256, sha256Hex("toor"));
  assert.equal(item?.attempts, 3);
  assert.ok(!JSON.stringify(buildProfile("192.0.2.7", aggregate)).includes("toor"));
  const open = buildProfile("192.0.2.7", aggregate, { secrets: true });
  assert.equal(open.credentials.items[0]?.secret, "toor");
});

Deno.test("buildProfile() splits sessions at half an hour, and gives the path in order of contact", () => {
  const profile = buildProfile(
    "192.0.2.7",
    aggregateOf([
      { at: 0, type: "connect", decky: "web-02" },
      { at: 1800, type: "connect", decky: "web-01" },
      { at: 3601, type: "connect", decky: "web-02" },
    ]),
  );
  assert.equal(profile.session_count, 2);
  assert.deepEqual(profile.sessions.map(({ duration_s }) => duration_s), [1800, 0]);
  assert.deepEqual(profile.traversal_path, ["web-02", "web-01"]);
});

Deno.test("buildProfile() says the same of an aggregate that was stored", () => {
  const aggregate = aggregateOf([
    ...every(7, 40, { type: "command", fields: { command: "__proto__" } }),
    ...every(3, 9, { type: "constructor", decky: "__proto__", service: "toString" }),
    ...every(1, 3, { type: "rcpt_to", fields: { value: "a@contoso.com" } }),
    { at: 1, type: "upload", fields: { sha256: "ab", size: 1e308 } },
    {
      ...{ at: 2, type: "fingerprint_rotated", service: "prober" },
      fields: { probe_type: "jarm", target_port: "443", old_hash: "a", new_hash: "b" },
    },
    {
      ...{ at: 3, type: "tcp_syn_fingerprint", service: "sniffer" },
      fields: { os_guess: "linux", hop_distance: 7, options_sig: "M" },
    },
  ]);
  const text = encodeAggregate(aggregate);
  const again = decodeAggregate(text);
  assert.equal(encodeAggregate(again), text);
  assert.deepEqual(buildProfile("192.0.2.7", again), buildProfile("192.0.2.7", aggregate));
});

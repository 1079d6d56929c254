import assert from "node:assert/strict";
import fc from "fast-check";
import { styleFor } from "../../terminal/style.ts";
import { hasUnsafe } from "../../text/unsafe.ts";
import { hostileProfile, madeProfile } from "../../../tests/support/made_profile.ts";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import type { Profile } from "../profile.ts";
import { writeDossier } from "./dossier.ts";

const PLAIN = styleFor({ terminal: true, noColor: "1", term: "xterm" });
const COLOURED = styleFor({ terminal: true, noColor: undefined, term: "xterm" });

/** An SGR sequence, the only one that may reach a terminal. */
// deno-lint-ignore no-control-regex -- it is one
const SGR = /\x1b\[\d+m/g;

/** A profile of somebody who was seen once and did nothing. */
function barest(): Profile {
  const { origin, ptr, beacon, stack, traversal_path, recon_to_action_s, ...rest } = madeProfile();
  assert.ok(origin && ptr && beacon && stack && traversal_path && recon_to_action_s);
  const nothing = { items: [], truncated: false, total: 0 };
  return {
    ...rest,
    ...{ events: 0, deckies: [], decky_count: 0, services: [], scanned: [], interacted: [] },
    ...{ phases: [], sessions: [], session_count: 0, tools: [], techniques: [] },
    ...{ commands: nothing, credentials: nothing, victim_domains: nothing, payloads: nothing },
    ...{ fingerprints: [], rotations: [], rotation_count: 0, timeline: [] },
    behaviour: { class: "unknown", reason: "1 event" },
    risk: { score: 0, parts: [] },
  };
}

Deno.test("writeDossier() tells who, why, when, where, and what was done", () => {
  const lines = writeDossier(madeProfile(), { style: PLAIN, width: 120 });
  const text = lines.map((line) => line.replace(/ +/g, " ")).join("\n");
  for (
    const part of [
      /^198\.51\.100\.23 interactive risk 63/,
      /^why 21 commands, mean gap 3\.1 s/m,
      /^seen 2026-09-01 10:00:00 to 2026-09-02 08:15:30 UTC \(22 h 15 min\)$/m,
      /^timeline \u2588\u00b7+\u2583 each 1 h, from 2026-09-01 10:00:00$/m,
      /^path decky-web-01 \(2026-09-01 10:00:00\) \u2192 decky-mail-01 \(\+20 min\)$/m,
      /^interacted ssh$/m,
      /^commands 19 uname -a/m,
      /^techniques 2 T1105 Ingress Tool Transfer/m,
      /admin 123456 accepted 3 attackers/,
      /^fingerprints ja3 0123456789abcdef/m,
      /^beacon every 60\.2 s, jitter 18\.5 %$/m,
      /^mail to contoso\.com \(9\)$/m,
      /^risk \+35 commands 21 commands run$/m,
    ]
  ) assert.match(text, part);
});

Deno.test("writeDossier() has no block for what there is not", () => {
  const lines = writeDossier(barest(), { style: PLAIN, width: 80 });
  assert.deepEqual(lines.map((line) => line.split(" ")[0]), [
    ...["198.51.100.23", "why", "seen", "events"],
  ]);
});

Deno.test("writeDossier() shows no secret that the profile does not hold", () => {
  const profile = madeProfile();
  const items = profile.credentials.items.map(({ secret: _, ...rest }) => rest);
  const changed = { ...profile, credentials: { ...profile.credentials, items } };
  const text = writeDossier(changed, { style: PLAIN, width: 120 }).join("\n");
  assert.doesNotMatch(text, /123456 /);
  assert.match(text, /sha256 8d969eef6ecad3c2/);
});

Deno.test("writeDossier() colours only where it may", () => {
  const plain = writeDossier(madeProfile(), { style: PLAIN, width: 100 }).join("\n");
  const coloured = writeDossier(madeProfile(), { style: COLOURED, width: 100 }).join("\n");
  assert.ok(!plain.includes("\x1b"));
  assert.ok(coloured.includes("\x1b[1m198.51.100.23\x1b[22m"));
  assert.equal(coloured.replace(SGR, ""), plain);
});

Deno.test("writeDossier() keeps to the width of the terminal", () => {
  for (const width of [60, 80, 100, 140]) {
    for (const profile of [madeProfile(), hostileProfile("x".repeat(3000))]) {
      for (const line of writeDossier(profile, { style: PLAIN, width })) {
        assert.ok(line.length <= width, `${line.length} > ${width}: ${line}`);
      }
    }
  }
});

Deno.test("writeDossier() lets nothing that steers a terminal through", () => {
  fc.assert(fc.property(anyText(), fc.nat(200), (text, width) => {
    for (const line of writeDossier(hostileProfile(text), { style: COLOURED, width })) {
      assert.equal(hasUnsafe(line.replace(SGR, "")), false, JSON.stringify(line));
    }
  }));
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { styleFor } from "../../terminal/style.ts";
import { hasUnsafe } from "../../text/unsafe.ts";
import { hostileProfile, madeProfile } from "../../../tests/support/made_profile.ts";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import { writeProfileList } from "./profile_list.ts";

const style = styleFor({ terminal: true, noColor: "1", term: "xterm" });

Deno.test("writeProfileList() has a heading and a line for each attacker", () => {
  const profiles = [madeProfile(), madeProfile({ attacker_ip: "2001:db8::7", events: 1_234_567 })];
  const [heading, first, second, ...others] = writeProfileList(profiles, { style, width: 180 })
    .map((line) => line.replace(/ +/g, " "));
  assert.equal(others.length, 0);
  assert.match(heading!, /^RISK ATTACKER CLASS EVENTS DECOYS LAST SEEN ACTIVITY NOTABLE$/);
  assert.match(first!, /^ 63 .* 198\.51\.100\.23 interactive 321 2 2026-09-02 08:15:30/);
  assert.match(first!, /logged in, 21 commands, mail to 1 domain, 1 rotation, nmap, libssh$/);
  assert.match(second!, /2001:db8::7 .* 1,234,567 /);
});

Deno.test("writeProfileList() leaves the bars out where there is no room for them", () => {
  const [heading, line] = writeProfileList([madeProfile()], { style, width: 90 });
  assert.doesNotMatch(heading!, /ACTIVITY/);
  assert.ok(line!.length <= 90);
});

Deno.test("writeProfileList() of nobody is nothing", () => {
  assert.deepEqual(writeProfileList([], { style, width: 90 }), []);
});

Deno.test("writeProfileList() lets nothing that steers a terminal through", () => {
  fc.assert(fc.property(anyText(), (text) => {
    for (const line of writeProfileList([hostileProfile(text)], { style, width: 0 })) {
      assert.equal(hasUnsafe(line), false);
    }
  }));
});

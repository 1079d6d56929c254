import fc from "fast-check";
import assert from "node:assert/strict";
import { CODE_POINT } from "../tests/support/text_arbitrary.ts";
import { createEvent } from "../lib/event/create.ts";
import type { FieldValue } from "../lib/event/event.ts";
import { styleFor } from "../lib/terminal/style.ts";
import { eventLine } from "./event_line.ts";

const PLAIN = styleFor({ terminal: false, noColor: "", term: "xterm" });

function line(fields: Record<string, FieldValue>, style = PLAIN): string {
  return eventLine(
    createEvent({
      time: 1_700_000_000_123_456,
      sensor: "s",
      decky: "d",
      service: "sniffer",
      eventType: "tls_client_hello",
      fields,
    }),
    style,
  );
}

const ENDS = { src_ip: "2001:db8::7", src_port: 4711, dst_ip: "192.0.2.1", dst_port: 443 };

Deno.test("eventLine() shows time, type, ends and what tells most", () => {
  const shown = line({ ...ENDS, ja4: "t13d", sni: "example.org", ja3: "abc", os_guess: "Linux" });
  assert.equal(
    shown.replaceAll(/ {2,}/g, "  "),
    "22:13:20.123  tls_client_hello  [2001:db8::7]:4711 > 192.0.2.1:443  " +
      "sni=example.org  os_guess=Linux  ja4=t13d",
  );
});

Deno.test("eventLine() shows what it has of an event without ends", () => {
  assert.match(line({}), /^22:13:20\.123 {2}tls_client_hello +> *$/);
});

Deno.test("eventLine() lets nothing hostile through to the terminal", () => {
  const shown = line({ ...ENDS, sni: "a\n\x1b[2J\x9b\u202e", user_agent: "b\rc", host: "x\x7f" });
  assert.match(shown, /^[\x20-\x7e]+$/);
  assert.match(shown, /sni=a\\n\\x1b\[2J\\x9b\\u202e {2}host=x\\x7f {2}user_agent=b\\rc$/);
});

Deno.test("eventLine() is one line without control characters for any text", () => {
  const text = fc.string({ unit: CODE_POINT, maxLength: 40 });
  fc.assert(fc.property(text, text, fc.array(text, { maxLength: 3 }), (sni, banner, targets) => {
    const shown = line({ ...ENDS, sni, ssh_banner: banner, targets });
    // deno-lint-ignore no-control-regex
    assert.doesNotMatch(shown, /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
  }));
});

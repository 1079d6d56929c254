import assert from "node:assert/strict";
import fc from "fast-check";
import { eventSamples } from "../../tests/support/event_samples.ts";
import { createEvent } from "../event/create.ts";
import type { Event } from "../event/event.ts";
import { toJsonLine } from "../event/json.ts";
import { writeRfc5424 } from "../event/rfc5424_writer.ts";
import { CandidateLines } from "./candidate_lines.ts";
import { EventFilter, type FilterWishes } from "./event_filter.ts";
import { lineText, NOWHERE, readEvent } from "./read_event.ts";
import { parseWhere } from "./where_parser.ts";

function event(fields: Readonly<Record<string, string>>, service = "ssh"): Event {
  return createEvent({
    time: 1_700_000_000_000_000,
    sensor: "sensor-1",
    decky: "web-1",
    service,
    eventType: "auth_attempt",
    fields,
  });
}

function accepts(wishes: FilterWishes, about: Event): boolean {
  return new EventFilter(wishes).accepts(about);
}

Deno.test("EventFilter.accepts() takes addresses of either side, in blocks and without some", () => {
  const about = event({ src_ip: "203.0.113.7", dst_ip: "192.0.2.10" });
  assert.ok(accepts({ ip: ["203.0.113.7"] }, about));
  assert.ok(accepts({ ip: ["192.0.2.0/24"] }, about));
  assert.ok(accepts({ ip: ["203.0.113.5-9"] }, about));
  assert.ok(!accepts({ ip: ["203.0.113.8", "198.51.100.0/24"] }, about));
  assert.ok(!accepts({ ip: ["!203.0.113.0/24"] }, about));
  assert.ok(accepts({ ip: ["!198.51.100.1"] }, about));
  assert.ok(!accepts({ ip: ["203.0.113.0/24", "!203.0.113.7"] }, about));
  assert.ok(accepts({ ip: ["2001:db8::/32"] }, event({ remote_addr: "[2001:DB8::1]:22" })));
  assert.throws(() => new EventFilter({ ip: ["nobody"] }), RangeError);
});

Deno.test("EventFilter.accepts() takes globs of names, and their opposite", () => {
  const about = event({});
  assert.ok(accepts({ type: ["tls_*", "auth_*"], service: ["!http"], decky: ["web-?"] }, about));
  assert.ok(!accepts({ type: ["*", "!auth_*"] }, about));
  assert.ok(!accepts({ service: ["http"] }, about));
});

Deno.test("EventFilter.accepts() takes events from since until before until", () => {
  const time = 1_700_000_000_000_000;
  assert.ok(accepts({ since: time, until: time + 1 }, event({})));
  assert.ok(!accepts({ since: time + 1 }, event({})));
  assert.ok(!accepts({ until: time }, event({})));
});

const EVENTS = eventSamples();
const LINES = EVENTS.flatMap((sample) => [toJsonLine(sample), writeRfc5424(sample)]);
const BYTES = new TextEncoder().encode(`${LINES.join("\n")}\n`);

/** What `filter` takes of all lines, once by its needles and once without. */
function taken(filter: EventFilter, needles: EventFilter["needles"]): number[] {
  const starts: number[] = [];
  new CandidateLines(needles).forEach(BYTES, BYTES.length, (start, stop) => {
    if (!filter.acceptsLine(BYTES, start, stop)) return;
    const read = readEvent(lineText(BYTES, start, stop), NOWHERE);
    if (read !== undefined && filter.accepts(read.event)) starts.push(start);
  });
  return starts;
}

Deno.test("EventFilter.needles leave out no line that is wanted", () => {
  const word = fc.constantFrom(
    ...["ssh", "tls_*", "*hello", "web-1", "prober", "203.0.113.7", "decoy.example", "h2", "57"],
    ...["linux", "2001:db8::7", "Authority", "a", "*", "OpenSSH_9.6", 'ro]o"t', "true", "2026"],
    ...["Unknown", "Unk*"],
  );
  const path = fc.constantFrom(
    ...["service", "event_type", "decky", "attacker_ip", "sni", "fields.alpn", "ttl", "sensor"],
    ...["timestamp", "target_ip", "username", "self_signed", "issuer"],
  );
  const quote = (text: string) => `"${text.replaceAll('"', '\\"')}"`;
  const term = fc.oneof(
    fc.tuple(path, fc.constantFrom("==", "!=", "=~", "<"), word).map(([p, s, w]) =>
      `${p} ${s} ${quote(w)}`
    ),
    fc.tuple(path, word, word).map(([p, a, b]) => `${p} in [${quote(a)}, ${quote(b)}]`),
    fc.tuple(path, word).map(([p, w]) => `${quote(w)} in ${p}`),
    fc.tuple(path, fc.constantFrom("203.0.0.0/12", "2001:db8::/32")).map(([p, c]) =>
      `${p} in "${c}"`
    ),
    fc.tuple(path, word).map(([p, w]) => `!(${p} == ${quote(w)})`),
  );
  const where = fc.array(term, { minLength: 1, maxLength: 3 }).chain((terms) =>
    fc.constantFrom(" && ", " || ").map((sign) => terms.join(sign))
  );
  const list = fc.option(fc.array(word, { minLength: 1, maxLength: 3 }), { nil: undefined });
  const wishes = fc.record({
    where: fc.option(where, { nil: undefined }),
    type: list,
    service: list,
    ip: fc.option(
      fc.constantFrom(["203.0.113.7"], ["203.0.0.0/12", "192.0.2.10"], ["2001:db8::/32"], [
        "!203.0.113.7",
      ]),
      { nil: undefined },
    ),
    grep: fc.option(fc.constantFrom("decoy", "ro", "\\"), { nil: undefined }),
  });
  let found = 0;
  fc.assert(
    fc.property(wishes, (wish) => {
      const filter = new EventFilter({
        ...wish,
        where: wish.where === undefined ? undefined : parseWhere(wish.where),
      });
      const all = taken(filter, undefined);
      found += all.length;
      assert.deepEqual(taken(filter, filter.needles), all);
    }),
    { numRuns: 400 },
  );
  // Most wishes leave out all, and chance decides how many; none at all would prove nothing.
  assert.ok(found > 50, `${found}`);
});

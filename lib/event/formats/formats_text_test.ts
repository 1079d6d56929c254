import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../../tests/support/text_arbitrary.ts";
import { eventSamples, eventSamplesOfLines } from "../../../tests/support/event_samples.ts";
import { createEvent } from "../create.ts";
import type { FieldValue } from "../event.ts";
import { findFormat, formatNames } from "../formats.ts";
import { parseRfc5424 } from "../rfc5424_parser.ts";
import { writeCef } from "./cef.ts";
import { csvHeading, writeCsv } from "./csv.ts";

const ALL = [...eventSamples(), ...eventSamplesOfLines()];

/** Keys of CEF's dictionary that are used here. */
const CEF_KEYS = new Set([
  ...["rt", "externalId", "dvchost", "src", "spt", "dst", "dpt", "dhost", "proto", "app", "duser"],
  ...["requestMethod", "request", "requestClientApplication", "fileHash", "msg"],
  ...["c6a2", "c6a2Label", "c6a3", "c6a3Label"],
  ...[1, 2, 3, 4, 5, 6].flatMap((index) => [`cs${index}`, `cs${index}Label`]),
]);

/** Takes a line of CEF apart as its specification has it. */
function parseCef(line: string) {
  const header: string[] = [];
  let rest = line;
  while (header.length < 7) {
    const part = /^((?:[^\\|]|\\[\\|])*)\|/.exec(rest);
    assert.ok(part !== null, line);
    header.push(part[1]!.replace(/\\([\\|])/g, "$1"));
    rest = rest.slice(part[0].length);
  }
  const extension = new Map<string, string>();
  const starts = [...rest.matchAll(/(?:^| )([A-Za-z0-9_.]+)=/g)];
  for (const [index, match] of starts.entries()) {
    const from = match.index + match[0].length;
    const raw = rest.slice(from, starts[index + 1]?.index ?? rest.length);
    assert.doesNotMatch(raw, /(?<!\\)(?:\\\\)*=/, `an unescaped = in ${raw}`);
    extension.set(match[1]!, raw);
  }
  return { header, extension };
}

Deno.test("writeCef() keeps header and extension apart for every type of event", () => {
  for (const event of ALL) {
    const { header, extension } = parseCef(writeCef(event));
    assert.deepEqual(header.slice(0, 3), ["CEF:0", "decnet", "decnet"]);
    assert.equal(header[4], event.event_type);
    assert.match(header[6]!, /^(\d|10)$/);
    for (const [key, value] of extension) {
      assert.ok(CEF_KEYS.has(key) || key.startsWith("ad."), key);
      if (/^(src|dst)$/.test(key)) assert.match(value, /^\d+(\.\d+){3}$/);
      if (/^(spt|dpt|rt)$/.test(key)) assert.match(value, /^\d+$/);
    }
  }
});

Deno.test("writeCef() escapes what would end a value or a header", () => {
  const event = createEvent({
    time: 0,
    sensor: "s",
    decky: "d",
    service: "ssh",
    eventType: "a|b\\c",
    fields: { note: "x=y\\z\nsrc=1.2.3.4" },
    msg: "one|two",
  });
  const line = writeCef(event);
  assert.match(line, /\|a\\\|b\\\\c\|one\\\|two\|/);
  assert.match(line, /ad\.note=x\\=y\\\\z\\nsrc\\=1\.2\.3\.4$/);
});

function csvCells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain! : quoted.replaceAll('""', '"')
  );
}

Deno.test("writeCsv() has as many cells as the heading for every type of event", () => {
  const names = csvHeading().split(",");
  for (const event of ALL) {
    const cells = csvCells(writeCsv(event));
    assert.equal(cells.length, names.length);
    assert.equal(cells[0], event.timestamp);
    assert.deepEqual(Object.keys(JSON.parse(cells.at(-1)!)), Object.keys(event.fields));
  }
});

Deno.test("writeCsv() gives a spreadsheet no formula, and numbers as they are", () => {
  const cellOf = (value: FieldValue) =>
    writeCsv(
      createEvent({
        time: 0,
        sensor: "s",
        decky: "d",
        service: "x",
        eventType: "y",
        fields: { value },
      }),
      { fields: ["fields.value"] },
    );
  assert.equal(cellOf("=HYPERLINK(1)"), `"'=HYPERLINK(1)"`);
  assert.equal(cellOf("@x"), `"'@x"`);
  assert.equal(cellOf(" =1+1"), `"' =1+1"`);
  assert.equal(cellOf("\uff1d1"), `"'\uff1d1"`);
  assert.equal(cellOf("\t=1"), `"'\\u0009=1"`);
  assert.equal(cellOf("-5"), "-5");
  assert.equal(cellOf("-"), "-");
  assert.equal(cellOf(-5), "-5");
  assert.equal(cellOf('a"b,c'), '"a""b,c"');
  assert.equal(cellOf("a\nb"), "a\\u000ab");
});

Deno.test("rfc5424 is read again as it was for every type of event", () => {
  for (const event of ALL) {
    const message = parseRfc5424(findFormat("rfc5424")!.write(event))!;
    assert.equal(message.eventType, event.event_type);
    assert.deepEqual(
      { ...message.fields },
      Object.fromEntries(
        Object.entries(event.fields).map(([name, value]) => [name, String(value)]),
      ),
    );
  }
});

Deno.test("every format writes every event as one line without control characters", () => {
  for (const event of ALL) {
    for (const name of formatNames()) {
      // deno-lint-ignore no-control-regex
      assert.doesNotMatch(findFormat(name)!.write(event), /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]/);
    }
  }
});

Deno.test("every format takes any event, and writes one line", () => {
  const name = fc.oneof(
    fc.constantFrom(
      ...["src_ip", "src_port", "proto", "tls_version", "sans", "serial", "not_before", "alpn"],
      ...["ssh_banner", "duration_s", "target_ip", "username", "__proto__", "constructor"],
    ),
    fc.string(),
  );
  const value = fc.oneof(
    fc.string({ unit: CODE_POINT }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.constantFrom("TLS 1.3", "SSH-2.0-x", "2026-11-21T00:00:00Z", "::1", "65536", "-"),
  );
  const eventType = fc.oneof(
    fc.constantFrom(...ALL.map(({ event_type }) => event_type)),
    fc.string(),
  );
  fc.assert(
    fc.property(
      eventType,
      fc.array(fc.tuple(name, value), { maxLength: 8 }),
      fc.string(),
      (type, fields, text) => {
        const event = createEvent({
          time: 0,
          sensor: text,
          decky: text,
          service: text,
          eventType: type,
          fields: Object.fromEntries(fields),
          msg: text,
        });
        for (const format of formatNames()) {
          const line = findFormat(format)!.write(event);
          // deno-lint-ignore no-control-regex
          assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]/);
          if (line.startsWith("{")) JSON.parse(line);
        }
      },
    ),
    { numRuns: 500 },
  );
});

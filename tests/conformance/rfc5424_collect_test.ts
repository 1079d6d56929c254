/** What RFC 5424 itself has as examples, through the executable. */
import assert from "node:assert/strict";
import { decnet } from "../support/decnet.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** An example line and what the event says that it makes. */
interface Example {
  readonly line: string;
  readonly timestamp: string;
  readonly decky: string;
  readonly service: string;
  readonly event_type: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly msg?: string;
}

const EXAMPLE_FIELDS = { iut: "3", eventSource: "Application", eventID: "1011" };

/** RFC 5424 6.5. */
const EXAMPLES: readonly Example[] = [
  {
    line: "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - " +
      "\ufeff'su root' failed for lonvick on /dev/pts/8",
    timestamp: "2003-10-11T22:14:15.003000Z",
    decky: "mymachine.example.com",
    service: "su",
    event_type: "ID47",
    fields: {},
    // The mark tells of the encoding and is no part of the text (6.4).
    msg: "'su root' failed for lonvick on /dev/pts/8",
  },
  {
    line: "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - " +
      "%% It's time to make the do-nuts.",
    timestamp: "2003-08-24T12:14:15.000003Z",
    decky: "192.0.2.1",
    service: "myproc",
    event_type: "-",
    fields: {},
    msg: "%% It's time to make the do-nuts.",
  },
  {
    line: "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 " +
      '[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] ' +
      "\ufeffAn application event log entry...",
    timestamp: "2003-10-11T22:14:15.003000Z",
    decky: "mymachine.example.com",
    service: "evntslog",
    event_type: "ID47",
    fields: EXAMPLE_FIELDS,
    msg: "An application event log entry...",
  },
  {
    line: "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 " +
      '[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]' +
      '[examplePriority@32473 class="high"]',
    timestamp: "2003-10-11T22:14:15.003000Z",
    decky: "mymachine.example.com",
    service: "evntslog",
    event_type: "ID47",
    fields: { ...EXAMPLE_FIELDS, class: "high" },
  },
];

/** RFC 5424 6.2.3.1: the first four are valid, and the same as the second. */
const TIMES: readonly (readonly [text: string, utc: string])[] = [
  ["1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520000Z"],
  ["1985-04-12T19:20:50.52-04:00", "1985-04-12T23:20:50.520000Z"],
  ["2003-10-11T22:14:15.003Z", "2003-10-11T22:14:15.003000Z"],
  ["2003-08-24T05:14:15.000003-07:00", "2003-08-24T12:14:15.000003Z"],
];

/** RFC 5424 6.3.5: elements that are valid, and what they hold. */
const ELEMENTS: readonly (readonly [text: string, fields: Readonly<Record<string, string>>])[] = [
  ['[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]', EXAMPLE_FIELDS],
  [
    '[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]' +
    '[examplePriority@32473 class="high"]',
    { ...EXAMPLE_FIELDS, class: "high" },
  ],
  ['[sigSig ver="1" rsID="1234"]', { ver: "1", rsID: "1234" }],
];

async function collect(lines: readonly string[]) {
  await using folder = await tempFolder();
  const base = `${folder.path}/decnet`;
  const run = await decnet(["collect", "-", "--out", base, "--no-state"], {
    stdin: lines.map((line) => `${line}\n`).join(""),
  });
  assert.equal(run.code, 0, run.stderr);
  const read = async (kind: string) =>
    (await Deno.readTextFile(`${base}.${kind}`)).split("\n").slice(0, -1);
  return { log: await read("log"), events: (await read("json")).map((line) => JSON.parse(line)) };
}

Deno.test("collect reads the examples of RFC 5424 6.5 and keeps their lines", async () => {
  const { log, events } = await collect(EXAMPLES.map(({ line }) => line));
  // Nothing invisible stands in the .log.
  const kept = EXAMPLES.map(({ line }) => line.replace("\ufeff", "\\ufeff"));
  assert.deepEqual(log, kept);
  const told = events.map(({ timestamp, decky, service, event_type, fields, msg, raw_line }) => ({
    ...{ line: raw_line, timestamp, decky, service, event_type, fields },
    ...(msg === undefined ? {} : { msg }),
  }));
  assert.deepEqual(told, EXAMPLES.map((example, index) => ({ ...example, line: kept[index] })));
});

Deno.test("collect reads the times of RFC 5424 6.2.3.1", async () => {
  const { events } = await collect(TIMES.map(([text]) => `<14>1 ${text} h a - m -`));
  assert.deepEqual(events.map(({ timestamp }) => timestamp), TIMES.map(([, utc]) => utc));
});

Deno.test("collect reads the structured data of RFC 5424 6.3.5", async () => {
  const { events } = await collect(ELEMENTS.map(([text]) => `<14>1 - h a - m ${text} msg`));
  assert.deepEqual(events.map(({ fields }) => fields), ELEMENTS.map(([, fields]) => fields));
  assert.deepEqual(events.map(({ msg }) => msg), ELEMENTS.map(() => "msg"));
});

Deno.test("collect takes a second element behind a space for text (RFC 5424 6.3.5)", async () => {
  const [first, second] = ['[a@32473 x="1"]', '[b@32473 y="2"]'];
  const { events: [event] } = await collect([`<14>1 - h a - m ${first} ${second}`]);
  assert.equal(event.fields.x, "1");
  assert.equal(event.msg, second);
});

import assert from "node:assert/strict";
import type { LineReading } from "./line_reading.ts";
import { readLine } from "./read_line.ts";
import type { Origin } from "./source.ts";

const NOBODY: Origin = { decky: undefined, service: undefined, container: undefined };
const DECOY: Origin = { decky: "omega", service: "http", container: "omega-http" };
const CLOCK = { now: Date.parse("2026-11-21T07:00:00Z") * 1000, offset: 0 };
const TIME = Date.parse("2026-05-03T05:12:51Z") * 1000;

function read(line: string, origin = NOBODY): LineReading | undefined {
  return readLine(line, origin, CLOCK);
}

/** Time apart, because most lines here have the same. */
function said(line: string, origin = NOBODY) {
  const reading = read(line, origin);
  if (reading === undefined) return undefined;
  const { decky, service, eventType, names, values, msg } = reading;
  const fields = Object.fromEntries(names.map((name, index) => [name, values[index]]));
  return { who: `${decky} ${service} ${eventType}`, fields, msg };
}

const LOGIN = '<134>1 2026-05-03T05:12:51Z decky ssh - login [relay@55555 src_ip="192.0.2.1"] hi';

Deno.test("readLine() reads RFC 5424 with or without priority, whatever the origin", () => {
  const expected = { who: "decky ssh login", fields: { src_ip: "192.0.2.1" }, msg: "hi" };
  for (const origin of [NOBODY, DECOY]) {
    assert.deepEqual(said(LOGIN, origin), expected);
    assert.deepEqual(said(LOGIN.slice("<134>".length), origin), expected);
  }
});

Deno.test("readLine() reads what is inside a wrapper of any kind", () => {
  const expected = { who: "decky ssh login", fields: { src_ip: "192.0.2.1" }, msg: "hi" };
  for (
    const line of [
      `<134>1 2026-06-01T00:00:00Z relay app 7 - - ${LOGIN}`,
      `<134>1 2026-06-01T00:00:00Z relay app 7 - - ${LOGIN.slice("<134>1 ".length)}`,
      `<30>1 2026-06-01T00:00:00Z host 0123456789ab 99 0123456789ab - ${LOGIN}`,
      `<30>Jun  1 00:00:00 host docker/0123456789ab[99]: ${LOGIN}`,
      `2026-06-01T00:00:00.000000000Z stdout F ${LOGIN}`,
      JSON.stringify({ log: `${LOGIN}\n`, stream: "stdout", time: "2026-06-01T00:00:00Z" }),
      // Twice: the driver's line within json-file's.
      JSON.stringify({ log: `<134>1 2026-06-01T00:00:00Z relay app 7 - - ${LOGIN}\n` }),
    ]
  ) {
    assert.deepEqual(said(line), expected, line);
    assert.equal(read(line)?.time, TIME, line);
  }
});

Deno.test("readLine() takes the wrapper's time where the line has none", () => {
  const timeless = LOGIN.replace("2026-05-03T05:12:51Z", "-");
  for (const wrapper of ["<134>1 2026-06-01T00:00:00Z relay app 7 - - ", "2026-06-01T00:00:00Z "]) {
    assert.equal(read(wrapper + timeless)?.time, Date.parse("2026-06-01T00:00:00Z") * 1000);
  }
});

Deno.test("readLine() unwraps nothing that an attacker may have typed", () => {
  const typed = "<134>1 2026-05-03T05:12:51Z other ssh - login -";
  for (
    const line of [
      `<134>1 2026-06-01T00:00:00Z decky http - request - ${typed}`,
      `<134>1 2026-06-01T00:00:00Z decky http - - [a path="/"] ${typed}`,
      `<134>1 2026-06-01T00:00:00Z decky http - - - GET ${typed}`,
      `<134>1 2026-06-01T00:00:00Z decky http - - - 2026-05-03T05:12:51Z other ssh is what I typed`,
    ]
  ) assert.match(said(line)!.who, /^decky http/, line);
  assert.match(said(`GET /${typed}`, DECOY)!.who, /^omega http raw_line$/);
});

Deno.test("readLine() reads RFC 3164 as a raw line of its host and program", () => {
  assert.deepEqual(said("<38>May  3 05:12:51 decky sshd[812]: Invalid user x from 192.0.2.1"), {
    who: "decky sshd raw_line",
    fields: {},
    msg: "Invalid user x from 192.0.2.1",
  });
  assert.equal(read("<38>May  3 05:12:51 decky sshd[812]: x")?.time, TIME);
});

Deno.test("readLine() makes a command of CMD text, in each form of line", () => {
  const text = "CMD uid=0 user=root src=192.0.2.1 pwd=/root cmd=id; echo a=b";
  const fields = {
    ...{ uid: "0", user: "root", src: "192.0.2.1", pwd: "/root" },
    command: "id; echo a=b",
  };
  const cases: [line: string, who: string, origin: Origin][] = [
    [`<134>1 2026-05-03T05:12:51Z decky ssh - - - ${text}`, "decky ssh command", NOBODY],
    [`<134>1 2026-05-03T05:12:51Z decky ssh - command - ${text}`, "decky ssh command", NOBODY],
    [`<134>May  3 05:12:51 decky bash[7]: ${text}`, "decky bash command", NOBODY],
    [text, "omega http command", DECOY],
  ];
  for (const [line, who, origin] of cases) {
    assert.deepEqual(said(line, origin), { who, fields, msg: text }, line);
  }
  const other = said(`<134>1 2026-05-03T05:12:51Z decky ssh - message - ${text}`);
  assert.equal(other?.who, "decky ssh message");
});

Deno.test("readLine() adds the pairs of a message that is nothing else, behind the data", () => {
  assert.deepEqual(
    said('<134>1 2026-05-03T05:12:51Z d s - e [x@1 user="a"] user=b src_ip=192.0.2.1'),
    { who: "d s e", fields: { user: "a", src_ip: "192.0.2.1" }, msg: "user=b src_ip=192.0.2.1" },
  );
  assert.deepEqual(
    said("<134>1 2026-05-03T05:12:51Z d s - e - login src_ip=192.0.2.1")?.fields,
    {},
  );
});

Deno.test("readLine() makes an event of pairs that name one, or whose origin is known", () => {
  const line = "event=login decky=d9 service=ftp src_ip=192.0.2.1";
  assert.equal(said(line)?.who, "d9 ftp login");
  assert.equal(said(line, DECOY)?.who, "omega http login");
  assert.equal(said("event=login src_ip=192.0.2.1")?.who, "- - login");
  assert.equal(said("event_type=a-b.c:d event=other")?.who, "- - a-b.c:d");
  assert.equal(said('event="log in" x=1'), undefined);
  assert.deepEqual(said("x=1", DECOY), {
    who: "omega http raw_line",
    fields: { x: "1" },
    msg: "x=1",
  });
});

Deno.test("readLine() takes any line of a known origin, and no other", () => {
  for (const line of ["hello", "", "<134>1 x", "<999>1 a b c d e -", '{"log":"x"', "{}"]) {
    assert.equal(read(line), undefined, line);
    assert.deepEqual(said(line, DECOY), { who: "omega http raw_line", fields: {}, msg: line });
  }
  const container = { ...NOBODY, container: "web-1" };
  assert.equal(said("hello", container)?.who, "web-1 - raw_line");
  assert.equal(said("hello", { ...NOBODY, service: "ftp" })?.who, "- ftp raw_line");
  assert.deepEqual(said('{"log":"hello\\n","time":"2026-05-03T05:12:51Z"}', DECOY)?.msg, "hello");
});

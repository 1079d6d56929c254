import assert from "node:assert/strict";
import fc from "fast-check";
import { SyslogFramer } from "./framer.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function frames(pieces: readonly string[], max = 100): string[] {
  const framer = new SyslogFramer(max);
  const all = [...pieces.flatMap((piece) => framer.push(encode(piece))), ...framer.end()];
  return all.map(({ bytes, truncated }) =>
    new TextDecoder().decode(bytes) + (truncated ? "[...]" : "")
  );
}

Deno.test("SyslogFramer reads octet counting, lines, and both in one stream", () => {
  const cases: [stream: string, messages: string[]][] = [
    ["5 <1>ab6 <1>a\nb", ["<1>ab", "<1>a\nb"]],
    ["<1>ab\n<1>cd\r\n", ["<1>ab", "<1>cd"]],
    ["5 <1>ab\n<1>cd\n5 <1>ef", ["<1>ab", "<1>cd", "<1>ef"]],
    // A newline within the count, as some senders have it.
    ["6 <1>ab\n6 <1>cd\n", ["<1>ab", "<1>cd"]],
    ["<1>ab\0\n\0<1>cd", ["<1>ab", "<1>cd"]],
    // A line without PRI that begins with digits, or with what is no count.
    ["2026-05-03 x\n2026 a", ["2026-05-03 x", "a[...]"]],
    ["0 x\n12\n1234567890 x\n", ["0 x", "12", "1234567890 x"]],
    ["<1>last", ["<1>last"]],
    ["7 <1>cut", ["<1>cut[...]"]],
    ["12", ["12"]],
    ["\n\n\r\n", []],
    ["", []],
  ];
  for (const [stream, messages] of cases) {
    assert.deepEqual(frames([stream]), messages, stream);
    assert.deepEqual(frames([...stream]), messages, `${stream}, byte by byte`);
  }
});

Deno.test("SyslogFramer gives whatever was framed, in whatever pieces it comes", () => {
  const message = fc.string({ minLength: 1, maxLength: 30 }).map((text) => `<13>${text}.`);
  const framed = message.map((text) => [text, `${encode(text).length} ${text}`] as const);
  const line = message.filter((text) => !/[\n\r\0]/.test(text)).map((text) =>
    [text, `${text}\n`] as const
  );
  fc.assert(fc.property(
    fc.array(fc.oneof(framed, line), { maxLength: 6 }),
    fc.array(fc.nat(40), { maxLength: 8 }),
    (all, cuts) => {
      const stream = all.map(([, text]) => text).join("");
      const places = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const pieces = places.slice(1).map((end, index) => stream.slice(places[index], end));
      assert.deepEqual(frames(pieces), all.map(([text]) => text));
    },
  ));
});

Deno.test("SyslogFramer keeps the beginning of what is too long, and the next message", () => {
  const long = "x".repeat(250);
  for (const stream of [`250 ${long}<1>ab\n`, `${long}\n<1>ab\n`, `${long}\n5 <1>ab`]) {
    for (const pieces of [[stream], [...stream]]) {
      assert.deepEqual(frames(pieces), [`${"x".repeat(100)}[...]`, "<1>ab"]);
    }
  }
});

Deno.test("SyslogFramer allocates nothing that a count merely claims", () => {
  const framer = new SyslogFramer(1024);
  assert.deepEqual(framer.push(encode("999999999 <1>x")), []);
  for (let count = 0; count < 1000; count++) framer.push(new Uint8Array(1000).fill(0x41));
  const [frame] = framer.end();
  assert.deepEqual([frame?.bytes.length, frame?.truncated], [1024, true]);
});

Deno.test("SyslogFramer never throws", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (pieces) => {
    const framer = new SyslogFramer(8);
    for (const piece of pieces) framer.push(piece);
    framer.end();
  }));
});

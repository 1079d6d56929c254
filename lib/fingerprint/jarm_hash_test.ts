import assert from "node:assert/strict";
import fc from "fast-check";
import { concatBytes, fromHex } from "../bytes.ts";
import { EMPTY_JARM, jarmAnswerLength, jarmHash, NO_ANSWER, parseJarmAnswer } from "./jarm_hash.ts";

/** A ServerHello record by its parts; `after` is what follows the hello inside the record. */
function serverHello({ cipher = "c02f", sessionId = "", extensions = "", after = "" } = {}) {
  const block = extensions === "" ? "" : hexLength(extensions, 2) + extensions;
  const body = `0303${"00".repeat(32)}${hexLength(sessionId, 1)}${sessionId}${cipher}00${block}`;
  const payload = `02${hexLength(body, 3)}${body}${after}`;
  return fromHex(`160303${hexLength(payload, 2)}${payload}`);
}

/** The payload of `record` again, in records of `size` bytes, with another message behind it. */
function inRecords(record: Uint8Array, size: number): Uint8Array {
  const payload = concatBytes(record.subarray(5), new Uint8Array(200).fill(0x0b));
  const records: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const part = payload.subarray(at, at + size);
    records.push(concatBytes(Uint8Array.of(22, 3, 3, 0, part.length), part));
  }
  return concatBytes(...records);
}

function hexLength(hex: string, size: number): string {
  return (hex.length / 2).toString(16).padStart(size * 2, "0");
}

const RENEGOTIATION = "ff01000100";
const ALPN_H2 = "00100005000302" + "6832";

Deno.test("parseJarmAnswer() reads cipher, version, ALPN and extensions", () => {
  const record = serverHello({ sessionId: "ab".repeat(32), extensions: RENEGOTIATION + ALPN_H2 });
  assert.equal(parseJarmAnswer(record), "c02f|0303|h2|ff01-0010");
});

Deno.test("parseJarmAnswer() gives no extensions where the hello ends or a Certificate follows", () => {
  assert.equal(parseJarmAnswer(serverHello()), "c02f|0303||");
  assert.equal(parseJarmAnswer(serverHello({ after: "0b000003000000" })), "c02f|0303||");
});

Deno.test("parseJarmAnswer() gives nothing for alerts, other messages and scraps", () => {
  assert.equal(parseJarmAnswer(fromHex("15030300020228")), NO_ANSWER);
  assert.equal(parseJarmAnswer(fromHex("1603030004010000")), NO_ANSWER);
  assert.equal(parseJarmAnswer(new TextEncoder().encode("HTTP/1.1 400 Bad Request")), NO_ANSWER);
  assert.equal(parseJarmAnswer(new Uint8Array(0)), NO_ANSWER);
  const cut = serverHello({ extensions: RENEGOTIATION + ALPN_H2 }).subarray(0, 56);
  assert.equal(parseJarmAnswer(cut), NO_ANSWER);
});

Deno.test("jarmAnswerLength() never asks for more than the record, and enough for the answer", () => {
  const flight = serverHello({
    extensions: RENEGOTIATION + ALPN_H2,
    after: "0b" + "00".repeat(900),
  });
  const whole = parseJarmAnswer(flight);
  assert.equal(jarmAnswerLength(flight.subarray(0, 8)), undefined);
  const needed = jarmAnswerLength(flight.subarray(0, 9))!;
  assert.ok(needed <= 90, `asks for ${needed}`);
  assert.equal(parseJarmAnswer(flight.subarray(0, needed)), whole);
  const alert = fromHex("15030300020228");
  assert.equal(jarmAnswerLength(concatBytes(alert, alert)), alert.length);
});

Deno.test("a ServerHello over several records is read on with their headers, as the reference does", () => {
  const whole = serverHello({ extensions: "ff01000100" + "00010001010023000000170000" });
  // The values of jarm.py for the same bytes.
  const answers = new Map([
    [48, "c02f|0303||ff01-0303"],
    [47, "c02f|0303||ff01"],
    [9, "0000|0303||"],
  ]);
  for (const [size, answer] of answers) {
    const flight = inRecords(whole, size);
    const needed = jarmAnswerLength(flight)!;
    assert.ok(needed <= flight.length, `${needed}`);
    assert.equal(parseJarmAnswer(flight.subarray(0, needed)), answer, `records of ${size}`);
    for (let arrived = 0; arrived < needed; arrived++) {
      const length = jarmAnswerLength(flight.subarray(0, arrived));
      assert.ok(length === undefined || length > arrived, `done with ${arrived} of ${needed}`);
    }
  }
  const broken = concatBytes(inRecords(whole, 48).subarray(0, 53), fromHex("15030300020228"));
  assert.equal(jarmAnswerLength(broken), 53);
});

Deno.test("parseJarmAnswer() and jarmHash() take any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, shape) => {
    if (shape) bytes.set([22, 3, 3, 0, 200, 2, 0, 0, 100].slice(0, bytes.length));
    const answer = parseJarmAnswer(bytes);
    assert.match(jarmHash(Array.from({ length: 10 }, () => answer)), /^[0-9a-f]{62}$/);
  }));
});

Deno.test("jarmHash() equals the reference tool's hashes", () => {
  const h2 = "ff01-0001-0023-0010-0017";
  const alpn = [`0033|0303|h2|${h2}`, `009d|0303|h2|${h2}`, `009f|0303|h2|${h2}`];
  const tls13 = ["1302|0303||002b-0033", "1303|0303||002b-0033", NO_ANSWER, NO_ANSWER];
  assert.equal(
    jarmHash([...alpn, NO_ANSWER, NO_ANSWER, NO_ANSWER, ...tls13]),
    "07d14d16d00000000042d43d000000daf5e7b936a108dd9f38b18567550faa",
  );
  assert.equal(
    jarmHash([...Array<string>(6).fill(NO_ANSWER), ...tls13]),
    "00000000000000000042d43d0000009535d5979f591ae8e547c5e5743e5b64",
  );
  assert.equal(jarmHash(Array<string>(10).fill(NO_ANSWER)), EMPTY_JARM);
});

Deno.test("jarmHash() marks a cipher that the list does not hold as 46", () => {
  const answers = ["c0ff|0301||", ...Array<string>(9).fill(NO_ANSWER)];
  assert.equal(jarmHash(answers).slice(0, 6), "46b000");
});

import assert from "node:assert/strict";
import { exported } from "../../../tests/support/exported.ts";
import fc from "fast-check";
import { hostileProfile, madeProfile } from "../../../tests/support/made_profile.ts";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import { csvCell, csvWriter } from "./csv.ts";

/** Reads RFC 4180 by its grammar. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      const [raw, end] = readField(text, at);
      row.push(raw);
      at = end;
      if (text[at] !== ",") break;
      at++;
    }
    assert.equal(text.slice(at, at + 2), "\r\n", `no line ends at ${at}`);
    at += 2;
    rows.push(row);
  }
  return rows;
}

function readField(text: string, start: number): [string, number] {
  if (text[start] !== '"') {
    const end = /[,\r\n]/.exec(text.slice(start))!.index + start;
    assert.ok(!text.slice(start, end).includes('"'), "a quote in a field without quotes");
    return [text.slice(start, end), end];
  }
  let value = "";
  for (let at = start + 1;; at++) {
    assert.ok(at < text.length, "a quoted field does not end");
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') value += text[at++];
    else return [value, at + 1];
  }
}

Deno.test("csvWriter() gives a heading and a row for each attacker", () => {
  const [heading, row, ...others] = readCsv(exported(csvWriter(), [madeProfile()]));
  assert.equal(others.length, 0);
  assert.equal(row!.length, heading!.length);
  const cells = Object.fromEntries(heading!.map((name, index) => [name, row![index]]));
  assert.equal(cells["attacker_ip"], "198.51.100.23");
  assert.equal(cells["deckies"], "decky-web-01; decky-mail-01");
  assert.equal(cells["risk"], "63");
  assert.equal(cells["asn"], "64500");
  assert.equal(cells["hassh"], "0123456789abcdef0123456789abcdef");
});

Deno.test("csvWriter() leaves a cell empty where there is nothing", () => {
  const { origin: _, beacon: __, ...rest } = madeProfile();
  const [heading, row] = readCsv(exported(csvWriter(), [rest]));
  assert.equal(row![heading!.indexOf("asn")], "");
  assert.equal(row![heading!.indexOf("beacon_interval_s")], "");
});

Deno.test("csvCell() never lets a formula through", () => {
  const formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "\n-2"];
  for (const text of [...formulas, '=cmd|" /C calc"!A0']) {
    const [[cell]] = readCsv(`${csvCell(text)}\r\n`) as [[string]];
    assert.match(cell, /^'/, JSON.stringify(text));
  }
  assert.equal(csvCell(["=a", "b"]), `"'=a; b"`);
});

Deno.test("csvCell() leaves numbers and ordinary text as they are", () => {
  assert.equal(csvCell(-3), "-3");
  assert.equal(csvCell("a=b-c@d"), "a=b-c@d");
  assert.equal(csvCell('say "hi", twice'), '"say ""hi"", twice"');
});

Deno.test("csvWriter() can be read back row by row, and is never a formula, whatever attackers say", () => {
  fc.assert(fc.property(anyText(), (text) => {
    const rows = readCsv(exported(csvWriter(), [hostileProfile(text), madeProfile()]));
    assert.equal(rows.length, 3);
    for (const row of rows) {
      assert.equal(row.length, rows[0]!.length);
      for (const cell of row) assert.doesNotMatch(cell, /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
    }
  }));
});

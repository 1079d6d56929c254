import assert from "node:assert/strict";
import { JsonBytes } from "./json_bytes.ts";
import { PlaceHash, placeId } from "./place_id.ts";
import { isEventId, ulidTime } from "./ulid.ts";

Deno.test("placeId() gives a ULID of the time, the same at each reading", () => {
  const id = placeId(1_469_918_176_385_999, "7 0 tls_client_hello");
  assert.ok(isEventId(id));
  assert.equal(id.slice(0, 10), "01ARYZ6S41");
  assert.equal(placeId(1_469_918_176_385_999, "7 0 tls_client_hello"), id);
});

Deno.test("placeId() gives every place another id", () => {
  const ids = new Set<string>();
  for (let packet = 0; packet < 20_000; packet++) {
    for (const what of ["a", "b", "ab", "ba", ""]) ids.add(placeId(0, `${packet} ${what}`));
  }
  assert.equal(ids.size, 100_000);
});

Deno.test("placeId() changes about half of its 80 bits with any character", () => {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const bitsOf = (id: string) =>
    [...id.slice(10)].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join(
      "",
    );
  let changed = 0;
  const runs = 1000;
  for (let run = 0; run < runs; run++) {
    const [a, b] = [bitsOf(placeId(0, `${run} x`)), bitsOf(placeId(0, `${run} y`))];
    for (let bit = 0; bit < 80; bit++) if (a[bit] !== b[bit]) changed++;
  }
  assert.ok(Math.abs(changed / runs - 40) < 2, `${changed / runs} of 80`);
});

Deno.test("ulidTime() takes any time", () => {
  for (const micros of [-5, NaN, Infinity, -Infinity, 1e300]) {
    assert.match(ulidTime(micros), /^[0-7][0-9A-HJKMNP-TV-Z]{9}$/);
  }
});

Deno.test("PlaceHash gives the id of the whole place, however it is cut into pieces", () => {
  const place = new PlaceHash();
  for (const pieces of [["7 0 tls_client_hello"], ["7 ", "0 ", "", "tls_client_hello"]]) {
    place.begin();
    for (const piece of pieces) place.add(piece);
    assert.equal(place.id(5000).text, placeId(5000, "7 0 tls_client_hello"));
  }
});

Deno.test("PlaceHash takes numbers as their digits", () => {
  for (const number of [0, 7, 10, 65535, 2 ** 31, 123_456_789_012]) {
    const place = new PlaceHash();
    place.begin();
    place.addNumber(number);
    assert.equal(place.id(5000).text, placeId(5000, String(number)));
  }
});

Deno.test("PlaceId writes its text", () => {
  const place = new PlaceHash();
  place.begin();
  place.add("7 0 tls_client_hello");
  const id = place.id(1_469_918_176_385_999);
  const out = new JsonBytes();
  id.write(out);
  assert.equal(new TextDecoder().decode(out.written), id.text);
});

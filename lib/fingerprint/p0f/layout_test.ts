import assert from "node:assert/strict";
import fc from "fast-check";
import { formatLayout, hashLayout, parseLayout } from "./layout.ts";

Deno.test("parseLayout() reads names, unknown kinds and the end of list", () => {
  const layout = parseLayout("mss,nop,ws,sok,sack,ts,?34,eol+2");
  assert.deepEqual([...layout!.kinds], [2, 1, 3, 4, 5, 8, 34, 0]);
  assert.equal(layout!.padding, 2);
  assert.deepEqual(parseLayout(""), { kinds: new Uint8Array(0), padding: 0 });
});

Deno.test("parseLayout() returns undefined for what no layout is", () => {
  const cases = [
    ...["eol", "eol+1,nop", "mss,", ",mss", "mss ws", "?", "?256", "?-1", "eol+256", "xyz"],
    Array.from({ length: 41 }, () => "nop").join(","),
  ];
  for (const text of cases) assert.equal(parseLayout(text), undefined, text);
});

Deno.test("formatLayout() writes what parseLayout() reads", () => {
  const kind = fc.integer({ min: 1, max: 255 });
  fc.assert(fc.property(
    fc.array(kind, { maxLength: 39 }),
    fc.option(fc.nat({ max: 255 })),
    (kinds, padding) => {
      const sent = padding === null ? kinds : [...kinds, 0];
      const text = formatLayout(Uint8Array.from(sent), sent.length, padding ?? 0);
      assert.deepEqual(parseLayout(text), { kinds: Uint8Array.from(sent), padding: padding ?? 0 });
    },
  ));
});

Deno.test("hashLayout() looks at the kinds in use, and at their order", () => {
  const kinds = Uint8Array.of(2, 4, 8, 1, 3);
  assert.equal(hashLayout(kinds, 3), hashLayout(Uint8Array.of(2, 4, 8), 3));
  assert.notEqual(hashLayout(kinds, 5), hashLayout(Uint8Array.of(2, 8, 4, 1, 3), 5));
  assert.notEqual(hashLayout(Uint8Array.of(0), 1), hashLayout(Uint8Array.of(0, 0), 2));
});

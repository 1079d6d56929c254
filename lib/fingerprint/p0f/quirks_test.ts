import assert from "node:assert/strict";
import fc from "fast-check";
import { formatQuirks, parseQuirks, QUIRK } from "./quirks.ts";

Deno.test("formatQuirks() writes p0f's names in p0f's order", () => {
  assert.equal(formatQuirks(0), "");
  assert.equal(formatQuirks(QUIRK.idSet | QUIRK.df), "df,id+");
  const all = Object.values(QUIRK).reduce((bits, bit) => bits | bit, 0);
  assert.equal(
    formatQuirks(all),
    "df,id+,id-,ecn,0+,flow,seq-,ack+,ack-,uptr+,urgf+,pushf+,ts1-,ts2+,opt+,exws,bad",
  );
});

Deno.test("parseQuirks() reads every set of quirks back", () => {
  fc.assert(fc.property(fc.subarray(Object.values(QUIRK)), (bits) => {
    const quirks = bits.reduce((set, bit) => set | bit, 0);
    assert.equal(parseQuirks(formatQuirks(quirks)), quirks);
  }));
});

Deno.test("parseQuirks() returns undefined for an unknown name", () => {
  for (const text of ["dfx", "df,", ",df", "df id+", "id"]) {
    assert.equal(parseQuirks(text), undefined, text);
  }
});

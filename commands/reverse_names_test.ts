import assert from "node:assert/strict";
import { reverseName } from "./reverse_names.ts";

Deno.test("reverseName() gives the names of RFC 1035 3.5 and RFC 3596 2.5", () => {
  assert.equal(reverseName("192.0.2.7"), "7.2.0.192.in-addr.arpa");
  assert.equal(
    reverseName("2001:db8::567:89ab"),
    "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
  );
  assert.equal(reverseName("web-01"), undefined);
});

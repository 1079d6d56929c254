import assert from "node:assert/strict";
import type { CaptureInterface } from "../ffi/interfaces.ts";
import { styleFor } from "../lib/terminal/style.ts";
import { interfaceTable } from "./interface_list.ts";

const PLAIN = styleFor({ terminal: false, noColor: undefined, term: undefined });

function found(name: string, rest: Partial<CaptureInterface> = {}): CaptureInterface {
  return {
    ...{ name, description: "", addresses: [], wireless: false },
    ...{ loopback: false, up: true, running: true },
    ...rest,
  };
}

Deno.test("interfaceTable() lines up name, state, addresses and description", () => {
  const interfaces = [
    found("eth0", { addresses: ["192.0.2.1", "2001:db8::1"] }),
    found("eth1", { running: false, description: "Second port" }),
    found("lo", { loopback: true, addresses: ["127.0.0.1"] }),
    found("wlan0", { up: false, running: false, wireless: true }),
  ];
  assert.deepEqual(interfaceTable(interfaces, PLAIN), [
    "NAME   STATE       ADDRESSES              DESCRIPTION",
    "eth0   up          192.0.2.1 2001:db8::1",
    "eth1   no carrier  -                      Second port",
    "lo     loopback    127.0.0.1",
    "wlan0  down        -",
  ]);
});

Deno.test("interfaceTable() lets nothing through that a terminal would obey", () => {
  const lines = interfaceTable([found("e\x1b[2J", { description: "a\nb" })], PLAIN);
  assert.equal(lines.length, 2);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(lines[1]!, /[\x00-\x1f]/);
});

Deno.test("interfaceTable() of no interface is its headings", () => {
  assert.equal(interfaceTable([], PLAIN).length, 1);
});

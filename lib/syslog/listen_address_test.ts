import assert from "node:assert/strict";
import { formatSyslogAddress, parseSyslogAddress } from "./listen_address.ts";

Deno.test("parseSyslogAddress() reads transports, hosts and ports", () => {
  const cases: [text: string, formatted: string][] = [
    ["udp://127.0.0.1:5514", "udp://127.0.0.1:5514"],
    ["tcp://[::1]:514", "tcp://[::1]:514"],
    ["tls://logs.example:0", "tls://logs.example:0"],
    ["udp://", "udp://0.0.0.0:514"],
    ["tls://*", "tls://0.0.0.0:6514"],
    ["tcp://:601/", "tcp://0.0.0.0:601"],
  ];
  for (const [text, formatted] of cases) {
    const address = parseSyslogAddress(text);
    assert.ok(address, text);
    assert.equal(formatSyslogAddress(address), formatted);
  }
});

Deno.test("parseSyslogAddress() returns undefined for anything else", () => {
  for (
    const text of ["", "udp", "udp:514", "http://x:1", "tcp://x:65536", "tcp://x y", "tcp://a:b"]
  ) assert.equal(parseSyslogAddress(text), undefined, text);
});

import assert from "node:assert/strict";
import { hostPort } from "./host_port.ts";

Deno.test("hostPort() puts brackets around IPv6 only", () => {
  assert.equal(hostPort("192.0.2.7", 443), "192.0.2.7:443");
  assert.equal(hostPort("host.example", 22), "host.example:22");
  assert.equal(hostPort("2001:db8::1", 443), "[2001:db8::1]:443");
});

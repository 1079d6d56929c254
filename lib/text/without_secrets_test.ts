import assert from "node:assert/strict";
import { withoutSecrets } from "./without_secrets.ts";

Deno.test("withoutSecrets() leaves out user, password and query of an address", () => {
  for (
    const [url, shown] of [
      ["nats+tls://user:p@ss@hub:4222/decnet?creds=x", "nats+tls://hub:4222/decnet"],
      ["https://host/path?token=secret", "https://host/path"],
      ["syslog+tls://[::1]:6514", "syslog+tls://[::1]:6514"],
      ["https://u:p@host#x?y", "https://host"],
      // A password that was not encoded.
      ["nats://user:sec?ret@hub", "nats://hub"],
      ["nats://user:sec?r=et@hub", "nats://hub"],
      ["https://user:sec#ret@host/path?q", "https://host/path"],
      ["nats://user:se@c/r?et@hub", "nats://hub"],
      ["nats://hub:4222,b?creds=/etc/a@b", "nats://hub:4222,b"],
      ["/var/log/a@b?c", "/var/log/a@b?c"],
      ["", ""],
    ] as const
  ) {
    assert.equal(withoutSecrets(url), shown);
  }
});

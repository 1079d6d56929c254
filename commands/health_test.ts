import assert from "node:assert/strict";
import { getLogger } from "@logtape/logtape";
import { UserError } from "./exit_code.ts";
import { startHealth } from "./health.ts";

/** What startHealth() says against these flags. */
async function refusal(flags: { metrics?: string; hub?: string }): Promise<UserError> {
  const error = await startHealth({
    ...{ verb: "tail", sensor: "s", flags, systemd: undefined, reload: undefined },
    numbers: () => ({ counters: {}, gauges: {} }),
    status: () => "",
    stop: () => {},
    messages: getLogger("test"),
  }).then(() => assert.fail("nothing is refused"), (error) => error);
  assert.ok(error instanceof UserError, String(error));
  return error;
}

Deno.test("startHealth() says what is wrong with which flag, and what helps", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const metrics = `127.0.0.1:${taken.addr.port}`;
  const busy = await refusal({ metrics });
  assert.equal(busy.message, `--metrics ${metrics}: Address already in use`);
  assert.ok(busy.hint);
  assert.equal((await refusal({ metrics: "9090" })).code, 2);
  const unreadable = await refusal({ hub: "nats://127.0.0.1:1?creds=/does/not/exist" });
  assert.match(unreadable.message, /^--hub: .*\/does\/not\/exist/);
  assert.ok(unreadable.hint);
});

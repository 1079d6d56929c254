import assert from "node:assert/strict";
import { endingIn } from "../../tests/support/fake_probe.ts";
import { planProbes, type PlanWishes, portsVariable } from "./plan.ts";

const JARM = Object.assign(endingIn("jarm", "tls", "closed"), { ports: [443, 8443] });
const HASSH = Object.assign(endingIn("hassh", "ssh", "closed"), { ports: [22] });

/** The plan as `name:port,port`, in order. */
function plan(wishes: Partial<PlanWishes> = {}, env: Record<string, string> = {}): string[] {
  const planned = planProbes([JARM, HASSH], {
    ports: new Map(),
    env: (name) => env[name],
    ...wishes,
  });
  return planned.map(({ probe, ports }) => `${probe.name}:${ports}`);
}

Deno.test("planProbes() plans every probe on its own ports", () => {
  assert.deepEqual(plan(), ["jarm:443,8443", "hassh:22"]);
});

Deno.test("planProbes() plans the probes that were named, in the order of the registry", () => {
  assert.deepEqual(plan({ names: ["hassh"] }), ["hassh:22"]);
  assert.deepEqual(plan({ names: ["hassh", "jarm", "hassh"] }), ["jarm:443,8443", "hassh:22"]);
});

Deno.test("planProbes() takes ports from the flag of the probe, the flag of all, the environment, the probe", () => {
  const env = { DECNET_PROBE_PORTS_JARM: "9000, 9001-9002" };
  assert.deepEqual(plan({}, env), ["jarm:9000,9001,9002", "hassh:22"]);
  const all = new Map([["", [80]]]);
  assert.deepEqual(plan({ ports: all }, env), ["jarm:80", "hassh:80"]);
  const both = new Map([["", [80]], ["hassh", [2222]]]);
  assert.deepEqual(plan({ ports: both }, env), ["jarm:80", "hassh:2222"]);
});

Deno.test("planProbes() leaves a probe out whose variable is empty, unless a flag gives ports", () => {
  for (const empty of ["", "  "]) {
    const env = { DECNET_PROBE_PORTS_HASSH: empty };
    assert.deepEqual(plan({}, env), ["jarm:443,8443"]);
    assert.deepEqual(plan({ ports: new Map([["hassh", [22]]]) }, env), [
      "jarm:443,8443",
      "hassh:22",
    ]);
  }
  assert.deepEqual(
    plan({}, { DECNET_PROBE_PORTS_HASSH: "", DECNET_PROBE_PORTS_JARM: "" }),
    [],
  );
});

Deno.test("planProbes() throws for a probe that is asked for and turned off at once", () => {
  assert.throws(() => plan({ names: ["hassh"] }, { DECNET_PROBE_PORTS_HASSH: "" }), {
    name: "RangeError",
    message: "probe hassh has no ports: DECNET_PROBE_PORTS_HASSH is empty; give --port hassh=LIST",
  });
});

Deno.test("planProbes() throws an error that names the variable with a bad value, and the part", () => {
  for (const [value, part] of [["443,x", "x"], ["0", "0"], ["443-70000", "443-70000"]]) {
    assert.throws(() => plan({}, { DECNET_PROBE_PORTS_JARM: value! }), {
      name: "RangeError",
      message: `DECNET_PROBE_PORTS_JARM: "${part}" is not a port (1-65535) or a range of them`,
    });
  }
  // The variable of a probe that is not wanted does not matter.
  const env = { DECNET_PROBE_PORTS_JARM: "x" };
  assert.deepEqual(plan({ names: ["hassh"] }, env), ["hassh:22"]);
});

Deno.test("planProbes() throws for unknown probes, and names those that there are", () => {
  const message = 'no probe "tcpfp"; there are jarm, hassh';
  assert.throws(() => plan({ names: ["jarm", "tcpfp"] }), { name: "RangeError", message });
  assert.throws(() => plan({ ports: new Map([["tcpfp", [1]]]) }), { name: "RangeError", message });
});

Deno.test("portsVariable() is DECNET's", () => {
  assert.equal(portsVariable(JARM), "DECNET_PROBE_PORTS_JARM");
});

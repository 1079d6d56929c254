import assert from "node:assert/strict";
import { MAY_SEND_RAW, runRawScenario } from "../tests/support/raw_scenario.ts";
import { testNeeding } from "../tests/support/requirements.ts";

/** A test of a scenario of raw_sockets_child.ts, in a process of its own. */
function rawTest(name: string, scenario: string, expected: unknown): void {
  testNeeding([MAY_SEND_RAW], `RawSockets ${name}`, async () => {
    assert.deepEqual(await runRawScenario(scenario), expected);
  });
}

const SYN_ACK = 0x12;
const RST_ACK = 0x14;

rawTest("hear what answers a packet", "answers", [SYN_ACK, RST_ACK]);

rawTest("hold their ports", "ports", { ports: 16, bound: 0 });

rawTest("leave no descriptor open", "leaks", false);

rawTest("end what is under way when they are closed, and refuse what comes after", "closing", {
  ended: true,
  heard: true,
  after: ["interrupted", "interrupted", "interrupted", "done", "done", "done"],
  rejected: "interrupted",
});

rawTest("keep no process alive once nobody listens", "forgotten", RST_ACK);

rawTest("hear nothing of what others send", "two", { flags: [RST_ACK, RST_ACK], overheard: 1 });

rawTest("find routes to single hosts, and to nothing else", "routes", {
  local: true,
  onLink: true,
  mtu: true,
  interfaceName: "lo",
  mapped: 4,
  broken: ["local_error", "local_error", "unreachable", "unreachable", "unreachable"],
});

/** The prober finds its targets in the fleet's stream. */
import assert from "node:assert/strict";
import { createEvent } from "../../lib/event/create.ts";
import { toJsonLine } from "../../lib/event/json.ts";
import { decnet, parseEvents } from "../support/decnet.ts";
import { startNatsHub } from "../support/nats_server.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

testNeeding(
  ["nats-server"],
  "probe --from-log nats:// probes who touched any sensor's decoy, once",
  async () => {
    await using folder = await tempFolder();
    await using hub = await startNatsHub();
    const path = `${folder.path}/in.json`;
    const touch = createEvent({
      time: Date.now() * 1000,
      sensor: "edge-1",
      decky: "web-1",
      service: "ssh",
      eventType: "auth_attempt",
      attackerIp: "127.0.1.1",
      fields: { src_ip: "127.0.1.1", username: "root" },
      origin: "1",
    });
    await Deno.writeTextFile(path, `${toJsonLine(touch)}\n`);
    const shipped = await decnet(["tail", path, "--no-follow", "--from-start", "--to", hub.url]);
    assert.equal(shipped.code, 0, shipped.stderr);
    const probe = async () => {
      const run = await decnet([
        ...["probe", "--from-log", hub.url, "--state", `${folder.path}/state.db`, "--json"],
        ...["--probe", "hassh", "--port", "hassh=1", "--allow", "127.0.0.0/8", "--outcomes"],
      ]);
      assert.equal(run.code, 0, run.stderr);
      return parseEvents(run.stdout).filter(({ event_type }) => event_type === "probe_outcome")
        .map(({ attacker_ip, fields }) => [attacker_ip, fields["outcome"]]);
    };
    assert.deepEqual(await probe(), [["127.0.1.1", "refused"]]);
    assert.deepEqual(await probe(), []);
    const wrong = await decnet(["probe", "--from-log", "nats://a/b c"]);
    assert.equal(wrong.code, 2);
  },
);

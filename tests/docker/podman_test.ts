/** The Docker source on Podman's compatible socket, where there is a Podman. */
import assert from "node:assert/strict";
import { Collecting } from "../support/docker_collecting.ts";
import { expectedNumbers, numberedScript } from "../support/docker_engine.ts";
import { HAS_PODMAN, podmanEngine } from "../support/podman_engine.ts";
import { Recording } from "../support/recording_context.ts";
import { testNeeding } from "../support/requirements.ts";

testNeeding(
  [HAS_PODMAN],
  "collect from Podman: each line once over many runs of collect, a rename and the removal",
  async () => {
    await using engine = await podmanEngine();
    const recording = new Recording();
    const id = await engine.create({
      name: "omega-ssh",
      labels: { "decnet.fleet.service": "true" },
      script: numberedScript({ burst: 3, microseconds: 20_000, lines: 300 }),
    });
    await engine.call("POST", `/containers/${id}/start`);
    for (let run = 0; run < 4; run++) {
      await using _ = await Collecting.start(engine.host, recording);
      const before = recording.texts().length;
      await recording.until(() => recording.texts().length > before + 30);
    }
    await using _ = await Collecting.start(engine.host, recording);
    await engine.call("POST", `/containers/${id}/rename?name=sigma-ssh`);
    await recording.until(() => recording.texts().length >= 300);
    await engine.call("DELETE", `/containers/${id}?force=1`);
    await recording.until(() => recording.kinds().includes("removed"));
    const texts = recording.texts();
    assert.equal(texts.length, 300);
    assert.deepEqual(texts, expectedNumbers(texts));
    assert.deepEqual(recording.messages, []);
  },
);

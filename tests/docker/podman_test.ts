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
    const more = async (count: number) => {
      const before = recording.texts().length;
      await recording.until(() => recording.texts().length >= before + count);
    };
    const id = await engine.create({
      name: "omega-ssh",
      labels: { "decnet.fleet.service": "true" },
      // It goes on until it is stopped: the runs take as long as the machine needs.
      script: numberedScript({ burst: 3, microseconds: 20_000 }),
    });
    await engine.call("POST", `/containers/${id}/start`);
    for (let run = 0; run < 5; run++) {
      await using _ = await Collecting.start(engine.host, recording);
      await more(30);
    }
    await using _ = await Collecting.start(engine.host, recording);
    await more(30);
    await engine.call("POST", `/containers/${id}/rename?name=sigma-ssh`);
    await recording.until(() => recording.kinds().includes("renamed"));
    await more(30);
    await engine.call("POST", `/containers/${id}/kill`);
    await engine.call("POST", `/containers/${id}/wait`);
    const log = await engine.call("GET", `/containers/${id}/logs?stdout=true`);
    const { length } = log.match(/\n/g)!;
    await recording.until(() => recording.texts().length >= length);
    await engine.call("DELETE", `/containers/${id}?force=1`);
    await recording.until(() => recording.kinds().includes("removed"));
    const texts = recording.texts();
    assert.equal(texts.length, length);
    assert.deepEqual(texts, expectedNumbers(texts));
    // Podman ends the log of a container that is killed or removed with an error in the middle of it, now and then.
    const others = recording.messages.filter((text) => !/breaks off, trying again/.test(text));
    assert.deepEqual(others, []);
  },
);

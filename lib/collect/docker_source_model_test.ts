/**
 * The Docker source against an engine in memory.
 *
 * For a campaign: `DECNET_TEST_SEED=$RANDOM DECNET_TEST_SEQUENCES=6000 deno test -A <this file>`.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { campaignOf } from "../../tests/support/campaign.ts";
import { DockerWorld, type WorldContainer } from "../../tests/support/docker_world.ts";
import { Recording } from "../../tests/support/recording_context.ts";
import { containerSelection, NO_SERVICE_NAMES } from "./docker_select.ts";
import { dockerSource } from "./docker_source.ts";

const SEQUENCES = 200;

/** Far beyond what a sequence takes. */
const HANGS_AFTER_MS = 180_000;

const ACTIONS = [
  ...["create", "start", "start", "stop", "rename", "remove"],
  ...["print", "print", "print", "print", "rotate", "repeat"],
  ...["cut", "cut all", "cut events", "away", "back", "kill", "wait", "wait", "step"],
] as const;

const sequence = fc.array(
  fc.record({ action: fc.constantFrom(...ACTIONS), pick: fc.nat(7), turns: fc.nat(3) }),
  { maxLength: 60 },
);

/** One sequence: a world, a source that is killed now and then, and what must come out of it. */
class Trial {
  readonly world = new DockerWorld();
  readonly recording = new Recording();
  /** All that was ever printed, and the containers that printed it. */
  readonly #printed = new Map<WorldContainer, string[]>();
  readonly #removed = new Set<WorldContainer>();
  #controller = new AbortController();
  #run: Promise<void> = this.#start();

  async play(actions: typeof sequence extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    for (const { action, pick, turns } of actions) {
      await this.#act(action, pick);
      for (let turn = 0; turn < turns; turn++) await nextTurn();
    }
    this.world.isAway = false;
    await this.#untilComplete();
    await this.#kill();
    this.#check();
  }

  #start(): Promise<void> {
    return dockerSource({
      engine: this.world,
      select: containerSelection({}, () => NO_SERVICE_NAMES),
      stderr: true,
      keepTrying: true,
      ...{ reconcileMs: 10, backoff: { first: 1, most: 4 } },
    }).run(this.recording.context(this.#controller.signal));
  }

  async #kill(): Promise<void> {
    this.#controller.abort();
    await this.#run;
  }

  async #act(action: typeof ACTIONS[number], pick: number): Promise<void> {
    const { world } = this;
    const all = [...world.containers.values()];
    const container = all[pick % all.length];
    if (action === "create" && all.length < 5) {
      this.#printed.set(world.create(`d${this.#printed.size}-ssh`), []);
    } else if (action === "away" || action === "back") world.isAway = action === "away";
    else if (action === "cut all") world.cut();
    else if (action === "cut events") world.cutEvents();
    else if (action === "wait") await nextTurn();
    else if (action === "kill") {
      await this.#kill();
      this.#controller = new AbortController();
      this.#run = this.#start();
    } else if (container !== undefined) this.#actOn(container, action, pick);
  }

  #actOn(container: WorldContainer, action: typeof ACTIONS[number], pick: number): void {
    const printed = this.#printed.get(container)!;
    if (action === "start" && !container.running) container.start();
    if (action === "stop" && container.running) container.stop();
    if (action === "rename") container.rename(`r${pick}-${container.id.slice(-4)}-http`);
    if (action === "remove") {
      this.world.remove(container);
      this.#removed.add(container);
    }
    if (action === "rotate") container.rotate();
    if (action === "repeat") container.repeat();
    // Forward as it likes; backward is the matter of the cursor's own test.
    if (action === "step") this.world.step(pick);
    if (action === "print" && container.running) {
      for (let count = 0; count <= pick; count++) {
        const text = `${printed.length}`;
        printed.push(text);
        container.print(text, pick % 2 === 0 ? 1 : 2);
      }
    }
  }

  /** Waits until all that the logs still hold has come. */
  async #untilComplete(): Promise<void> {
    const deadline = performance.now() + HANGS_AFTER_MS;
    for (const container of this.world.containers.values()) {
      const isMissing = () => {
        const taken = new Set(this.#taken(container));
        return container.kept().some((text) => !taken.has(text));
      };
      while (isMissing()) {
        assert.ok(performance.now() < deadline, `lines of ${container.name} do not come`);
        await nextTurn();
      }
    }
  }

  #check(): void {
    for (const [container, printed] of this.#printed) {
      const taken = this.#taken(container);
      assert.deepEqual(taken, [...new Set(taken)], "doubled");
      assert.deepEqual(taken, printed.filter((text) => taken.includes(text)), "out of order");
      if (this.#removed.has(container)) continue;
      const kept = new Set(container.kept());
      const missing = printed.filter((text) => kept.has(text) && !taken.includes(text));
      assert.deepEqual(missing, [], "lost");
    }
  }

  #taken({ id }: WorldContainer): string[] {
    return this.recording.texts(`docker/${id}`);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("dockerSource() loses and doubles nothing, whatever engine, containers and it itself go through", async () => {
  const { first: seed, sequences: numRuns } = campaignOf(SEQUENCES);
  const property = fc.asyncProperty(sequence, (actions) => new Trial().play(actions));
  await fc.assert(property, { seed, numRuns });
});

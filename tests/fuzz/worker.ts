/** A worker that fuzzes one target after the other, as it is told. */
import { parentPort, workerData } from "node:worker_threads";
import { FlightRecorder } from "./flight_recorder.ts";
import { fuzz } from "./fuzz.ts";
import { minimize } from "./minimize.ts";
import { findTarget } from "./targets.ts";

/** What the worker is to do next. */
export interface Job {
  readonly target: string;
  readonly seed: number;
  readonly millis: number;
}

const recorder = new FlightRecorder(workerData as SharedArrayBuffer);
const onInput = (input: Uint8Array) => recorder.record(input);

parentPort!.on("message", async ({ target: name, seed, millis }: Job) => {
  const target = findTarget(name)!;
  const result = await fuzz(target, { seed, millis, onInput });
  const crash = result.crash && await minimize(target, result.crash, onInput);
  parentPort!.postMessage({ ...result, crash });
});

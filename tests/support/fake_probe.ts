/** Probes for tests that do as they are told. */
import { Dialer, type OpenStream } from "../../lib/probe/dialer.ts";
import { visitPort } from "../../lib/probe/port_visit.ts";
import type {
  Finding,
  Language,
  Miss,
  Probe,
  ProbeContext,
  ProbeResult,
} from "../../lib/probe/probe.ts";

/** A fingerprint with this hash. */
export function finding(hash: string): Finding {
  return { outcome: "ok", eventType: "fake_fingerprint", hash, fields: {}, msg: hash, lines: [] };
}

/** A probe that runs `run`, and counts how often. */
export class FakeProbe implements Probe {
  readonly brief = "";
  readonly sends = "";
  readonly priority = 100;
  runs = 0;

  constructor(
    readonly name: string,
    readonly language: Language,
    readonly script: (context: ProbeContext, run: number) => Promise<ProbeResult>,
    readonly ports: readonly number[] = [443],
  ) {}

  run(context: ProbeContext): Promise<ProbeResult> {
    return this.script(context, this.runs++);
  }
}

/** A probe that connects, and then ends with each of `results` in turn, the last one for ever. */
export function endingIn(
  name: string,
  language: Language,
  ...results: (ProbeResult | Miss["outcome"])[]
): FakeProbe {
  return new FakeProbe(name, language, async (context, run) => {
    const connection = await context.connect();
    connection.close();
    const result = results[Math.min(run, results.length - 1)]!;
    return typeof result === "string" ? { outcome: result } : result;
  });
}

/** A probe that connects, reads until the peer has closed, and finds nothing. */
export function reading(name: string, language: Language): FakeProbe {
  return new FakeProbe(name, language, async (context) => {
    const connection = await context.connect();
    while (await connection.read() !== undefined);
    return { outcome: "closed" };
  });
}

/** What `probe` makes of port 443 of 192.0.2.7 when its connections are opened by `open`. */
export async function measure(
  probe: Probe,
  open: OpenStream,
  { timeout = 60_000, port = 443, address = "192.0.2.7" } = {},
): Promise<ProbeResult> {
  const dialer = new Dialer({ rate: 0, maxOpen: 100, open });
  const target = { host: address, address, named: false };
  const options = { dialer, timeout, retries: 0, ja4plus: true };
  const [measurement] = await Array.fromAsync(visitPort(target, port, [probe], options));
  return measurement!.result;
}

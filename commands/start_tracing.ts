/** Tracing where OTEL_DENO asks for it; undefined, and nothing loaded, everywhere else. */
import type { Tracing } from "../lib/trace/tracing.ts";
import { VERSION } from "../lib/version.ts";

/** To be called before the right to read the environment is given up; spans need none afterwards. */
export async function startTracing(): Promise<Tracing | undefined> {
  if (Deno.env.get("OTEL_DENO") !== "true") return undefined;
  const { openTracing } = await import("../lib/trace/tracing.ts");
  return openTracing(VERSION);
}

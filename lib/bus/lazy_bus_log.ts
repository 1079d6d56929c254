/** The fleet's stream for verbs that mostly read files: nothing of the bus is loaded until there is one. */
import type { LogItem } from "../log/item.ts";
import type { BusLogOptions } from "./bus_log.ts";

/** As `readBusLog()` of bus_log.ts. */
export async function* readBusLog(
  url: string,
  options: BusLogOptions,
): AsyncGenerator<LogItem, void> {
  const { readBusLog } = await import("./bus_log.ts");
  yield* readBusLog(url, options);
}

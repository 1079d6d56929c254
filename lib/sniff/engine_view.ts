/** What the observers of protocols get to work with. */
import type { SecretSource } from "../tls/key_log.ts";
import type { Reporter } from "./reporter.ts";

/** What protocols see of the packet that is being handled. */
export interface EngineView {
  readonly reporter: Reporter;
  readonly ja4plus: boolean;
  /** Secrets of TLS connections, where some are known. */
  readonly secrets: SecretSource | undefined;
  /** Time of the packet at hand, in microseconds. */
  readonly micros: number;
  /** Its number, from 1. */
  readonly packetNumber: number;
}

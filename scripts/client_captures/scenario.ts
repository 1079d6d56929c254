/** What a capture is to be made of. */
import type { Lab } from "./lab.ts";

/** One capture: clients and servers that talk while tcpdump listens. */
export interface Scenario {
  /** Name of the capture without its ending. */
  readonly name: string;
  /** Starts the servers, which are stopped in the reverse order. */
  servers(lab: Lab): Promise<readonly AsyncDisposable[]>;
  /** What tcpdump keeps. */
  readonly filter: string;
  /** Runs the clients. */
  talk(lab: Lab): Promise<unknown>;
}

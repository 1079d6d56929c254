/** What is said of a scan. */

/** What the reports of both kinds say. */
interface ScanWindow {
  readonly source: string;
  /** Protocol number. */
  readonly protocol: number;
  /** First and last attempt of the source in the window, microseconds. */
  readonly firstMicros: number;
  readonly lastMicros: number;
  /** Attempts of the source in the window, repeated ones too. */
  readonly attempts: number;
  /** Different pairs of host and port among them. */
  readonly targets: number;
}

/** Many ports of one host. */
export interface PortScan extends ScanWindow {
  readonly kind: "port_scan";
  /** The host of which most ports were tried. */
  readonly destination: string;
  /** How many. */
  readonly ports: number;
  /** The first ones; none when memory was short. */
  readonly samplePorts: readonly number[];
}

/** One port of many hosts. */
export interface HostSweep extends ScanWindow {
  readonly kind: "host_sweep";
  /** The port that was tried on most hosts. */
  readonly port: number;
  /** On how many. */
  readonly hosts: number;
  /** The first ones; none when memory was short. */
  readonly sampleHosts: readonly string[];
}

/** What a source did within one window. */
export type ScanReport = PortScan | HostSweep;

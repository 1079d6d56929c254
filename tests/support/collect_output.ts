/** Outputs that are written to memory. */
import { LineBuffer } from "../../lib/collect/line_buffer.ts";
import type { Output } from "../../lib/collect/output.ts";
import { SinkError } from "../../lib/event/sink_error.ts";

/** Keeps what is written; fails as often as it is told. */
export class MemoryOutput implements Output {
  readonly log = new LineBuffer();
  readonly json = new LineBuffer();
  readonly lines: string[] = [];
  readonly events: CollectedEvent[] = [];
  writes = 0;
  /** Writes that are still to fail, and how. */
  failures = 0;
  code = "ENOSPC";

  write(): void {
    this.writes++;
    if (this.failures > 0) {
      this.failures--;
      throw new SinkError("out.log", Object.assign(new Error("no space"), { code: this.code }));
    }
    this.lines.push(...linesOf(this.log));
    this.events.push(...linesOf(this.json).map((line) => JSON.parse(line)));
  }

  /** Events of one type. */
  eventsOf(type: string): CollectedEvent[] {
    return this.events.filter(({ event_type }) => event_type === type);
  }
}

/** An event as it stands in `BASE.json`. */
export interface CollectedEvent {
  readonly timestamp: string;
  readonly event_id: string;
  readonly sensor: string;
  readonly decky: string;
  readonly service: string;
  readonly event_type: string;
  readonly attacker_ip: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly msg?: string;
  readonly raw_line?: string;
}

function linesOf(buffer: LineBuffer): string[] {
  const lines = buffer.text().split("\n").slice(0, -1);
  buffer.drop(buffer.count);
  return lines;
}

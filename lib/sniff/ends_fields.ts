/** The fields that all events of the sniffer have, as they are written: by the hundred thousand. */
import type { Fields } from "../event/event.ts";
import type { JsonBytes } from "../event/json_bytes.ts";
import { WrittenPart } from "../event/written_part.ts";
import type { Endpoints } from "./flow.ts";

/** Who talks to whom: what an event's fields begin with. */
export class EndsPart extends WrittenPart {
  readonly #endpoints: Endpoints;

  constructor(endpoints: Endpoints) {
    super();
    this.#endpoints = endpoints;
  }

  get fields(): Fields {
    const { source, sourcePort, destination, destinationPort, transport } = this.#endpoints;
    return {
      src_ip: source,
      src_port: sourcePort,
      dst_ip: destination,
      dst_port: destinationPort,
      proto: transport,
    };
  }

  write(out: JsonBytes): void {
    const { source, sourcePort, destination, destinationPort, transport } = this.#endpoints;
    out.ascii('"src_ip":');
    out.text(source);
    if (sourcePort !== undefined) {
      out.ascii(',"src_port":');
      out.number(sourcePort);
    }
    out.ascii(',"dst_ip":');
    out.text(destination);
    if (destinationPort !== undefined) {
      out.ascii(',"dst_port":');
      out.number(destinationPort);
    }
    out.ascii(transport === "tcp" ? ',"proto":"tcp"' : ',"proto":"udp"');
  }
}

/** What they end with. */
export class LastPart extends WrittenPart {
  readonly #direction: "outbound" | undefined;
  readonly #communityId: string | undefined;

  constructor(direction: "outbound" | undefined, communityId: string | undefined) {
    super();
    this.#direction = direction;
    this.#communityId = communityId;
  }

  get fields(): Fields {
    return { direction: this.#direction, community_id: this.#communityId };
  }

  write(out: JsonBytes): void {
    const hasBoth = this.#direction !== undefined && this.#communityId !== undefined;
    if (this.#direction !== undefined) out.ascii('"direction":"outbound"');
    if (hasBoth) out.ascii(",");
    if (this.#communityId !== undefined) {
      out.ascii('"community_id":');
      out.text(this.#communityId);
    }
  }
}

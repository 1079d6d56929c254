/** The events that the prober makes. */
import { createEvent } from "../event/create.ts";
import type { Event, FieldValue } from "../event/event.ts";
import { parseTimestamp } from "../event/time.ts";
import { hostPort } from "../net/host_port.ts";
import type { Measurement } from "./port_visit.ts";
import { type Finding, type Miss, type ProbeTarget, WHOLE_HOST } from "./probe.ts";
import type { Rotation } from "./rotation.ts";

/** RFC 5424 HOSTNAME and APP-NAME of the prober: what DECNET's readers know it by. */
export const PROBER_DECKY = "decnet-prober";
export const PROBER_SERVICE = "prober";

/** A fingerprint. */
export function findingEvent(
  { target, result, at, trace }: Measurement & { readonly result: Finding },
  sensor: string,
): Event {
  return proberEvent(
    at * 1000,
    sensor,
    result.eventType,
    target.address,
    result.fields,
    result.msg,
    trace,
  );
}

/** A port that gave no fingerprint, or a target that was left out: for `--outcomes`. */
export function missEvent(
  about: {
    readonly target: ProbeTarget;
    readonly port?: number;
    readonly probe?: string;
    readonly result: Miss;
    /** Milliseconds since the epoch. */
    readonly at: number;
  },
  sensor: string,
): Event {
  const { target, port, probe, result, at } = about;
  const fields = {
    target_ip: target.address,
    target_port: port || undefined,
    target_host: target.named ? target.host : undefined,
    probe_type: probe,
    outcome: result.outcome,
    detail: result.detail,
  };
  const where = placeOf(target.address, port ?? WHOLE_HOST);
  const msg = [where, probe, result.outcome].filter((part) => part !== undefined).join(" ");
  return proberEvent(at * 1000, sensor, "probe_outcome", target.address, fields, msg);
}

/** A fingerprint that is another than before. */
export function rotationEvent(rotation: Rotation, sensor: string): Event {
  const { sighting, oldHash, oldFirstSeen, oldLastSeen, count } = rotation;
  const { address, name, port, probe, hash, at } = sighting;
  const fields = {
    target_ip: address,
    target_port: port || undefined,
    target_host: name === "" ? undefined : name,
    probe_type: probe,
    old_hash: oldHash,
    new_hash: hash,
    old_first_seen: oldFirstSeen,
    old_last_seen: oldLastSeen,
    new_first_seen: at,
    rotation_count: count,
  };
  const msg = `FP rotation ${placeOf(address, port)} ${probe} ${oldHash} -> ${hash}`;
  return proberEvent(parseTimestamp(at)!, sensor, "fingerprint_rotated", address, fields, msg);
}

function placeOf(address: string, port: number): string {
  return port === WHOLE_HOST ? address : hostPort(address, port);
}

function proberEvent(
  time: number,
  sensor: string,
  eventType: string,
  attackerIp: string,
  fields: Readonly<Record<string, FieldValue | undefined>>,
  msg: string,
  trace?: string,
): Event {
  return createEvent({
    time,
    sensor,
    decky: PROBER_DECKY,
    service: PROBER_SERVICE,
    eventType,
    attackerIp,
    fields,
    msg,
    trace,
  });
}

/** Country and network of addresses, out of the user's MaxMind DB files. */
import type { Mmdb } from "./mmdb.ts";
import type { Origin } from "./profile.ts";

/** Where the parts of an origin stand in records of GeoLite2, DB-IP and ip-location-db. */
const COUNTRY_PATHS = [["country", "iso_code"], ["country_code"], ["country"]] as const;
const ASN_PATHS = [["autonomous_system_number"], ["traits", "autonomous_system_number"], ["asn"]];
const NAME_PATHS = [
  ["autonomous_system_organization"],
  ["traits", "autonomous_system_organization"],
  ["as_name"],
];

/** What the files say of `address`; undefined when they say nothing. */
export function originOf(files: readonly Mmdb[], address: string): Origin | undefined {
  let origin: Origin = {};
  for (const file of files) {
    const record = file.get(address);
    const country = first(record, COUNTRY_PATHS);
    const number = asNumber(first(record, ASN_PATHS));
    const name = first(record, NAME_PATHS);
    origin = {
      ...(typeof country === "string" && /^[A-Z]{2}$/.test(country) ? { country } : {}),
      ...(number === undefined ? {} : { asn: number }),
      ...(typeof name === "string" && name !== "" ? { as_name: name.slice(0, 128) } : {}),
      ...origin,
    };
  }
  return Object.keys(origin).length === 0 ? undefined : origin;
}

function first(record: unknown, paths: readonly (readonly string[])[]): unknown {
  for (const path of paths) {
    let value: unknown = record;
    for (const name of path) value = isMap(value) ? value[name] : undefined;
    if (value !== undefined && !isMap(value)) return value;
  }
  return undefined;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function asNumber(value: unknown): number | undefined {
  const number = typeof value === "string" ? Number(value.replace(/^AS/, "")) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number > 0
    ? number
    : undefined;
}

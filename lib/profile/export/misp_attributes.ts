/** A profile's facts as attributes of a MISP event. */
import { withoutZone } from "../../net/address.ts";
import type { FingerprintKind, Profile, SeenSpan } from "../profile.ts";
import { isUrl } from "./is_url.ts";

/** An attribute before it has its identifiers; categories and types are those of MISP's describeTypes. */
export interface MispFact {
  readonly type: string;
  readonly category: string;
  readonly value: string;
  /** True for what a detection may look for. */
  readonly toIds: boolean;
  readonly comment: string;
  readonly seen: SeenSpan;
}

/** MISP's type for each kind of fingerprint that has one; for the others it is text. */
const FINGERPRINT_TYPES: Readonly<Partial<Record<FingerprintKind, string>>> = {
  ja3: "ja3-fingerprint-md5",
  hassh: "hassh-md5",
  hassh_server: "hasshserver-md5",
  jarm: "jarm-fingerprint",
  cert_sha256: "x509-fingerprint-sha256",
  user_agent: "user-agent",
};

/** What MISP takes for a value of a type: it refuses an event with any other. */
const VALID: Readonly<Record<string, RegExp>> = {
  "ja3-fingerprint-md5": /^[0-9a-f]{32}$/i,
  "hassh-md5": /^[0-9a-f]{32}$/i,
  "hasshserver-md5": /^[0-9a-f]{32}$/i,
  "jarm-fingerprint": /^[0-9a-f]{62}$/i,
  "x509-fingerprint-sha256": /^[0-9a-f]{64}$/i,
  sha256: /^[0-9a-f]{64}$/i,
};

const NETWORK = "Network activity";

/** The facts worth sharing: address, fingerprints, payloads, origin and those whom mail went to. */
export function* mispFacts(profile: Profile): Generator<MispFact, void> {
  const whole = { first_seen: profile.first_seen, last_seen: profile.last_seen };
  const fact = (type: string, value: string, rest: Partial<MispFact> = {}): MispFact => ({
    ...{ type, value, category: NETWORK, toIds: false, comment: "", seen: whole, ...rest },
  });
  // MISP refuses an address with a zone, which means nothing to others anyway.
  const address = withoutZone(profile.attacker_ip);
  yield fact("ip-src", address, { toIds: true, comment: profile.behaviour.reason });
  if (profile.origin?.asn !== undefined) {
    yield fact("AS", String(profile.origin.asn), { comment: profile.origin.as_name ?? "" });
  }
  if (profile.ptr !== undefined) yield fact("hostname", profile.ptr);
  for (const seen of profile.fingerprints) {
    const type = FINGERPRINT_TYPES[seen.kind] ?? "text";
    const isText = type === "text" || VALID[type]?.test(seen.value) === false;
    yield fact(isText ? "text" : type, seen.value, {
      category: isText ? "Other" : NETWORK,
      comment: seen.kind,
      seen,
    });
  }
  for (const seen of profile.payloads.items) {
    if (seen.kind === "url" && isUrl(seen.name)) {
      yield fact("url", seen.name, { toIds: true, seen });
    } else if (seen.kind === "sha256" && VALID["sha256"]!.test(seen.name)) {
      const comment = seen.bytes === undefined ? "" : `${seen.bytes} bytes`;
      yield fact("sha256", seen.name, { category: "Payload delivery", toIds: true, comment, seen });
    }
  }
  for (const seen of profile.victim_domains.items) {
    const comment = `mail to ${seen.recipients} recipients`;
    yield fact("target-org", seen.domain, { category: "Targeting data", comment, seen });
  }
}

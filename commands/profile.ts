/** `decnet profile`: its arguments and flags. */
import { buildCommand } from "@stricli/core";
import { parsePartition } from "../lib/profile/partition.ts";
import { BEHAVIOUR_CLASSES } from "../lib/profile/profile.ts";
import { SORT_KEYS } from "../lib/profile/sort_key.ts";
import { messageFlags, OUTPUT_FLAGS } from "./common_flags.ts";
import type { AppContext } from "./context.ts";
import { parseDuration, parsePositiveDuration, parseText, wholeNumber } from "./flag_values.ts";
import { HEALTH_FLAGS } from "./health.ts";
import { PROFILE_FORMATS, type ProfileFlags } from "./profile_flags.ts";

/** A flag that takes a fingerprint. */
function fingerprintFlag(what: string) {
  return {
    kind: "parsed",
    optional: true,
    placeholder: "HASH",
    brief: `Only attackers with this ${what}`,
    parse: parseText,
  } as const;
}

/** Says who the attackers are. */
export const profileCommand = buildCommand<ProfileFlags, string[], AppContext>({
  loader: async () => (await import("./profile_run.ts")).runProfileCommand,
  parameters: {
    positional: {
      kind: "array",
      parameter: {
        brief:
          "Logs as --out BASE writes them (BASE.json), - for stdin, nats://HUB; or: show IP...; " +
          "or: merge PART.db...",
        placeholder: "FILE",
        parse: parseText,
      },
    },
    flags: {
      db: {
        kind: "parsed",
        optional: true,
        placeholder: "PATH",
        brief: "Profile store, or postgres://USER@HOST/DATABASE " +
          "(default: profile.db beside the state; none for stdin alone)",
        parse: parseText,
      },
      partition: {
        kind: "parsed",
        optional: true,
        placeholder: "I/N",
        brief: "Read only the attackers of part I of N, as 1/2; see merge",
        parse: parsePartition,
      },
      watch: { kind: "boolean", default: false, brief: "Go on, and look for more again and again" },
      interval: {
        kind: "parsed",
        default: "30s",
        placeholder: "TIME",
        brief: "With --watch: time between two looks",
        parse: parsePositiveDuration,
      },
      top: {
        kind: "parsed",
        optional: true,
        placeholder: "N",
        brief: "The first N of all attackers in the store",
        parse: wholeNumber(1, 999_999_999),
      },
      sort: {
        kind: "enum",
        optional: true,
        values: SORT_KEYS,
        brief: "What comes first, the largest (default: risk)",
      },
      since: {
        kind: "parsed",
        optional: true,
        placeholder: "TIME",
        brief: "Only attackers that were seen within this time, such as 24h",
        parse: parseDuration,
      },
      ja3: fingerprintFlag("JA3"),
      ja4: fingerprintFlag("JA4"),
      hassh: fingerprintFlag("HASSH, of its client"),
      jarm: fingerprintFlag("JARM, of its own server"),
      asn: {
        kind: "parsed",
        optional: true,
        placeholder: "NUMBER",
        brief: "Only attackers of this autonomous system; needs --mmdb",
        parse: (text: string) => wholeNumber(1, 999_999_999)(text.replace(/^AS/i, "")),
      },
      class: {
        kind: "enum",
        optional: true,
        values: BEHAVIOUR_CLASSES,
        brief: "Only attackers of this behaviour",
      },
      decky: {
        kind: "parsed",
        optional: true,
        placeholder: "NAME",
        brief: "Only attackers that came to this decoy",
        parse: parseText,
      },
      service: {
        kind: "parsed",
        optional: true,
        placeholder: "NAME",
        brief: "Only attackers that came to this service",
        parse: parseText,
      },
      cluster: {
        kind: "boolean",
        default: false,
        brief: "Groups of attackers that share fingerprints, keys, credentials or commands",
      },
      secrets: {
        kind: "boolean",
        default: false,
        brief: "Show the passwords that were tried, not only their hashes",
      },
      mmdb: {
        kind: "parsed",
        optional: true,
        variadic: true,
        placeholder: "FILE",
        brief: "Country and network out of this MaxMind DB; repeatable",
        parse: parseText,
      },
      rdns: {
        kind: "boolean",
        default: false,
        brief: "Ask DNS for the attackers' names: their name servers may see that",
      },
      events: {
        kind: "boolean",
        default: false,
        brief: "Print attacker_scored and traversal_detected events instead of profiles",
      },
      format: {
        kind: "enum",
        optional: true,
        values: PROFILE_FORMATS,
        brief: "Form of stdout (default: for eyes on a terminal, else native)",
      },
      html: {
        kind: "parsed",
        optional: true,
        placeholder: "FILE",
        brief: "Write the profiles to one self-contained page too",
        parse: parseText,
      },
      out: OUTPUT_FLAGS.out,
      json: OUTPUT_FLAGS.json,
      sensor: OUTPUT_FLAGS.sensor,
      sdId: OUTPUT_FLAGS.sdId,
      ...HEALTH_FLAGS,
      ...messageFlags("Tell more on stderr"),
    },
    aliases: { ...{ w: "watch", n: "top", o: "out", v: "verbose", q: "quiet" } },
  },
  docs: {
    brief: "Say who the attackers are, from the log",
    fullDescription: [
      "Reads what is new in logs into a store, and tells of the attackers in it: where they came, what",
      "kind of thing they are, what they did and with what. Without FILE it asks the store only.",
      "",
      "Several workers share the attackers of a fleet with --partition, each with a store of its own; merge",
      "makes one store, that of --db, of all of theirs, for every question.",
      "",
      "Several workers may write to one PostgreSQL database while others read it. The password stands in",
      "PGPASSWORD or PGPASSFILE, or in the address, where ps shows it. ?sslmode= is disable (no encryption),",
      "require (any certificate; as default beyond this machine), verify-ca (of a known authority, or of",
      "&sslrootcert=FILE) or verify-full (and of that host).",
      "",
      "EXAMPLES",
      "  decnet profile /var/log/decnet/decnet.json",
      "  decnet profile show 203.0.113.7",
      "  decnet profile --top 20 --sort events --since 24h",
      "  decnet profile --ja4 t13d1516h2_8daaf6152771_e5627efa2ab1",
      "  decnet profile --cluster",
      "  decnet profile nats://hub --partition 1/2 --db one.db --watch",
      "  decnet profile /var/log/decnet/decnet.json --db postgres://decnet@db/profiles?sslmode=verify-full",
      "  decnet profile merge --db all.db one.db two.db",
      "  decnet profile /var/log/decnet/decnet.json --watch --out /var/log/decnet/decnet",
      "  zcat old.json.gz | decnet profile - --format stix > attackers.json",
    ].join("\n"),
  },
});

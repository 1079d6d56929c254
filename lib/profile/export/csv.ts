/** Profiles as a table for spreadsheets (RFC 4180). */
import { guardFormula } from "../../text/formula.ts";
import { replaceUnsafe, unicodeEscape } from "../../text/unsafe.ts";
import { FINGERPRINT_KINDS, type Profile } from "../profile.ts";
import type { ExportWriter } from "./options.ts";

type Cell = string | number | undefined | readonly string[];

/** Heading and content of each column. */
const COLUMNS: readonly (readonly [heading: string, cell: (profile: Profile) => Cell])[] = [
  ["attacker_ip", (profile) => profile.attacker_ip],
  ["first_seen", (profile) => profile.first_seen],
  ["last_seen", (profile) => profile.last_seen],
  ["class", (profile) => profile.behaviour.class],
  ["reason", (profile) => profile.behaviour.reason],
  ["risk", (profile) => profile.risk.score],
  ["events", (profile) => profile.events],
  ["evidence", (profile) => profile.evidence],
  ["sessions", (profile) => profile.session_count],
  ["decky_count", (profile) => profile.decky_count],
  ["deckies", (profile) => profile.deckies.map(({ decky }) => decky)],
  ["traversal_path", (profile) => profile.traversal_path],
  ["interacted", (profile) => profile.interacted],
  ["scanned", (profile) => profile.scanned],
  ["phases", (profile) => profile.phases.map(({ phase }) => phase)],
  ["beacon_interval_s", (profile) => profile.beacon?.interval_s],
  ["beacon_jitter_pct", (profile) => profile.beacon?.jitter_pct],
  ["tools", (profile) => [...new Set(profile.tools.map(({ tool }) => tool))]],
  ["techniques", (profile) => profile.techniques.map(({ id }) => id)],
  ["commands", (profile) => profile.commands.total],
  ["credentials", (profile) => profile.credentials.total],
  ["victim_domains", (profile) => profile.victim_domains.items.map(({ domain }) => domain)],
  ["rotations", (profile) => profile.rotation_count],
  ["os", (profile) => profile.stack?.os],
  ["country", (profile) => profile.origin?.country],
  ["asn", (profile) => profile.origin?.asn],
  ["as_name", (profile) => profile.origin?.as_name],
  ["ptr", (profile) => profile.ptr],
  ...FINGERPRINT_KINDS.map((kind) =>
    [
      kind,
      (profile: Profile): Cell =>
        profile.fingerprints.filter((print) => print.kind === kind).map(({ value }) => value),
    ] as const
  ),
];

/** Between the items of one cell. */
const SEPARATOR = "; ";

/** A heading and a row for each attacker, with its CRLF. */
export function csvWriter(): ExportWriter {
  return {
    head: `${COLUMNS.map(([heading]) => heading).join(",")}\r\n`,
    add: (profile) => `${COLUMNS.map(([, cell]) => csvCell(cell(profile))).join(",")}\r\n`,
    end: () => "",
  };
}

/**
 * One cell: always one line, quoted where RFC 4180 asks for it, and never a formula: text that could
 * be one gets an apostrophe in front.
 */
export function csvCell(value: Cell): string {
  if (value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : value.join(SEPARATOR);
  const line = replaceUnsafe(guardFormula(text), unicodeEscape);
  return /[",']|^\s|\s$/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}

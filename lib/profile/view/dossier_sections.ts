/** The blocks of a dossier below its head, in their order. */
import type { Profile, SeenSpan } from "../profile.ts";
import type { DossierWriter } from "./dossier.ts";
import { grouped, secondsBetween, shortBytes, shortDuration, shortTime } from "./format.ts";
import { type Cell, cell, whole } from "./lines.ts";
import { spanBar } from "./span_bar.ts";
import { sparkline } from "./sparkline.ts";
import { timelineOf } from "./timeline.ts";

/** Writes a block, or nothing where the profile has nothing for it. */
type Section = (profile: Profile, writer: DossierWriter) => void;

/** Rows of a table that are shown; JSON has them all. */
const MOST_ROWS = 10;

/** Columns of the timeline, at most. */
const MOST_COLUMNS = 72;

/** So few tell less of a way over decoys than the times of its visits do. */
const FEW_COLUMNS = 3;

/** Length of a decoy's name and numbers beside its bars. */
const ROW_HEAD = 40;

const timeline: Section = (profile, writer) => {
  const room = Math.min(MOST_COLUMNS, writer.room - ROW_HEAD);
  const found = timelineOf(profile.timeline, room, profile);
  if (found === undefined) return;
  const { style } = writer;
  if (found.rows.length > 1 && found.columns.length <= FEW_COLUMNS) {
    return visits(profile, writer, room);
  }
  const bars = sparkline(found.columns, found.most);
  const scale = `each ${shortDuration(found.hours * 3600)}, from ${shortTime(found.start)}`;
  writer.flow("timeline", [{ text: bars, paint: style.green }, cell(scale, style.dim)], "  ");
  if (found.rows.length < 2) return;
  writer.table(
    "",
    found.rows.slice(0, MOST_ROWS).map(({ decky, events, columns }) => [
      whole(sparkline(columns, found.mostInRow), { paint: style.green }),
      cell(decky),
      count(events),
    ]),
    found.rows.length - MOST_ROWS,
  );
};

/** Hours would show next to nothing of a short stay: from when to when it was at each decoy. */
function visits(profile: Profile, writer: DossierWriter, room: number): void {
  const { style } = writer;
  const scale = `${shortDuration(secondsBetween(profile.first_seen, profile.last_seen))} in all`;
  writer.table(
    "timeline",
    profile.deckies.slice(0, MOST_ROWS).map((visit, index) => [
      whole(spanBar(visit, profile, room), { paint: style.green }),
      cell(visit.decky),
      count(visit.events),
      cell(index === 0 ? scale : "", style.dim),
    ]),
    profile.deckies.length - MOST_ROWS,
  );
}

const path: Section = ({ deckies, decky_count }, writer) => {
  const { style } = writer;
  const pieces = deckies.slice(0, 2 * MOST_ROWS).map((visit, index) =>
    cell(`${visit.decky} (${timeAfter(visit, deckies[index - 1])})`)
  );
  const more = decky_count - pieces.length;
  if (more > 0) pieces.push(cell(`${grouped(more)} more`, style.dim));
  writer.flow(decky_count > 1 ? "path" : "decoy", pieces, " \u2192 ");
};

const services: Section = ({ interacted, scanned }, writer) => {
  const { style } = writer;
  writer.flow("interacted", interacted.map((name) => cell(name, style.bold)));
  writer.flow("scanned", scanned.map((name) => cell(name)));
};

const phases: Section = (profile, writer) => {
  writer.flow(
    "phases",
    profile.phases.map((span, index) => {
      const time = timeAfter(span, profile.phases[index - 1]);
      return cell(`${span.phase.replaceAll("_", " ")} ${grouped(span.events)} (${time})`);
    }),
    " \u2192 ",
  );
  if (profile.recon_to_action_s !== undefined) {
    const text = `first action ${shortDuration(profile.recon_to_action_s)} after reconnaissance`;
    writer.flow("", [cell(text, writer.style.dim)]);
  }
};

const timing: Section = ({ behaviour, beacon }, writer) => {
  if (beacon !== undefined) {
    const text = `every ${beacon.interval_s} s, jitter ${beacon.jitter_pct} %`;
    writer.flow("beacon", [cell(text, writer.style.yellow)]);
  }
  const { timing: stats } = behaviour;
  if (stats === undefined) return;
  const pieces = [
    `mean ${shortDuration(stats.mean_s)}`,
    `median ${shortDuration(stats.median_s)}`,
    `${shortDuration(stats.min_s)} to ${shortDuration(stats.max_s)}`,
    ...(stats.cv === undefined ? [] : [`variation ${stats.cv}`]),
  ];
  writer.flow("pauses", pieces.map((text) => cell(text)));
};

const tools: Section = ({ tools: guesses, stack }, writer) => {
  const { style } = writer;
  const rows = guesses.map(({ tool, source, evidence, count: times }) => [
    cell(tool, style.bold),
    cell(source.replaceAll("_", " "), style.dim),
    count(times),
    cell(evidence),
  ]);
  writer.table("tools", rows.slice(0, MOST_ROWS), rows.length - MOST_ROWS);
  if (stack === undefined) return;
  const hops = stack.hop_distance === undefined ? [] : [cell(`${stack.hop_distance} hops away`)];
  writer.flow("stack", [cell(stack.os), ...hops]);
};

const commands: Section = ({ commands: sample, techniques }, writer) => {
  const { style } = writer;
  const rows = byCount(sample.items, (item) => item.count).map((item) => [
    count(item.count),
    cell(item.command + (item.truncated ? " [cut]" : "")),
    cell(item.techniques?.join(" ") ?? "", style.dim),
  ]);
  writer.table("commands", rows.slice(0, MOST_ROWS), rows.length - MOST_ROWS);
  writer.table(
    "techniques",
    techniques.map(({ id, name, tactic, count: times }) => [
      count(times),
      whole(id, { paint: style.bold }),
      cell(name),
      cell(tactic, style.dim),
    ]),
  );
};

const credentials: Section = ({ credentials: sample }, writer) => {
  const { style } = writer;
  const rows = byCount(sample.items, (item) => item.attempts).map((item) => [
    count(item.attempts),
    cell(item.principal || "(none)", item.successes > 0 ? style.red : undefined),
    cell(item.secret ?? `sha256 ${item.secret_sha256.slice(0, 16)}`),
    cell(item.successes > 0 ? "accepted" : "", style.red),
    cell((item.attackers ?? 1) > 1 ? `${item.attackers} attackers` : "", style.dim),
  ]);
  writer.table("credentials", rows.slice(0, MOST_ROWS), rows.length - MOST_ROWS);
};

const fingerprints: Section = ({ fingerprints: prints, rotations }, writer) => {
  const { style } = writer;
  const rows = prints.map(({ kind, value, last_seen, shared_by }) => [
    cell(kind, style.dim),
    cell(value),
    cell((shared_by ?? 0) > 0 ? `shared by ${grouped(shared_by!)}` : "", style.yellow),
    whole(shortTime(last_seen), { paint: style.dim }),
  ]);
  writer.table("fingerprints", rows.slice(0, 2 * MOST_ROWS), rows.length - 2 * MOST_ROWS);
  writer.table(
    "rotations",
    rotations.slice(-MOST_ROWS).map(({ time, probe_type, port, old_hash, new_hash }) => [
      whole(shortTime(time), { paint: style.dim }),
      cell(port === 0 ? probe_type : `${probe_type}:${port}`),
      cell(`${old_hash.slice(0, 16)} \u2192 ${new_hash.slice(0, 16)}`),
    ]),
  );
};

const payloads: Section = ({ payloads: sample, victim_domains }, writer) => {
  const rows = sample.items.map(({ name, kind, bytes, count: times }) => [
    count(times),
    cell(kind, writer.style.dim),
    cell(name),
    cell(bytes === undefined ? "" : shortBytes(bytes)),
  ]);
  writer.table("payloads", rows.slice(0, MOST_ROWS), rows.length - MOST_ROWS);
  const domains = byCount(victim_domains.items, (item) => item.recipients);
  writer.flow(
    "mail to",
    domains.slice(0, 2 * MOST_ROWS).map(({ domain, recipients }) =>
      cell(`${domain} (${grouped(recipients)})`)
    ),
  );
};

const risk: Section = ({ risk: { parts } }, writer) => {
  writer.table(
    "risk",
    parts.map(({ part, points, why }) => [
      whole(`+${points}`, { right: true }),
      cell(part),
      cell(why, writer.style.dim),
    ]),
  );
};

/** All of them. */
export const DOSSIER_SECTIONS: readonly Section[] = [
  ...[timeline, path, services, phases, timing, tools, commands, credentials],
  ...[fingerprints, payloads, risk],
];

function count(value: number): Cell {
  return whole(grouped(value), { right: true });
}

/** When something began: the time, or how long after what came before it. */
function timeAfter({ first_seen }: SeenSpan, before: SeenSpan | undefined): string {
  return before === undefined
    ? shortTime(first_seen)
    : `+${shortDuration(secondsBetween(before.first_seen, first_seen))}`;
}

function byCount<T>(items: readonly T[], countOf: (item: T) => number): T[] {
  return [...items].sort((a, b) => countOf(b) - countOf(a));
}

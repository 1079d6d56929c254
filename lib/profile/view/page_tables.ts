/** The tables of one attacker's part of the page. */
import type { Profile } from "../profile.ts";
import { grouped, shortBytes, shortDuration, shortTime } from "./format.ts";
import { type Html, type HtmlValue, markup } from "./html.ts";

/** A column: its heading, the class of its cells and what is in them. */
interface Column<T> {
  readonly heading: string;
  readonly kind?: "n" | "t" | "code";
  readonly cell: (item: T) => HtmlValue;
}

/** Rows that a table shows; JSON has them all. */
const MOST_ROWS = 100;

function table<T>(
  title: string,
  items: readonly T[],
  columns: readonly Column<T>[],
  note?: string,
): Html | undefined {
  if (items.length === 0) return undefined;
  const head = columns.map(({ heading, kind }) =>
    markup`<th${
      kind === "n"
        ? markup`
          class="n"
        `
        : undefined
    }>${heading}</th>`
  );
  const rows = items.slice(0, MOST_ROWS).map((item) =>
    markup`<tr>${
      columns.map(({ kind, cell }) =>
        markup`<td${
          kind === undefined ? undefined : markup`
            class="${kind}"
          `
        }>${cell(item)}</td>`
      )
    }</tr>\n`
  );
  const more = items.length > MOST_ROWS ? `${grouped(items.length - MOST_ROWS)} more` : note;
  return markup`
    <section class="card long"><h3>${title}</h3><table><thead><tr>${head}</tr></thead><tbody>
    ${rows}</tbody></table>${
    more === undefined ? undefined : markup`<p class="soft">${more}</p>`
  }</section>
  `;
}

const SEEN: readonly Column<{ readonly first_seen: string; readonly last_seen: string }>[] = [
  { heading: "First seen", kind: "t", cell: ({ first_seen }) => shortTime(first_seen) },
  { heading: "Last seen", kind: "t", cell: ({ last_seen }) => shortTime(last_seen) },
];

/** All tables that have anything in them. */
export function profileTables(profile: Profile): (Html | undefined)[] {
  return [
    commands(profile),
    table("Techniques", profile.techniques, [
      { heading: "ATT&CK", cell: ({ id }) => markup`<b>${id}</b>` },
      { heading: "Technique", cell: ({ name }) => name },
      { heading: "Tactic", cell: ({ tactic }) => tactic.replaceAll("-", " ") },
      { heading: "Times", kind: "n", cell: ({ count }) => grouped(count) },
    ]),
    credentials(profile),
    table("Tools", profile.tools, [
      { heading: "Tool", cell: ({ tool }) => markup`<b>${tool}</b>` },
      { heading: "Seen in", cell: ({ source }) => source.replaceAll("_", " ") },
      { heading: "Evidence", kind: "code", cell: ({ evidence }) => evidence },
      { heading: "Times", kind: "n", cell: ({ count }) => grouped(count) },
    ]),
    table("Fingerprints", profile.fingerprints, [
      { heading: "Kind", cell: ({ kind }) => markup`<b>${kind}</b>` },
      { heading: "Value", kind: "code", cell: ({ value }) => value },
      { heading: "Times", kind: "n", cell: ({ count }) => grouped(count) },
      {
        heading: "Others",
        kind: "n",
        cell: ({ shared_by }) => shared_by === undefined ? "" : grouped(shared_by),
      },
      ...SEEN,
    ]),
    table("Rotations", profile.rotations, [
      { heading: "Time", kind: "t", cell: ({ time }) => shortTime(time) },
      { heading: "Probe", cell: ({ probe_type }) => probe_type },
      { heading: "Port", kind: "n", cell: ({ port }) => port === 0 ? "" : String(port) },
      { heading: "Before", kind: "code", cell: ({ old_hash }) => old_hash },
      { heading: "After", kind: "code", cell: ({ new_hash }) => new_hash },
    ]),
    table("Payloads", profile.payloads.items, [
      { heading: "Kind", cell: ({ kind }) => kind },
      { heading: "Name", kind: "code", cell: ({ name }) => name },
      {
        heading: "Size",
        kind: "n",
        cell: ({ bytes }) => bytes === undefined ? "" : shortBytes(bytes),
      },
      { heading: "Times", kind: "n", cell: ({ count }) => grouped(count) },
      ...SEEN,
    ], sampleNote(profile.payloads)),
    table("Mail to", profile.victim_domains.items, [
      { heading: "Domain", kind: "code", cell: ({ domain }) => domain },
      { heading: "Recipients", kind: "n", cell: ({ recipients }) => grouped(recipients) },
      ...SEEN,
    ], sampleNote(profile.victim_domains)),
    sessions(profile),
  ];
}

function commands({ commands: sample }: Profile): Html | undefined {
  return table("Commands", [...sample.items].sort((a, b) => b.count - a.count), [
    { heading: "Times", kind: "n", cell: ({ count }) => grouped(count) },
    {
      heading: "Command",
      kind: "code",
      cell: ({ command, truncated }) => truncated ? `${command} [cut]` : command,
    },
    { heading: "ATT&CK", cell: ({ techniques }) => techniques?.join(" ") },
    { heading: "Service", cell: ({ services }) => services.join(", ") },
    ...SEEN,
  ], sampleNote(sample));
}

function credentials({ credentials: sample }: Profile): Html | undefined {
  const withSecrets = sample.items.some(({ secret }) => secret !== undefined);
  const items = [...sample.items].sort((a, b) =>
    b.successes - a.successes || b.attempts - a.attempts
  );
  return table("Credentials", items, [
    { heading: "User", kind: "code", cell: ({ principal }) => principal },
    { heading: "Kind", cell: ({ kind }) => kind },
    withSecrets ? { heading: "Secret", kind: "code", cell: ({ secret }) => secret } : {
      heading: "Secret (SHA-256)",
      kind: "code",
      cell: ({ secret_sha256 }) => secret_sha256.slice(0, 16),
    },
    { heading: "Tries", kind: "n", cell: ({ attempts }) => grouped(attempts) },
    {
      heading: "Accepted",
      kind: "n",
      cell: ({ successes }) =>
        successes > 0 ? markup`<b class="high">${grouped(successes)}</b>` : "",
    },
    { heading: "Where", cell: ({ targets }) => targets.join(", ") },
    {
      heading: "Attackers",
      kind: "n",
      cell: ({ attackers }) => attackers === undefined ? "" : grouped(attackers),
    },
    { heading: "Last seen", kind: "t", cell: ({ last_seen }) => shortTime(last_seen) },
  ], sampleNote(sample));
}

function sessions({ sessions: list, session_count }: Profile): Html | undefined {
  const more = session_count - list.length;
  return table("Sessions", [...list].reverse(), [
    { heading: "Start", kind: "t", cell: ({ first_seen }) => shortTime(first_seen) },
    { heading: "Length", kind: "n", cell: ({ duration_s }) => shortDuration(duration_s) },
    { heading: "Events", kind: "n", cell: ({ events }) => grouped(events) },
    { heading: "Commands", kind: "n", cell: (session) => grouped(session.commands) },
    { heading: "Decoys", cell: ({ deckies }) => deckies.join(", ") },
    { heading: "Services", cell: ({ services }) => services.join(", ") },
    {
      heading: "Phases",
      cell: ({ phases }) => phases.map((phase) => phase.replaceAll("_", " ")).join(", "),
    },
  ], more > 0 ? `${grouped(more)} earlier sessions` : undefined);
}

function sampleNote(
  { truncated, total }: { readonly truncated: boolean; readonly total: number },
): string | undefined {
  return truncated ? `A sample; ${grouped(total)} in all.` : undefined;
}

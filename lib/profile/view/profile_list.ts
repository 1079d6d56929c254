/** Many profiles for eyes, one to a line. */
import type { Profile } from "../profile.ts";
import type { DossierOptions } from "./dossier.ts";
import { grouped, plural, shortTime } from "./format.ts";
import { type Cell, cell, table, whole } from "./lines.ts";
import { riskBar, riskPaint } from "./risk_bar.ts";
import { sparkline } from "./sparkline.ts";
import { periodOf, timelineOf } from "./timeline.ts";

/** Where the width is not known. */
const USUAL_WIDTH = 120;

/** In less than that there is no room for bars. */
const BARS_FROM = 110;

/** Columns of each attacker's activity. */
const ACTIVITY = 12;

/** Headings and a line for each profile; nothing for none. */
export function writeProfileList(
  profiles: readonly Profile[],
  { style, width }: DossierOptions,
): string[] {
  if (profiles.length === 0) return [];
  const room = width > 0 ? width : USUAL_WIDTH;
  const bars = room >= BARS_FROM;
  const right = { right: true } as const;
  const headings: Cell[] = [
    whole("RISK", right),
    ...(bars ? [whole("")] : []),
    ...[whole("ATTACKER"), whole("CLASS"), whole("EVENTS", right), whole("DECOYS", right)],
    whole("LAST SEEN"),
    ...(bars ? [whole("ACTIVITY")] : []),
    cell("NOTABLE"),
  ].map((heading) => ({ ...heading, paint: style.bold }));
  // All over the same time: who came together is seen at a glance.
  const period = periodOf(profiles);
  const layout = period === undefined ? {} : { period };
  const rows = profiles.map((profile): Cell[] => {
    const { risk: { score } } = profile;
    const paint = riskPaint(score, style);
    const activity = sparkline(timelineOf(profile.timeline, ACTIVITY, layout)?.columns ?? []);
    return [
      cell(score, paint),
      ...(bars ? [whole(riskBar(score), { paint })] : []),
      whole(profile.attacker_ip, { paint: style.bold }),
      whole(profile.behaviour.class),
      whole(grouped(profile.events), right),
      whole(grouped(profile.decky_count), right),
      whole(shortTime(profile.last_seen)),
      ...(bars ? [whole(activity, { paint: style.green })] : []),
      cell(notable(profile), style.dim),
    ];
  });
  return table([headings, ...rows], room);
}

/** What makes this attacker worth a look, most telling first. */
export function notable(
  { tools, commands, credentials, victim_domains, rotation_count }: Profile,
): string {
  const domains = victim_domains.items.length;
  const accepted = credentials.items.some(({ successes }) => successes > 0);
  return [
    accepted ? "logged in" : "",
    commands.total > 0 ? plural(commands.total, "command") : "",
    domains > 0 ? `mail to ${plural(domains, "domain")}` : "",
    rotation_count > 0 ? plural(rotation_count, "rotation") : "",
    ...new Set(tools.map(({ tool }) => tool)),
  ].filter((text) => text !== "").join(", ");
}

/** One attacker's part of the page. */
import type { Profile } from "../profile.ts";
import { pathChart } from "./chart_path.ts";
import { timeChart } from "./chart_time.ts";
import { visitChart } from "./chart_visits.ts";
import { grouped, secondsBetween, shortDuration, shortTime } from "./format.ts";
import { type Html, type HtmlValue, markup } from "./html.ts";
import { profileTables } from "./page_tables.ts";
import { riskLevel } from "./risk_bar.ts";
import { meter } from "./svg.ts";

/** The article about an attacker; `id` is what links to it name. */
export function profileArticle(profile: Profile, id: string): Html {
  const { attacker_ip, behaviour, risk } = profile;
  return markup`
    <article id="${id}">
    <div class="head"><h2>${attacker_ip}</h2><span class="badge ${
    riskLevel(
      risk.score,
    )
  }">${behaviour.class.replaceAll("_", " ")}</span><span>${
    meter(
      risk.score,
      120,
    )
  } <b class="${riskLevel(risk.score)}">${risk.score}</b></span>
    <span class="soft">${origin(profile)}</span></div>
    <p class="soft">${behaviour.reason}</p>
    <div class="grid"><section class="card"><h3>Facts</h3><dl>${facts(profile)}</dl></section>
    ${riskCard(profile)}</div>
    ${chartCard("Time", timeChart(profile))}${chartCard("Visits", visitChart(profile))}${
    chartCard("Path", pathChart(profile))
  }
    ${profileTables(profile)}</article>
  `;
}

function chartCard(title: string, chart: Html | undefined): Html | undefined {
  return chart && markup`<section class="card"><h3>${title}</h3>${chart}</section>\n`;
}

function origin({ origin: found, ptr }: Profile): string {
  const system = found?.asn === undefined ? undefined : `AS${found.asn}`;
  return [ptr, found?.country, system, found?.as_name]
    .filter((part) => part !== undefined).join(" \u00b7 ");
}

function facts(profile: Profile): Html[] {
  const { first_seen, last_seen, beacon, stack, behaviour: { timing } } = profile;
  const lasted = shortDuration(secondsBetween(first_seen, last_seen));
  const all: (readonly [name: string, value: HtmlValue])[] = [
    ["Seen", `${shortTime(first_seen)} to ${shortTime(last_seen)} UTC, ${lasted}`],
    ["Events", `${grouped(profile.events)}, and ${grouped(profile.evidence)} lines of evidence`],
    ["Sessions", grouped(profile.session_count)],
    ["Decoys", grouped(profile.decky_count)],
    ["Interacted", chips(profile.interacted, "chip strong")],
    ["Scanned", chips(profile.scanned, "chip")],
    ["Phases", chips(profile.phases.map(({ phase }) => phase.replaceAll("_", " ")), "chip")],
    [
      "First action",
      profile.recon_to_action_s === undefined
        ? undefined
        : `${shortDuration(profile.recon_to_action_s)} after reconnaissance`,
    ],
    ["Beacon", beacon && `every ${beacon.interval_s} s, jitter ${beacon.jitter_pct} %`],
    [
      "Pauses",
      timing && `mean ${shortDuration(timing.mean_s)}, median ${shortDuration(timing.median_s)}`,
    ],
    [
      "Stack",
      stack &&
      (stack.hop_distance === undefined
        ? stack.os
        : `${stack.os}, ${stack.hop_distance} hops away`),
    ],
  ];
  return all.flatMap(([name, value]) =>
    value === undefined ? [] : [markup`<dt>${name}</dt><dd>${value}</dd>\n`]
  );
}

function chips(names: readonly string[], kind: string): Html[] | undefined {
  if (names.length === 0) return undefined;
  return names.map((name) => markup`<span class="${kind}">${name}</span>`);
}

function riskCard({ risk }: Profile): Html {
  const rows = risk.parts.map(({ part, points, why }) =>
    markup`
      <tr>
        <td class="n"><b>+${points}</b></td>
        <td>${part.replaceAll("_", " ")}</td>
        <td class="soft">${why}</td>
      </tr>
    `
  );
  return markup`
    <section class="card">
      <h3>Risk</h3>
      <p>${meter(risk.score, 240)} <b class="${riskLevel(risk.score)}">${risk.score} of 100</b></p>
      <table>
        <tbody>${rows}</tbody>
      </table>
    </section>
  `;
}

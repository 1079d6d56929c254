/** Profiles as one page that needs nothing else: no script, no network, nothing from elsewhere. */
import { hash } from "node:crypto";
import type { Profile } from "../profile.ts";
import { ARROW } from "./chart_path.ts";
import { grouped, shortTime } from "./format.ts";
import { type Html, markup } from "./html.ts";
import { MOST_ARTICLES, type PageContents } from "./page_contents.ts";
import { profileArticle } from "./page_profile.ts";
import { PAGE_STYLE } from "./page_style.ts";
import { notable } from "./profile_list.ts";
import { riskLevel } from "./risk_bar.ts";
import { at, meter } from "./svg.ts";
import { type TimelineLayout, timelineOf } from "./timeline.ts";

/** Even if some text were taken for markup, it could load and run nothing. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash("sha256", PAGE_STYLE, "base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/**
 * The whole page, in pieces: an overview, and the first few hundred profiles at length. The same
 * profiles make the same page.
 */
export function* writePage(contents: PageContents): Generator<string, void> {
  const { attackers, listed } = contents;
  const title = attackers === 1 ? listed[0]!.attacker_ip : "Attackers";
  yield `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">
${markup`<title>${title} - decnet profile</title>`}
<style>${PAGE_STYLE}</style></head><body>${ARROW}<main>
`;
  yield overview(contents).text;
  for (const [index, profile] of listed.slice(0, MOST_ARTICLES).entries()) {
    yield profileArticle(profile, anchor(index)).text;
  }
  yield markup`
    <footer>Times are UTC. Whatever attackers sent is shown as text; characters that could mislead are written as escapes.</footer>
    </main>
    </body>
    </html>
  `.text;
}

/** Numbers: an address may hold what no fragment does. */
function anchor(index: number): string {
  return `attacker-${index + 1}`;
}

function overview(contents: PageContents): Html {
  const { attackers, events, deckies, credentials, commands, payloads } = contents;
  const tiles: (readonly [name: string, count: number])[] = [
    [attackers === 1 ? "attacker" : "attackers", attackers],
    ["events", events],
    ["decoys touched", deckies.size],
    ["credentials tried", credentials],
    ["commands run", commands],
    ["payloads", payloads],
  ];
  return markup`
    <header>
      <h1>Attackers</h1>
      <p class="soft">${periodText(contents)}</p>
    </header>
    <div class="tiles">${
    tiles.map(([name, count]) =>
      markup`<div class="tile"><b>${grouped(count)}</b><span class="soft">${name}</span></div>`
    )
  }</div>
    ${attackers > 1 ? overviewTable(contents) : undefined}
  `;
}

function periodText({ period }: PageContents): string {
  if (period === undefined) return "Nobody came.";
  return `${shortTime(period.first_seen)} to ${shortTime(period.last_seen)} UTC`;
}

const HEADINGS = markup`
  <th class="n">Risk</th>
  <th></th>
  <th>Attacker</th>
  <th>Class</th>
  <th class="n">Events</th>
  <th class="n">Decoys</th>
  <th>Activity</th>
  <th>Last seen</th>
  <th>Notable</th>
`;

function overviewTable(contents: PageContents): Html {
  const { period, listed } = contents;
  const layout = period === undefined ? {} : { period };
  const rows = listed.map((profile, index) => {
    const { attacker_ip, risk: { score } } = profile;
    const address = index < MOST_ARTICLES
      ? markup`<a href="#${anchor(index)}">${attacker_ip}</a>`
      : attacker_ip;
    return markup`
      <tr>
        <td class="n"><b class="${riskLevel(score)}">${score}</b></td>
        <td>${meter(score, 64)}</td>
        <td class="code address">${address}</td>
        <td>${profile.behaviour.class.replaceAll("_", " ")}</td>
        <td class="n">${grouped(profile.events)}</td>
        <td class="n">${grouped(profile.decky_count)}</td>
        <td>${activity(profile, layout)}</td>
        <td class="t">${shortTime(profile.last_seen)}</td>
        <td class="soft wide">${notable(profile)}</td>
      </tr>
    `;
  });
  return markup`
    <section class="card long">
      <h3>Overview</h3>
      <table>
        <thead>
          <tr>${HEADINGS}</tr>
        </thead>
        <tbody>
    ${rows}</tbody>
      </table>
      ${restOf(contents)}
    </section>
  `;
}

/** What the page leaves out. */
function restOf({ attackers, listed }: PageContents): Html | undefined {
  if (attackers <= MOST_ARTICLES) return undefined;
  return markup`<p class="soft">${grouped(listed.length)} of ${
    grouped(attackers)
  } attackers are listed, ${MOST_ARTICLES} of them are described below.</p>`;
}

const ACTIVITY_COLUMNS = 24;
const BAR = 4;
const HEIGHT = 18;

function activity({ timeline }: Profile, layout: TimelineLayout): Html | undefined {
  const found = timelineOf(timeline, ACTIVITY_COLUMNS, layout);
  if (found === undefined) return undefined;
  const bars = found.columns.flatMap((events, index) => {
    if (!(events > 0)) return [];
    const height = Math.max(2, events / found.most * HEIGHT);
    return [
      markup`
        <rect class="bar" x="${index * BAR}" y="${at(HEIGHT - height)}" width="${
        BAR -
        1
      }" height="${at(height)}" />
      `,
    ];
  });
  const width = ACTIVITY_COLUMNS * BAR;
  return markup`
    <svg width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}"
      aria-hidden="true"><rect class="track" y="${HEIGHT - 1}" width="${
    found.columns.length * BAR -
    1
  }" height="1"/>${bars}</svg>
  `;
}

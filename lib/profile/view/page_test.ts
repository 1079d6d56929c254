import assert from "node:assert/strict";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { hasUnsafe } from "../../text/unsafe.ts";
import { hostileProfile, madeProfile } from "../../../tests/support/made_profile.ts";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import type { Profile } from "../profile.ts";
import { writePage } from "./page.ts";
import { PageContents } from "./page_contents.ts";

function page(profiles: Iterable<Profile>): string {
  return [...writePage(new PageContents(profiles))].join("");
}

/** Names of all elements and attributes of markup that escapes `<` and `>` everywhere else. */
function namesIn(text: string): Set<string> {
  const names = new Set<string>();
  for (const [, name, attributes] of text.matchAll(/<([!/]?[^\s>]*)([^>]*)>/g)) {
    names.add(name!.toLowerCase());
    for (const [, attribute] of attributes!.matchAll(/([^\s="]+)="[^"]*"/g)) {
      names.add(`@${attribute}`);
    }
  }
  return names;
}

/** The sheet is ours, and the only element with text that is not escaped. */
function withoutSheet(text: string): string {
  return text.replace(/<style>[^<]*<\/style>/, "");
}

Deno.test("writePage() is one document without a script or anything from elsewhere", () => {
  const text = page([madeProfile(), madeProfile({ attacker_ip: "2001:db8::7" })]);
  assert.match(text, /^<!DOCTYPE html>\n<html lang="en">/);
  assert.match(text, /<\/html>\s*$/);
  assert.doesNotMatch(text, /<(?:script|link|img|iframe|object|base|form)\b/i);
  assert.doesNotMatch(withoutSheet(text), /@import|url\((?!#arrow\))| (?:src|on\w+|style)=/i);
  for (const [, target] of text.matchAll(/href="([^"]*)"/g)) {
    assert.match(target!, /^#attacker-\d+$/);
  }
});

Deno.test("writePage() allows itself its own sheet and nothing else", () => {
  const text = page([madeProfile()]);
  const sheet = /<style>([^<]*)<\/style>/.exec(text)![1]!;
  const hash = createHash("sha256").update(sheet).digest("base64");
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text)![1];
  assert.equal(
    policy,
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
  );
});

Deno.test("writePage() shows time, heat, path, fingerprints and credentials", () => {
  const text = page([madeProfile()]);
  for (
    const part of [
      "<title>2026-09-01 10:00:00 UTC and 1 h: 250 events</title>",
      "<title>decky-mail-01, 2026-09-02 08:00:00 UTC and 1 h: 71 events</title>",
      'marker-end="url(#arrow)"',
      "0123456789abcdef0123456789abcdef",
      '<b class="high">2</b>',
      "<h3>Fingerprints</h3>",
      "<h3>Credentials</h3>",
    ]
  ) assert.ok(text.includes(part), part);
});

Deno.test("writePage() links the overview to each attacker", () => {
  const text = page([madeProfile(), madeProfile({ attacker_ip: "2001:db8::7" })]);
  for (const id of ["attacker-1", "attacker-2"]) {
    assert.ok(text.includes(`href="#${id}"`));
    assert.ok(text.includes(`<article id="${id}">`));
  }
});

Deno.test("writePage() stays within what a browser can show, and says what it leaves out", () => {
  const profile = madeProfile({ timeline: [], fingerprints: [] });
  const text = page(Array.from({ length: 5100 }, () => profile));
  assert.equal(text.match(/<article /g)?.length, 500);
  assert.equal(text.match(/href="#attacker-/g)?.length, 500);
  assert.match(text, /5,000 of 5,100 attackers are listed, 500 of them are described below\./);
});

Deno.test("writePage() is the same for the same profiles, and can be of nobody", () => {
  assert.equal(page([madeProfile()]), page([madeProfile()]));
  assert.match(page([]), /Nobody came\./);
});

Deno.test("writePage() makes neither element nor attribute of what attackers say", () => {
  const names = namesIn(withoutSheet(page([madeProfile()])));
  fc.assert(fc.property(anyText(), (text) => {
    const markup = withoutSheet(page([hostileProfile(`a${text}b`)]));
    for (const name of namesIn(markup)) assert.ok(names.has(name), `<${name}>`);
    for (const line of markup.split("\n")) assert.equal(hasUnsafe(line), false);
  }));
});

import assert from "node:assert/strict";
import { writePage } from "../../lib/profile/view/page.ts";
import { PageContents } from "../../lib/profile/view/page_contents.ts";
import type { Profile } from "../../lib/profile/profile.ts";
import { CHROMIUM, cornerColour, drawInChromium, renderInChromium } from "../support/chromium.ts";
import { hostileProfile, madeProfile } from "../support/made_profile.ts";
import { testNeeding } from "../support/requirements.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Counts connections to 127.0.0.1. */
function listener() {
  const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let connections = 0;
  const accepting = (async () => {
    for await (const connection of server) {
      connections++;
      connection.close();
    }
  })().catch(() => {});
  return {
    url: `http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`,
    count: () => connections,
    async [Symbol.asyncDispose]() {
      server.close();
      await accepting;
    },
  };
}

/** Texts that would do something where one of the page's contexts did not escape them. */
function hostileTexts(url: string): string[] {
  return [
    `<script src=${url}></script><script>document.title="owned"</script>`,
    `"><img src="${url}" onerror="document.title='owned'">`,
    `'><svg onload=document.title="owned"><image href="${url}"/></svg>`,
    `</title></style></text></svg></script><iframe src="${url}"></iframe>`,
    `]]><!-- --><link rel=stylesheet href="${url}"><style>@import "${url}";</style>`,
    `&lt;script&gt;&#60;b&#62;&quot; onmouseover=&quot;1`,
    `\0\u202e\u2066<b>\u2028\u2029\ufeff\x1b]0;owned\x07\ud800`,
    `\`$\{1}{{1}}<%=1%> javascript:document.title="owned"`,
    `<base href="${url}"><meta http-equiv=refresh content="0;url=${url}"><form action="${url}">`,
  ];
}

/** Elements and attributes of a serialised document, style sheet apart. */
function namesIn(dom: string): Set<string> {
  const names = new Set<string>();
  const markup = dom.replace(/<style>[^<]*<\/style>/, "");
  for (const [, name, attributes] of markup.matchAll(/<([!/]?[^\s>]*)((?:"[^"]*"|[^">])*)>/g)) {
    names.add(`<${name!.toLowerCase()}>`);
    for (const [, attribute] of attributes!.matchAll(/([^\s="]+)="[^"]*"/g)) names.add(attribute!);
  }
  return names;
}

async function render(profiles: readonly Profile[], folder: string) {
  const path = `${folder}/page.html`;
  await Deno.writeTextFile(path, [...writePage(new PageContents(profiles))].join(""));
  return await renderInChromium(path, folder);
}

testNeeding([CHROMIUM], "a page shows hostile text and does nothing else with it", async () => {
  await using folder = await tempFolder();
  await using web = listener();
  const plain = await render([madeProfile(), madeProfile()], folder.path);
  const names = namesIn(plain.dom);
  assert.ok(names.has("<rect>") && names.has("<td>") && !names.has("<script>"));
  const texts = hostileTexts(web.url);
  const { dom, log } = await render(texts.map((text) => hostileProfile(text)), folder.path);
  for (const name of namesIn(dom)) assert.ok(names.has(name), `${name} came out of hostile text`);
  assert.equal(/<title>([^<]*)<\/title>/.exec(dom)?.[1], "Attackers - decnet profile");
  assert.equal(dom.match(/<article /g)?.length, texts.length);
  assert.ok(dom.includes("&lt;script&gt;document.title"));
  assert.ok(dom.includes("\\x00\\u202e\\u2066"));
  assert.doesNotMatch(log, /Content Security Policy|Refused to/);
  assert.equal(web.count(), 0);
});

testNeeding([CHROMIUM], "the same text does harm in a page that does not escape it", async () => {
  await using folder = await tempFolder();
  await using web = listener();
  const path = `${folder.path}/page.html`;
  await Deno.writeTextFile(path, `<!DOCTYPE html><p>${hostileTexts(web.url)[1]}</p>`);
  const { dom } = await renderInChromium(path, folder.path);
  assert.ok(namesIn(dom).has("onerror"));
  assert.ok(web.count() > 0, "the browser did not come for the image");
});

testNeeding([CHROMIUM], "the policy of a page would stop what was not escaped", async () => {
  await using folder = await tempFolder();
  await using web = listener();
  const path = `${folder.path}/page.html`;
  const page = [...writePage(new PageContents([madeProfile()]))].join("");
  const [first, ...others] = hostileTexts(web.url).slice(0, 2);
  await Deno.writeTextFile(path, page.replace("</main>", `${first}${others.join("")}</main>`));
  const { dom, log } = await renderInChromium(path, folder.path);
  assert.ok(namesIn(dom).has("<script>"), "the page does not hold what it is to stop");
  assert.doesNotMatch(/<title>([^<]*)<\/title>/.exec(dom)![1]!, /owned/);
  assert.match(log, /Content Security Policy/);
  assert.equal(web.count(), 0);
});

testNeeding([CHROMIUM], "a page is drawn in its own colours, light and dark", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/page.html`;
  const png = `${folder.path}/page.png`;
  await Deno.writeTextFile(path, [...writePage(new PageContents([madeProfile()]))].join(""));
  await drawInChromium(path, folder.path, { png });
  assert.equal(await cornerColour(png), "f6f7f9");
  await drawInChromium(path, folder.path, { png, dark: true });
  assert.equal(await cornerColour(png), "0f1318");
});

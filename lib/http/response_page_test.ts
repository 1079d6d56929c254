import assert from "node:assert/strict";
import fc from "fast-check";
import { CODE_POINT } from "../../tests/support/text_arbitrary.ts";
import { latin1Bytes } from "../text/latin1.ts";
import { isPage, pageHints } from "./response_page.ts";

const HTML = "text/html";

function titleOf(page: string | Uint8Array, contentType = HTML): string | undefined {
  return pageHints(typeof page === "string" ? new TextEncoder().encode(page) : page, contentType)
    .title;
}

function iconOf(page: string): string | undefined {
  return pageHints(new TextEncoder().encode(page), HTML).icon;
}

Deno.test("pageHints() finds the first title, in one line", () => {
  assert.equal(
    titleOf("<html><TITLE lang=en>\n Hello,\t\r\n world </Title><title>x</title>"),
    "Hello, world",
  );
  assert.equal(titleOf("<title>a < b <!-- c --></title>"), "a < b <!-- c -->");
  assert.equal(titleOf("<title>never ends"), "never ends");
  for (const page of ["", "no title", "<title>  </title>", "<titles>x</titles>", "<title"]) {
    assert.equal(titleOf(page), undefined, page);
  }
});

Deno.test("pageHints() replaces the most common character references, once", () => {
  assert.equal(
    titleOf(
      "<title>&lt;a&gt; &amp;amp; &QUOT;&#39;&apos;&#x41;&nbsp;&copy; &#0;&#xd800;&#9999999;</title>",
    ),
    "<a> &amp; \"''A &copy; \ufffd\ufffd\ufffd",
  );
});

Deno.test("pageHints() keeps control characters, which the output escapes", () => {
  assert.equal(titleOf("<title>a\0\x1b[2J\x9b\u202e</title>"), "a\0\x1b[2J\x9b\u202e");
});

Deno.test("pageHints() keeps 256 characters of a title and splits none", () => {
  assert.equal(titleOf(`<title>${"x".repeat(9999)}</title>`), "x".repeat(256));
  assert.equal(
    titleOf(`<title>y${"\u{1f600}".repeat(500)}</title>`),
    `y${"\u{1f600}".repeat(255)}`,
  );
});

Deno.test("pageHints() decodes by mark, header, declaration, and then as UTF-8 or windows-1252", () => {
  const latin = latin1Bytes("<title>caf\xe9</title>");
  assert.equal(titleOf(latin), "caf\u00e9");
  assert.equal(titleOf(latin1Bytes("<title>caf\xc3\xa9</title>")), "caf\u00e9");
  assert.equal(titleOf(latin, "text/html; charset=ISO-8859-2"), "caf\u00e9");
  assert.equal(
    titleOf(latin1Bytes("<title>\xc4\xe3</title>"), 'text/html; Charset="gbk"'),
    "\u4f60",
  );
  assert.equal(titleOf(latin1Bytes("<meta charset=gbk><title>\xc4\xe3</title>")), "\u4f60");
  assert.equal(titleOf(latin, "text/html; charset=no-such"), "caf\u00e9");
  assert.equal(titleOf(latin, "text/html; charset=utf-8"), "caf\ufffd");
  const wide = latin1Bytes("\xff\xfe<\0t\0i\0t\0l\0e\0>\0x\0<\0/\0t\0i\0t\0l\0e\0>\0");
  assert.equal(titleOf(wide, "text/html; charset=utf-8"), "x");
});

Deno.test("pageHints() decodes a page that is longer than what it reads", () => {
  const page = `<title>\u00e9</title>${"\u00e9".repeat(40_000)}`;
  assert.equal(titleOf(page), "\u00e9");
  assert.equal(titleOf(`${" ".repeat(70_000)}<title>x</title>`), undefined);
});

Deno.test("pageHints() finds the first link to an icon", () => {
  assert.equal(
    iconOf('<link rel="stylesheet" href="a.css"><link rel="shortcut ICON" href="/i.png">'),
    "/i.png",
  );
  assert.equal(iconOf("<LINK HREF = 'a&amp;b.ico' REL = icon><link rel=icon href=c>"), "a&b.ico");
  assert.equal(iconOf("<link type=x rel=icon href= /i.ico />"), "/i.ico");
  assert.equal(iconOf("<link rel=icon rel=x href=a href=b>"), "a");
  for (
    const page of [
      "<link rel=apple-touch-icon href=a>",
      "<link rel=icon>",
      "<link rel=icon href=''>",
      "<linkrel=icon href=a>",
      `<link rel=icon data="${"x".repeat(3000)}" href=a>`,
      `${"<link rel=x href=y>".repeat(64)}<link rel=icon href=a>`,
    ]
  ) {
    assert.equal(iconOf(page), undefined, page.slice(0, 40));
  }
});

Deno.test("isPage() takes HTML, and what does not say what it is", () => {
  for (const type of [undefined, "text/html", "TEXT/HTML;charset=x", "application/xhtml+xml"]) {
    assert.equal(isPage(type), true, type);
  }
  for (const type of ["text/plain", "application/json", "", "text/html5"]) {
    assert.equal(isPage(type), false, type);
  }
});

Deno.test("pageHints() finds nothing in pages of tags that do not end", () => {
  const pages = ["<title ", "<link ", "<title>", "<link rel=", "&#", "<link a='", "<link >", "<"]
    .map((piece) => piece.repeat(64 * 1024 / piece.length));
  pages.push(`<link ${"a ".repeat(1000)}>`.repeat(30), `<link ${"a   ".repeat(500)}>`.repeat(30));
  for (const page of pages) assert.equal(iconOf(page), undefined);
});

Deno.test("pageHints() never throws", () => {
  const piece = fc.oneof(
    fc.constantFrom("<title>", "</title>", "<link ", "rel=icon", " href=", "'", '"', ">", "&#x"),
    fc.constantFrom("charset=", "utf-16", "utf-7", "replacement", "\xff\xfe", "\xfe\xff"),
    fc.string({ unit: CODE_POINT, maxLength: 5 }),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 15 }), piece, (pieces, contentType) => {
    const { title = "" } = pageHints(latin1Bytes(pieces.join("")), contentType);
    assert.ok(title.length <= 512);
  }));
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { hasUnsafe } from "../../text/unsafe.ts";
import { anyText } from "../../../tests/support/text_arbitrary.ts";
import { escapeHtml, markup } from "./html.ts";

Deno.test("markup`` escapes text, and leaves markup that it made itself", () => {
  const inner = markup`<b>${'<i title="x">'}</b>`;
  assert.equal(inner.text, "<b>&lt;i title=&quot;x&quot;&gt;</b>");
  assert.equal(
    markup`<p>${inner}${[markup`<br>`, "<br>", 1]}${undefined}</p>`.text,
    "<p><b>&lt;i title=&quot;x&quot;&gt;</b><br>&lt;br&gt;1</p>",
  );
});

Deno.test("escapeHtml() makes controls visible and leaves no character of markup", () => {
  assert.equal(escapeHtml("a\0b\u202ec`'&"), "a\\x00b\\u202ec&#96;&#39;&amp;");
  fc.assert(fc.property(anyText(), (text) => {
    const escaped = escapeHtml(text);
    assert.doesNotMatch(escaped, /[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/);
    assert.equal(hasUnsafe(escaped), false);
  }));
});

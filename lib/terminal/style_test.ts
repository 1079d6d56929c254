import assert from "node:assert/strict";
import { type ColourWishes, type Style, styleFor } from "./style.ts";

const WISHES: ColourWishes = { terminal: true, noColor: undefined, term: "xterm-256color" };

Deno.test("styleFor() colours a terminal, and switches back what it switched on", () => {
  const style = styleFor(WISHES);
  const cases: [keyof Style, string][] = [
    ["bold", "\x1b[1mx\x1b[22m"],
    ["dim", "\x1b[2mx\x1b[22m"],
    ["red", "\x1b[31mx\x1b[39m"],
    ["green", "\x1b[32mx\x1b[39m"],
    ["yellow", "\x1b[33mx\x1b[39m"],
    ["cyan", "\x1b[36mx\x1b[39m"],
  ];
  for (const [name, text] of cases) assert.equal(style[name]("x"), text);
  assert.equal(style.bold(style.red("x")), "\x1b[1m\x1b[31mx\x1b[39m\x1b[22m");
});

Deno.test("styleFor() takes an empty or absent NO_COLOR, and an unknown terminal, for a yes", () => {
  for (const wishes of [{ noColor: "" }, { noColor: undefined }, { term: undefined }]) {
    assert.equal(styleFor({ ...WISHES, ...wishes }).red("x"), "\x1b[31mx\x1b[39m");
  }
});

Deno.test("styleFor() leaves text alone in pipes, on dumb terminals and with NO_COLOR", () => {
  for (
    const wishes of [{ terminal: false }, { term: "dumb" }, { noColor: "1" }, { noColor: "0" }]
  ) {
    const style = styleFor({ ...WISHES, ...wishes });
    assert.equal(style.bold(style.red("x")), "x", JSON.stringify(wishes));
  }
});

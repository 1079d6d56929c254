import assert from "node:assert/strict";
import { osGuess } from "./os_guess.ts";

Deno.test("osGuess() is one word for the names of any signature file", () => {
  const cases: [string, string, string][] = [
    ["linux", "Linux", "4.19-6.x"],
    ["linux", "Linux", "large receive buffers (Android, tuned servers)"],
    ["android", "Linux", "Android"],
    ["windows", "Windows", "NT kernel 6.x"],
    ["macos_ios", "Mac OS X", "10.x"],
    ["macos_ios", "MacOS X", "10.9 or newer"],
    ["macos_ios", "iOS", "iPhone or iPad"],
    ["macos_ios", "macOS/iOS", ""],
    ["nmap", "NMap", "SYN scan"],
    ["masscan", "masscan", ""],
    ["f5_big_ip", "F5 BIG-IP", ""],
    ["hp_ux", "HP-UX", "11.x"],
    ["unknown", "???", ""],
  ];
  for (const [word, name, flavour] of cases) assert.equal(osGuess(name, flavour), word);
});

/** docs/security.md names every promise, and tests that are there. */
import { pageRows } from "../support/page_rows.ts";

const PROMISES = 26;

Deno.test("docs/security.md has a row for each promise, and names tests that exist", async () => {
  await pageRows("docs/security.md", "B", PROMISES);
});

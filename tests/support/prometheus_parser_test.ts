import assert from "node:assert/strict";
import { parsePrometheus } from "./prometheus_parser.ts";

const HEAD = "# HELP a_total What.\n# TYPE a_total counter\n";

Deno.test("parsePrometheus() reads families, labels and escapes", () => {
  const families = parsePrometheus(`${HEAD}a_total{x="1\\"\\\\\\n",y=""} 2\na_total 1e3\n`);
  assert.deepEqual(families.get("a_total"), {
    type: "counter",
    help: "What.",
    samples: [
      { name: "a_total", labels: { x: '1"\\\n', y: "" }, value: 2 },
      { name: "a_total", labels: {}, value: 1000 },
    ],
  });
});

Deno.test("parsePrometheus() takes nothing else", () => {
  const wrong = [
    `${HEAD}a_total 1`,
    "a 1\n",
    `${HEAD}`,
    `${HEAD}a_total 1\na_total 1\n`,
    `${HEAD}a_total{x="1",x="2"} 1\n`,
    `${HEAD}a_total{x="1",} 1\n`,
    `${HEAD}a_total{x="\\q"} 1\n`,
    `${HEAD}a_total{x="1"}1\n`,
    `${HEAD}a_total x\n`,
    `${HEAD}a_total undefined\n`,
    `${HEAD}a_total -1\n`,
    `${HEAD}a_total{x-y="1"} 1\n`,
    `${HEAD}a_total 1\n${HEAD}a_total{x="1"} 1\n`,
    "# HELP a What.\n# TYPE a number\na 1\n",
    "# HELP a What.\n# TYPE a counter\na 1\n",
    "# HELP a What\\x.\n# TYPE a gauge\na 1\n",
    `${HEAD}a_total 1\n\n`,
    `${HEAD}a_total 1\n# HELP b What.\n# TYPE b gauge\nb 1\na_total{x="1"} 1\n`,
  ];
  for (const text of wrong) assert.throws(() => parsePrometheus(text), assert.AssertionError, text);
});

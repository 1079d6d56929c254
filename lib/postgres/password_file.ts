/** The password file of libpq: `host:port:database:user:password` in each line. */
import type { PostgresAddress } from "./postgres_address.ts";

/** The password for `address` in the text of a file; undefined when no line is about it. */
export function passwordIn(
  text: string,
  { host, port, database, user }: Pick<PostgresAddress, "host" | "port" | "database" | "user">,
): string | undefined {
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    const fields = fieldsOf(line.replace(/\r$/, ""));
    const [password] = fields.slice(4);
    if (password === undefined) continue;
    const wanted = [host, String(port), database, user];
    const isMeant = wanted.every((value, at) => fields[at] === "*" || fields[at] === value);
    if (isMeant) return password;
  }
  return undefined;
}

/** What stands between the colons, of which those after a backslash are none; the fifth is all the rest. */
function fieldsOf(line: string): string[] {
  const fields = [""];
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (character === "\\" && at + 1 < line.length) fields[fields.length - 1] += line[++at]!;
    else if (character === ":" && fields.length < 5) fields.push("");
    else fields[fields.length - 1] += character;
  }
  return fields;
}

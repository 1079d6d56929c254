/** The few requests of man(7) that manual pages here are made of. */

/** Text that stands for itself: no request, no escape, a minus that can be copied into a shell. */
export function roffText(text: string): string {
  const escaped = text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq")
    .replaceAll("^", "\\(ha").replaceAll("~", "\\(ti").replaceAll("`", "\\(ga");
  return escaped.replace(/^\./gm, "\\&.");
}

/** The page's title line. */
export function roffTitle(name: string, version: string): string {
  return `.TH ${name.toUpperCase()} 1 "" "decnet ${version}" "decnet manual"`;
}

/** A section under a heading. */
export function roffSection(heading: string, lines: readonly string[]): string[] {
  return [`.SH ${heading}`, ...lines];
}

/** A term and what it means, indented below it; both are roff already. */
export function roffEntry(term: string, meaning: string): string[] {
  return [".TP", term, meaning];
}

/** Lines kept as they are. */
export function roffLiteral(lines: readonly string[]): string[] {
  return [".RS 4", ".nf", ...lines.map(roffText), ".fi", ".RE"];
}

/**
 * Help text with its paragraphs, headings in capitals and indented lines.
 *
 * @param heading of what comes before the first heading in the text
 */
export function roffDescription(text: string, heading: string): string[] {
  const page: string[] = roffSection(heading, []);
  const literal: string[] = [];
  const endLiteral = () => {
    while (literal.at(-1) === "") literal.pop();
    if (literal.length > 0) page.push(...roffLiteral(literal.splice(0)));
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("  ") || (line === "" && literal.length > 0)) {
      literal.push(line.replace(/^ {2}/, ""));
      continue;
    }
    endLiteral();
    if (/^[A-Z][A-Z ]+$/.test(line)) {
      if (page.at(-1) === ".PP") page.pop();
      page.push(`.SH ${line}`);
    } else if (line !== "") page.push(roffText(line));
    else if (!page.at(-1)!.startsWith(".")) page.push(".PP");
  }
  endLiteral();
  return page;
}

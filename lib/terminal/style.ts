/** Colours for terminals that want them. */

/** Wraps text in an SGR sequence, or leaves it as it is. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** SGR parameters (ECMA-48 8.3.117): what switches on, what switches back. */
const CODES: Readonly<Record<keyof Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** What decides whether to colour. */
export interface ColourWishes {
  /** True when the stream in use is a terminal. */
  readonly terminal: boolean;
  /** $NO_COLOR: any text but the empty one switches colours off (no-color.org). */
  readonly noColor: string | undefined;
  /** $TERM: `dumb` has no colours. */
  readonly term: string | undefined;
}

/** True where colours are wanted. */
export function hasColours({ terminal, noColor = "", term }: ColourWishes): boolean {
  return terminal && noColor === "" && term !== "dumb";
}

/** Colours that honour NO_COLOR and dumb terminals. */
export function styleFor(wishes: ColourWishes): Style {
  const coloured = hasColours(wishes);
  const paint = (name: keyof Style) => (text: string) => {
    const [on, off] = CODES[name];
    return coloured ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  };
  return {
    bold: paint("bold"),
    dim: paint("dim"),
    red: paint("red"),
    green: paint("green"),
    yellow: paint("yellow"),
    cyan: paint("cyan"),
  };
}

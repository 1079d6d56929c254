/** The looks of the page: one sheet, without a word from the network. */

/** Colours by name, light and dark. */
const COLOURS: readonly (readonly [name: string, light: string, dark: string])[] = [
  ["paper", "#f6f7f9", "#0f1318"],
  ["card", "#ffffff", "#171d25"],
  ["ink", "#1b2430", "#e3e9f0"],
  ["soft", "#5b6878", "#93a1b3"],
  ["line", "#dfe4ea", "#2a333f"],
  ["track", "#eaeef2", "#222b36"],
  ["accent", "#1f6f8b", "#4fb3d1"],
  ["high", "#c2334d", "#ff7088"],
  ["middling", "#b7791f", "#f0b650"],
  ["low", "#2f855a", "#5fc796"],
];

function variables(side: 1 | 2): string {
  return COLOURS.map((colour) => `--${colour[0]}:${colour[side]}`).join(";");
}

/** The sheet. Its hash is in the page's policy, so there is nothing in it that differs by profile. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;${variables(1)}}
@media (prefers-color-scheme:dark){:root{${variables(2)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
  font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:1180px;margin:0 auto;padding:28px 24px 64px}
h1{font-size:27px;line-height:1.2;margin:0;letter-spacing:-.02em}
h2{font-size:22px;line-height:1.2;margin:0;letter-spacing:-.01em;
  font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
h3{font-size:12px;margin:0 0 10px;text-transform:uppercase;letter-spacing:.08em;color:var(--soft)}
p{margin:4px 0 0}
a{color:inherit;text-decoration-color:var(--accent);text-underline-offset:3px}
.soft,.soft a{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;margin:22px 0}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:12px}
.tile{padding:14px 16px}
.tile b{display:block;font-size:25px;line-height:1.15;letter-spacing:-.02em;
  font-variant-numeric:tabular-nums}
.card{padding:20px 22px;margin:18px 0;overflow-x:auto}
article{margin-top:44px;padding-top:26px;border-top:3px solid var(--line)}
.head{display:flex;flex-wrap:wrap;align-items:center;gap:10px 16px}
.badge{display:inline-block;padding:2px 11px;border-radius:99px;font-size:13px;font-weight:600;
  border:1.5px solid currentColor;white-space:nowrap}
.high{color:var(--high)}.middling{color:var(--middling)}.low{color:var(--low)}
.plain{color:var(--soft)}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(330px,1fr));gap:18px;margin:18px 0}
.grid .card{margin:0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:5px 18px;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;font-size:14px}
th{text-align:left;font-weight:600;color:var(--soft);font-size:12px;padding:4px 12px 6px 0;
  border-bottom:1.5px solid var(--line);white-space:nowrap;vertical-align:bottom}
td{padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.t{white-space:nowrap;font-variant-numeric:tabular-nums;color:var(--soft)}
code,.code{font:13px/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;
  overflow-wrap:anywhere;white-space:pre-wrap}
.address{white-space:nowrap}td.code{min-width:9em}td.wide{min-width:15em}
.chip{display:inline-block;margin:0 6px 6px 0;padding:1px 9px;border-radius:6px;
  background:var(--track);font-size:13px;overflow-wrap:anywhere}
.chip.strong{background:var(--accent);color:var(--card);font-weight:600}
svg{display:block;max-width:100%;height:auto;overflow:visible}
svg text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--soft)}
svg .name{fill:var(--ink);font-size:12px}
svg .number{fill:var(--card);font-size:12px;font-weight:700}
svg .bar,svg .cell{fill:var(--accent)}
svg .phase{fill:var(--middling)}
svg .none,svg .track{fill:var(--track)}
svg .axis{stroke:var(--line);stroke-width:1}
svg .edge{fill:none;stroke:var(--soft);stroke-width:1.5}
svg .tip{fill:var(--soft)}
svg .node{fill:var(--accent)}
svg .fill-high{fill:var(--high)}svg .fill-middling{fill:var(--middling)}
svg .fill-low{fill:var(--low)}
.meter{display:inline-block;vertical-align:middle;max-width:none}
.long table{min-width:700px}
.hidden{position:absolute;width:0;height:0;overflow:hidden}
footer{margin-top:48px;color:var(--soft);font-size:13px}
@media (max-width:640px){main{padding:18px 14px 40px}.card{padding:14px}
  .grid{grid-template-columns:1fr}}
@media print{:root{${variables(1)};--paper:#fff;color-scheme:light}
  body{font-size:11px;-webkit-print-color-adjust:exact;print-color-adjust:exact}
  main{max-width:none;padding:0}
  .card,.tile{border-radius:6px;break-inside:avoid}
  .card.long{break-inside:auto}.long table{min-width:0}tr,.head{break-inside:avoid}
  article{break-before:page;border-top:0;margin-top:0;padding-top:0}
  .tiles{grid-template-columns:repeat(6,1fr);gap:8px}.tile{padding:8px 10px}.tile b{font-size:17px}
  table{font-size:10px}th,.chip,.badge{font-size:9.5px}code,.code{font-size:9.5px}
  a{text-decoration:none}}
`;

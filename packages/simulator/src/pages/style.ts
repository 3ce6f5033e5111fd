/** The one stylesheet of all pages: calm, readable, light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f7; --paper: #ffffff; --ink: #16202c; --soft: #5c6b7c; --line: #e2e6ea; --tint: #f8f9fb;
  --accent: #1f5f5b; --accent-ink: #ffffff; --good: #1c7c4a; --good-tint: #e8f5ee; --bad: #b3372f; --bad-tint: #fcedeb;
  --wait: #8a5a00; --wait-tint: #fdf4df; --shadow: 0 1px 2px rgb(20 30 40 / .05), 0 12px 32px rgb(20 30 40 / .07);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11161c; --paper: #1a2129; --ink: #e8edf2; --soft: #9aa8b6; --line: #2c3641; --tint: #202832;
    --accent: #5fb8ae; --accent-ink: #0d1a19; --good: #6bcf98; --good-tint: #16301f; --bad: #f0938a; --bad-tint: #381c1a;
    --wait: #e3b95c; --wait-tint: #33290f; --shadow: none;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
a { color: var(--accent); }
h1, h2, p { margin: 0; }
.test-note { text-align: center; font-size: .8125rem; color: var(--wait); background: var(--wait-tint); padding: .4rem 1rem; }
.page { max-width: 60rem; margin: 0 auto; padding: clamp(1.25rem, 5vw, 4rem) 1.25rem; }
.checkout { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); background: var(--paper); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); overflow: hidden; }
.checkout > * { padding: clamp(1.5rem, 4vw, 2.75rem); }
.order { background: var(--tint); border-right: 1px solid var(--line); }
@media (max-width: 46rem) { .checkout { grid-template-columns: 1fr; } .order { border-right: 0; border-bottom: 1px solid var(--line); } }
.shop { font-weight: 600; display: flex; gap: .6rem; align-items: center; overflow-wrap: anywhere; }
.shop span { flex: none; display: grid; place-items: center; width: 2rem; height: 2rem; border-radius: 8px; background: var(--accent); color: var(--accent-ink); }
.amount { font-size: 2.1rem; font-weight: 650; letter-spacing: -.02em; margin: 1.5rem 0 1.75rem; font-variant-numeric: tabular-nums; line-height: 1.2; overflow-wrap: anywhere; }
.amount small { display: block; font-size: .875rem; font-weight: 400; letter-spacing: 0; color: var(--soft); }
.lines { list-style: none; margin: 0; padding: 0; }
.lines li { display: flex; justify-content: space-between; gap: 1.25rem; padding: .75rem 0; border-top: 1px solid var(--line); }
.lines div { min-width: 0; overflow-wrap: anywhere; }
.lines small { display: block; color: var(--soft); font-size: .875rem; }
.lines .sum { flex: none; white-space: nowrap; font-variant-numeric: tabular-nums; }
.lines .total { font-weight: 600; }
.pay h1 { font-size: 1.2rem; margin-bottom: 1.25rem; }
.pay form, .pay .stack { display: grid; gap: .75rem; }
label { font-size: .875rem; color: var(--soft); display: grid; gap: .35rem; }
input, select { font: inherit; font-size: 1rem; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .75rem; width: 100%; }
input[readonly] { background: var(--tint); color: var(--soft); }
input:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.card-line { display: flex; justify-content: space-between; gap: 1rem; border: 1px solid var(--line); border-radius: 8px; padding: .6rem .75rem; color: var(--ink); font-size: 1rem; font-variant-numeric: tabular-nums; }
.card-line em { font-style: normal; color: var(--soft); }
button, .button { font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; border-radius: 8px; padding: .7rem 1rem; border: 1px solid var(--line); background: var(--paper); color: var(--ink); display: block; }
button:hover, .button:hover { border-color: var(--soft); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); margin-top: .5rem; }
.primary:hover { filter: brightness(1.08); border-color: var(--accent); }
.quiet { border-color: transparent; background: none; color: var(--soft); font-weight: 400; }
.hint { color: var(--soft); font-size: .875rem; }
.notice { border-radius: 8px; padding: .75rem 1rem; margin-bottom: 1.25rem; }
.notice strong { display: block; }
.good { background: var(--good-tint); color: var(--good); } .bad { background: var(--bad-tint); color: var(--bad); } .wait { background: var(--wait-tint); color: var(--wait); }
.board { max-width: 76rem; }
.board header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: end; gap: 1rem; margin-bottom: 1.5rem; }
.board h1 { font-size: 1.4rem; } .board h2 { font-size: 1.05rem; margin-bottom: .75rem; }
.panel { background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; margin-bottom: 1.25rem; overflow-x: auto; }
.figures { display: flex; flex-wrap: wrap; gap: .5rem 2rem; color: var(--soft); font-size: .875rem; margin: 0; }
.figures b { display: block; color: var(--ink); font-size: 1.25rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th { text-align: left; font-weight: 500; color: var(--soft); } th, td { padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tr:last-child td { border-bottom: 0; } td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code { font: .8125rem/1.4 ui-monospace, SFMono-Regular, Menlo, monospace; overflow-wrap: anywhere; }
.tag { display: inline-block; border-radius: 99px; padding: .05rem .6rem; font-size: .8125rem; white-space: nowrap; background: var(--tint); color: var(--soft); }
.tag.good { background: var(--good-tint); color: var(--good); } .tag.bad { background: var(--bad-tint); color: var(--bad); } .tag.wait { background: var(--wait-tint); color: var(--wait); }
.faults { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem 1.5rem; }
.faults label strong { color: var(--ink); font-size: .9375rem; } .faults label { grid-template-rows: auto 1fr auto; }
.row { display: flex; gap: .5rem; flex-wrap: wrap; } .row form { display: inline; }
.row button, .row .button, .small { padding: .25rem .65rem; font-size: .8125rem; font-weight: 500; width: auto; }
.panel > form > .primary { margin-top: 1rem; }
`;

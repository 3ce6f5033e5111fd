/** Colours of one picture: the background from light to deep, and what stands on it. */
export type Palette = { sky: string; ground: string; deep: string; main: string; light: string; accent: string };

/** Palettes by name; each has enough contrast for what is drawn on it. */
export const palettes = {
  indigo: { sky: "#e9ebff", ground: "#c5cbff", deep: "#312e81", main: "#6366f1", light: "#ffffff", accent: "#f59e0b" },
  teal: { sky: "#dcfaf3", ground: "#a7ecdc", deep: "#134e4a", main: "#14b8a6", light: "#ffffff", accent: "#f97316" },
  coral: { sky: "#fff1ec", ground: "#ffd3c4", deep: "#7c2d12", main: "#fb7185", light: "#ffffff", accent: "#0ea5e9" },
  amber: { sky: "#fff8e1", ground: "#fde6a8", deep: "#78350f", main: "#f59e0b", light: "#ffffff", accent: "#2563eb" },
  sky: { sky: "#e6f6ff", ground: "#b9e3fc", deep: "#0c4a6e", main: "#0ea5e9", light: "#ffffff", accent: "#f43f5e" },
  plum: { sky: "#f9eefe", ground: "#e9c8fb", deep: "#581c87", main: "#a855f7", light: "#ffffff", accent: "#10b981" },
  leaf: { sky: "#eefbe7", ground: "#cdefb8", deep: "#14532d", main: "#22c55e", light: "#ffffff", accent: "#eab308" },
  slate: { sky: "#eef2f7", ground: "#cfd8e3", deep: "#1e293b", main: "#64748b", light: "#ffffff", accent: "#f97316" },
  night: { sky: "#312e5c", ground: "#1e1b4b", deep: "#0b0a26", main: "#818cf8", light: "#f5f3ff", accent: "#fbbf24" },
} satisfies Record<string, Palette>;

/** An element with its attributes; names are written as SVG has them. */
export function tag(name: string, attributes: Record<string, string | number>, inside = ""): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${value}"`);
  return `<${name}${written.join("")}>${inside}</${name}>`;
}

type Style = Record<string, string | number>;

/** A rectangle with round corners. */
export const box = (x: number, y: number, width: number, height: number, rx: number, fill: string, style: Style = {}) =>
  tag("rect", { x, y, width, height, rx, fill, ...style });

/** A disc. */
export const disc = (cx: number, cy: number, r: number, fill: string, style: Style = {}) =>
  tag("circle", { cx, cy, r, fill, ...style });

/** A closed shape. */
export const shape = (d: string, fill: string, style: Style = {}) => tag("path", { d, fill, ...style });

/** A line with round ends. */
export const stroke = (d: string, colour: string, width: number, style: Style = {}) =>
  tag("path", {
    d,
    fill: "none",
    stroke: colour,
    "stroke-width": width,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    ...style,
  });

/** Things moved, turned (degrees) or scaled together. */
export const group = (inside: string, transform: string) => tag("g", { transform }, inside);

/** A soft shadow on the ground. */
export const shadow = (cx: number, cy: number, rx: number, ry = 18) =>
  tag("ellipse", { cx, cy, rx, ry, fill: "#000000", opacity: 0.14 });

/** A whole picture of 800 × 600: sky, sun, hills and what stands before them. */
export function scene(palette: Palette, inside: string, variant = 0): string {
  const sun = [
    [610, 170, 130],
    [200, 160, 110],
    [420, 140, 150],
  ][variant % 3] as [number, number, number];
  const sky = tag(
    "linearGradient",
    { id: "sky", x1: 0, y1: 0, x2: 0, y2: 1 },
    tag("stop", { offset: 0, "stop-color": palette.sky }) + tag("stop", { offset: 1, "stop-color": palette.ground }),
  );
  const back = [
    box(0, 0, 800, 600, 0, "url(#sky)"),
    disc(...sun, palette.light, { opacity: 0.45 }),
    disc(sun[0], sun[1], sun[2] * 0.68, palette.light, { opacity: 0.5 }),
    shape("M0 470 C150 400 300 520 470 455 S720 430 800 470 V600 H0 Z", palette.main, { opacity: 0.18 }),
    shape("M0 520 C180 470 330 560 520 510 S740 500 800 525 V600 H0 Z", palette.main, { opacity: 0.28 }),
  ].join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600" width="800" height="600"><defs>${sky}</defs>${back}${inside}</svg>`;
}

/** A window of a program: a title bar with three dots, and what is in it (its corner is 0, 0). */
export function programWindow(
  x: number,
  y: number,
  width: number,
  height: number,
  palette: Palette,
  inside: string,
): string {
  const dots = [palette.accent, palette.main, palette.ground]
    .map((fill, index) => disc(24 + index * 22, 20, 7, fill))
    .join("");
  const frame =
    box(0, 0, width, height, 18, palette.light) +
    shape(`M0 18 A18 18 0 0 1 18 0 H${width - 18} A18 18 0 0 1 ${width} 18 V40 H0 Z`, palette.deep);
  return shadow(x + width / 2, y + height + 26, width * 0.44) + group(frame + dots + inside, `translate(${x} ${y})`);
}

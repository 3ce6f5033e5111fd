import { box, disc, group, type Palette, palettes, programWindow, scene, shadow, shape, stroke } from "./canvas.ts";

const code = (palette: Palette, indents: number[]) =>
  indents
    .map((indent, line) => {
      const y = 72 + line * 34;
      const first = 40 + ((line * 37) % 60);
      const second = 70 + ((line * 53) % 110);
      return (
        box(36 + indent * 34, y, first, 14, 7, [palette.main, palette.accent, palette.deep][line % 3] as string) +
        box(48 + indent * 34 + first, y, second, 14, 7, palette.ground)
      );
    })
    .join("");

const person = (x: number, y: number, size: number, body: string, head: string) =>
  group(
    shape("M-50 120 Q-50 40 0 40 Q50 40 50 120 Z", body) + disc(0, 8, 30, head),
    `translate(${x} ${y}) scale(${size})`,
  );

const bars = (palette: Palette) =>
  programWindow(
    150,
    130,
    500,
    340,
    palette,
    [90, 150, 120, 210, 180, 236]
      .map((height, index) =>
        box(60 + index * 68, 300 - height, 42, height, 8, index % 2 ? palette.accent : palette.main),
      )
      .join("") +
      box(46, 300, 410, 6, 3, palette.deep) +
      stroke("M80 190 L148 130 L216 160 L284 84 L352 112 L420 60", palette.deep, 7) +
      [80, 148, 216, 284, 352, 420]
        .map((x, index) =>
          disc(x, [190, 130, 160, 84, 112, 60][index] as number, 10, palette.light, {
            stroke: palette.deep,
            "stroke-width": 6,
          }),
        )
        .join(""),
  );

const drum = (palette: Palette, x: number, y: number, width: number, layers: number) =>
  shadow(x, y + layers * 86 + 24, width * 0.62) +
  Array.from({ length: layers }, (_, index) => layers - 1 - index)
    .map((layer) => {
      const top = y + layer * 86;
      const half = width / 2;
      return (
        shape(
          `M${x - half} ${top} V${top + 70} A${half} 34 0 0 0 ${x + half} ${top + 70} V${top} Z`,
          layer % 2 ? palette.deep : palette.main,
        ) +
        `<ellipse cx="${x}" cy="${top}" rx="${half}" ry="34" fill="${layer % 2 ? palette.main : palette.ground}"/>` +
        disc(x - half + 34, top + 52, 8, palette.accent)
      );
    })
    .join("");

const wireframe = (palette: Palette) =>
  programWindow(
    130,
    110,
    540,
    380,
    palette,
    box(30, 66, 150, 284, 12, palette.ground) +
      [92, 134, 176, 218].map((y, index) => box(50, y, index % 2 ? 84 : 110, 14, 7, palette.light)).join("") +
      box(206, 66, 304, 130, 12, palette.main) +
      disc(270, 130, 34, palette.light) +
      shape("M226 196 L330 110 L400 170 L440 140 L510 196 Z", palette.deep, { opacity: 0.5 }) +
      [0, 1, 2]
        .map((index) => box(206 + index * 106, 218, 92, 132, 12, index === 1 ? palette.accent : palette.ground))
        .join("") +
      shape("M430 250 L430 338 L452 318 L468 350 L482 343 L466 312 L494 310 Z", palette.deep, {
        stroke: palette.light,
        "stroke-width": 5,
      }),
  );

const megaphone = (palette: Palette) =>
  shadow(400, 508, 230) +
  group(
    shape("M0 60 L210 -50 V230 L0 130 Z", palette.main) +
      box(-66, 54, 80, 82, 22, palette.deep) +
      shape("M-30 136 L0 230 H48 L22 134 Z", palette.deep) +
      `<ellipse cx="210" cy="90" rx="34" ry="140" fill="${palette.accent}"/><ellipse cx="210" cy="90" rx="16" ry="70" fill="${palette.light}"/>`,
    "translate(270 220) rotate(-12 100 90)",
  ) +
  ["M560 200 Q600 240 600 290", "M604 150 Q672 216 670 310", "M520 250 Q540 262 544 284"]
    .map((d) => stroke(d, palette.deep, 14))
    .join("");

const kanban = (palette: Palette) =>
  programWindow(
    130,
    116,
    540,
    370,
    palette,
    [0, 1, 2]
      .map((column) => {
        const cards = [3, 2, 3][column] as number;
        return (
          box(26 + column * 166, 62, 150, 282, 12, palette.ground, { opacity: 0.6 }) +
          Array.from({ length: cards }, (_, card) => {
            const fill =
              (column + card) % 3 === 0 ? palette.accent : (column + card) % 3 === 1 ? palette.main : palette.deep;
            return group(
              box(0, 0, 126, 70, 10, palette.light) +
                box(14, 16, 60, 10, 5, fill) +
                box(14, 38, 92, 8, 4, palette.ground) +
                box(14, 52, 50, 6, 3, palette.ground),
              `translate(${38 + column * 166} ${78 + card * 84})`,
            );
          }).join("")
        );
      })
      .join(""),
  );

function network(palette: Palette): string {
  const layers = [
    [180, [210, 300, 390]],
    [330, [160, 256, 352, 448]],
    [480, [160, 256, 352, 448]],
    [630, [254, 350]],
  ] as [number, number[]][];
  const wires = layers
    .slice(1)
    .flatMap(([x, column], index) => {
      const [from, before] = layers[index] as [number, number[]];
      return column.flatMap((y) =>
        before.map((start) => stroke(`M${from} ${start} L${x} ${y}`, palette.deep, 3, { opacity: 0.35 })),
      );
    })
    .join("");
  const nodes = layers.flatMap(([x, column], layer) =>
    column.map(
      (y, index) =>
        disc(x, y, 30, palette.light) +
        disc(x, y, 24, [palette.main, palette.accent, palette.deep][(layer + index) % 3] as string),
    ),
  );
  return shadow(400, 522, 250) + wires + nodes.join("");
}

const microphone = (palette: Palette) =>
  shadow(400, 530, 200) +
  box(340, 130, 120, 210, 60, palette.main) +
  [170, 206, 242].map((y) => stroke(`M362 ${y} H438`, palette.light, 8, { opacity: 0.8 })).join("") +
  stroke("M296 270 Q296 392 400 392 Q504 392 504 270", palette.deep, 18) +
  stroke("M400 392 V498 M324 506 H476", palette.deep, 20) +
  ["M250 190 Q214 240 250 296", "M206 156 Q146 240 206 330", "M550 190 Q586 240 550 296", "M594 156 Q654 240 594 330"]
    .map((d) => stroke(d, palette.accent, 13))
    .join("");

const shield = (palette: Palette) =>
  shadow(400, 528, 180) +
  shape("M400 110 L560 166 V306 Q560 436 400 506 Q240 436 240 306 V166 Z", palette.deep) +
  shape("M400 138 L534 186 V304 Q534 414 400 474 Q266 414 266 304 V186 Z", palette.main) +
  shape("M400 138 L534 186 V304 Q534 414 400 474 Z", palette.deep, { opacity: 0.18 }) +
  box(346, 290, 108, 92, 16, palette.light) +
  stroke("M364 290 V256 Q364 222 400 222 Q436 222 436 256 V290", palette.light, 16) +
  disc(400, 328, 13, palette.deep) +
  box(394, 330, 12, 34, 6, palette.deep);

const stage = (palette: Palette) =>
  shape("M150 0 L60 600 H360 Z", palette.light, { opacity: 0.1 }) +
  shape("M650 0 L440 600 H740 Z", palette.light, { opacity: 0.1 }) +
  box(236, 110, 328, 210, 16, palette.light) +
  shape("M266 290 L342 206 L398 256 L452 180 L534 290 Z", palette.main) +
  disc(310, 168, 22, palette.accent) +
  box(360, 350, 80, 110, 12, palette.main) +
  person(400, 300, 0.62, palette.accent, "#f5d0a9") +
  [70, 180, 290, 400, 510, 620, 730]
    .map((x, index) => person(x, 470 + (index % 2) * 18, 0.95, palette.deep, palette.deep))
    .join("");

const cloud = (palette: Palette) =>
  shadow(400, 520, 220) +
  shape(
    "M236 372 Q164 372 164 306 Q164 246 226 240 Q240 156 332 150 Q406 146 442 204 Q480 186 522 206 Q560 226 562 266 Q634 272 634 322 Q634 372 580 372 Z",
    palette.light,
  ) +
  shape("M236 372 Q164 372 164 306 Q200 346 300 340 H634 Q630 372 580 372 Z", palette.ground) +
  [0, 1, 2]
    .map((index) => {
      const [x, y] = [280 + index * 120, 440 + (index % 2) * 20];
      return (
        disc(x, y, 44, palette.accent) +
        disc(x, y, 32, palette.light, { opacity: 0.35 }) +
        stroke(`M${x} ${y - 18} V${y + 18}`, palette.deep, 8)
      );
    })
    .join("") +
  stroke("M400 392 V352 M372 380 L400 408 L428 380", palette.deep, 10);

function gear(palette: Palette): string {
  const teeth = Array.from({ length: 12 }, (_, index) =>
    group(box(-24, -176, 48, 60, 10, palette.deep), `translate(400 310) rotate(${index * 30})`),
  ).join("");
  return (
    shadow(400, 520, 190) +
    teeth +
    disc(400, 310, 138, palette.deep) +
    disc(400, 310, 104, palette.main) +
    disc(400, 310, 62, palette.light) +
    stroke("M372 310 L394 332 L434 284", palette.accent, 16)
  );
}

const bubbles = (palette: Palette) =>
  shadow(400, 526, 240) +
  person(230, 360, 1.3, palette.main, "#f5d0a9") +
  person(570, 360, 1.3, palette.deep, "#c98d63") +
  shape(
    "M150 130 H370 Q394 130 394 154 V240 Q394 264 370 264 H262 L222 306 L228 264 H150 Q126 264 126 240 V154 Q126 130 150 130 Z",
    palette.light,
  ) +
  shape(
    "M430 176 H650 Q674 176 674 200 V282 Q674 306 650 306 H574 L580 344 L536 306 H430 Q406 306 406 282 V200 Q406 176 430 176 Z",
    palette.accent,
  ) +
  box(164, 168, 180, 14, 7, palette.main) +
  box(164, 200, 120, 14, 7, palette.ground) +
  box(444, 216, 150, 14, 7, palette.light) +
  box(444, 248, 190, 14, 7, palette.light, { opacity: 0.7 });

/** Courses by the slug of their product. */
export const courses: Record<string, string> = {
  "javascript-from-zero": scene(
    palettes.amber,
    programWindow(160, 120, 480, 360, palettes.amber, code(palettes.amber, [0, 1, 1, 2, 2, 1, 0, 0])),
    0,
  ),
  "data-analysis-with-sql": scene(palettes.sky, bars(palettes.sky), 2),
  "postgres-for-engineers": scene(palettes.indigo, drum(palettes.indigo, 400, 190, 300, 3), 1),
  "typescript-in-depth": scene(
    palettes.slate,
    programWindow(160, 120, 480, 360, palettes.sky, code(palettes.sky, [0, 1, 2, 3, 2, 1, 1, 0])),
    1,
  ),
  "desain-ui-dasar": scene(palettes.plum, wireframe(palettes.plum), 0),
  "pemasaran-digital-umkm": scene(palettes.coral, megaphone(palettes.coral), 1),
  "product-management-101": scene(palettes.teal, kanban(palettes.teal), 0),
  "machine-learning-basics": scene(palettes.plum, network(palettes.indigo), 2),
  "public-speaking": scene(palettes.coral, microphone(palettes.coral), 2),
  "keamanan-web-praktis": scene(palettes.leaf, shield(palettes.leaf), 0),
  "open-lecture-future-of-work": scene(palettes.night, stage(palettes.night), 2),
  "cloud-cost-clinic": scene(palettes.sky, cloud(palettes.sky), 1),
  "rust-first-steps": scene(palettes.amber, gear(palettes.amber), 2),
  "negotiation-weekend": scene(palettes.teal, bubbles(palettes.teal), 0),
};

import { box, disc, group, type Palette, palettes, scene, shadow, shape, stroke } from "./canvas.ts";

const wheel = (x: number, y: number, r: number, palette: Palette) =>
  disc(x, y, r, palette.deep) +
  disc(x, y, r * 0.58, palette.light) +
  disc(x, y, r * 0.42, palette.main) +
  disc(x, y, r * 0.14, palette.deep);

const road = (palette: Palette) =>
  box(0, 505, 800, 95, 0, palette.deep, { opacity: 0.82 }) +
  [40, 240, 440, 640].map((x) => box(x, 548, 110, 8, 4, palette.light, { opacity: 0.7 })).join("");

function car(palette: Palette, tall: boolean): string {
  const roof = tall
    ? "M190 388 L224 262 Q232 236 262 236 H548 Q574 236 586 256 L640 350 Q676 356 690 372 L696 430 H120 Q108 400 132 392 Z"
    : "M120 430 Q100 396 140 380 L214 362 L300 276 Q316 262 340 262 H470 Q494 262 512 278 L592 350 Q668 358 690 388 L696 430 Z";
  const glass = tall
    ? "M244 276 Q248 260 264 260 H352 V350 H226 Z M372 260 H468 V350 H372 Z M488 260 H538 Q552 260 560 272 L604 350 H488 Z"
    : "M318 294 Q326 286 340 286 H394 V354 H256 Z M414 286 H466 Q480 286 492 296 L556 354 H414 Z";
  return [
    road(palette),
    shadow(405, 508, 310),
    shape(roof, palette.main),
    shape("M110 418 H700 V452 Q700 472 678 472 H132 Q110 472 110 450 Z", palette.main),
    shape("M110 440 H700 V452 Q700 472 678 472 H132 Q110 472 110 450 Z", palette.deep, { opacity: 0.35 }),
    shape(glass, palette.sky, { stroke: palette.deep, "stroke-width": 6, "stroke-linejoin": "round" }),
    box(652, 398, 44, 20, 10, palette.accent),
    box(112, 400, 30, 22, 9, "#ef4444"),
    box(424, 372, 46, 9, 4, palette.deep, { opacity: 0.6 }),
    wheel(232, 470, 58, palette),
    wheel(576, 470, 58, palette),
  ].join("");
}

function motorcycle(palette: Palette, scooter: boolean): string {
  const body = scooter
    ? shape(
        "M250 450 L286 352 Q292 332 320 330 H420 Q446 330 446 354 L452 430 H512 L556 258 Q562 240 584 246 L600 252 L560 448 Q556 466 538 466 H276 Q248 466 250 450 Z",
        palette.main,
      ) +
      box(292, 304, 150, 34, 17, palette.deep) +
      stroke("M580 250 L548 204 L516 200", palette.deep, 14) +
      disc(590, 272, 20, palette.accent)
    : shape(
        "M290 380 L340 330 H430 Q470 330 492 298 L520 280 L560 330 L520 420 L470 462 H360 L300 430 Z",
        palette.main,
      ) +
      shape("M228 318 Q250 300 300 306 L352 330 L330 352 L250 342 Z", palette.deep) +
      stroke("M520 286 L600 470", palette.deep, 16) +
      stroke("M536 292 L512 244 L462 236", palette.deep, 14) +
      disc(560, 306, 26, palette.accent) +
      box(352, 386, 120, 66, 18, palette.deep) +
      stroke("M240 456 H380 Q420 456 440 470", "#94a3b8", 18);
  return (
    road(palette) +
    shadow(400, 512, 250) +
    stroke("M220 468 L330 400", palette.deep, 16) +
    wheel(220, 462, 66, palette) +
    wheel(602, 462, 66, palette) +
    body
  );
}

function bookCover(palette: Palette, mark: string): string {
  return (
    shadow(410, 524, 190) +
    group(
      shape("M40 12 Q40 0 54 0 H290 V390 H54 Q40 390 40 402 Z", palette.deep) +
        box(52, 382, 234, 20, 4, palette.light) +
        shape("M40 12 Q40 0 54 0 H290 V384 H54 Q40 384 40 396 Z", palette.main) +
        box(40, 0, 26, 392, 10, palette.deep, { opacity: 0.35 }) +
        box(96, 52, 160, 16, 8, palette.light, { opacity: 0.95 }) +
        box(96, 84, 108, 12, 6, palette.light, { opacity: 0.6 }) +
        group(mark, "translate(176 230)") +
        box(96, 340, 90, 10, 5, palette.light, { opacity: 0.6 }),
      "translate(230 118) rotate(-4 165 200)",
    )
  );
}

const cylinders = (palette: Palette) =>
  [44, 0, -44]
    .map(
      (y) =>
        shape(`M-60 ${y} V${y + 26} A60 20 0 0 0 60 ${y + 26} V${y} Z`, palette.accent) +
        `<ellipse cx="0" cy="${y}" rx="60" ry="20" fill="${palette.light}" opacity="0.9"/>`,
    )
    .join("");
const compass = (palette: Palette) =>
  disc(0, 0, 76, palette.light, { opacity: 0.9 }) +
  shape("M0 -58 L18 0 L0 58 L-18 0 Z", palette.accent) +
  shape("M0 -58 L18 0 H-18 Z", palette.deep) +
  disc(0, 0, 9, palette.light);

function tablet(palette: Palette): string {
  return (
    shadow(404, 524, 190) +
    group(
      box(0, 0, 290, 390, 30, palette.deep) +
        box(18, 22, 254, 340, 12, palette.light) +
        [60, 84, 108, 132].map((y, index) => box(48, y, index === 3 ? 120 : 194, 10, 5, palette.ground)).join("") +
        group(cylinders(palette), "translate(145 236) scale(.9)") +
        disc(145, 376, 7, palette.main),
      "translate(255 116) rotate(5 145 195)",
    )
  );
}

function shirt(cloth: string, fold: string, print: string): string {
  return (
    shadow(400, 538, 180) +
    shape(
      "M300 160 L190 214 L226 318 L282 296 V520 Q282 532 294 532 H506 Q518 532 518 520 V296 L574 318 L610 214 L500 160 Q400 232 300 160 Z",
      cloth,
    ) +
    shape("M300 160 Q400 232 500 160 L474 148 Q400 204 326 148 Z", fold) +
    stroke("M282 296 V236 M518 296 V236", fold, 6) +
    group(
      shape("M-52 30 Q0 -8 52 30 V44 Q0 8 -52 44 Z M-52 -8 Q0 -46 52 -8 V6 Q0 -30 -52 6 Z", print) +
        disc(0, -60, 16, print),
      "translate(400 356)",
    )
  );
}

const mug = (palette: Palette) =>
  shadow(400, 524, 170) +
  stroke("M512 300 H556 Q606 300 606 352 Q606 412 540 414 H508", palette.deep, 30) +
  shape("M252 230 H524 V446 Q524 516 454 516 H322 Q252 516 252 446 Z", palette.main) +
  `<ellipse cx="388" cy="232" rx="136" ry="30" fill="${palette.deep}"/><ellipse cx="388" cy="236" rx="112" ry="20" fill="#7b4a2b"/>` +
  shape("M330 372 Q388 330 446 372 V390 Q388 350 330 390 Z", palette.light) +
  disc(388, 340, 15, palette.light) +
  ["M340 170 q-18 -24 0 -46 t0 -44", "M392 176 q-18 -24 0 -46 t0 -44", "M444 170 q-18 -24 0 -46 t0 -44"]
    .map((d) => stroke(d, palette.light, 10, { opacity: 0.85 }))
    .join("");

const notebook = (palette: Palette) =>
  shadow(404, 526, 190) +
  group(
    box(10, 12, 290, 390, 18, palette.deep) +
      box(0, 0, 290, 390, 18, palette.main) +
      box(222, 0, 20, 390, 0, palette.accent) +
      box(52, 70, 130, 64, 10, palette.light) +
      box(70, 90, 94, 8, 4, palette.deep) +
      box(70, 108, 60, 8, 4, palette.ground) +
      Array.from({ length: 9 }, (_, index) => disc(14, 36 + index * 40, 8, palette.light)).join("") +
      group(
        box(0, 0, 22, 330, 8, palette.accent) + shape("M0 330 H22 L11 368 Z", palette.deep),
        "translate(340 20) rotate(10)",
      ),
    "translate(230 120) rotate(-6 145 195)",
  );

const cap = (palette: Palette) =>
  shadow(400, 470, 210) +
  shape("M228 410 Q228 238 388 238 Q548 238 548 410 Z", palette.main) +
  shape("M388 238 Q330 300 330 410 H228 Q228 238 388 238 Z", palette.deep, { opacity: 0.25 }) +
  shape("M214 402 H560 Q688 410 706 452 Q640 452 560 444 H226 Q206 444 206 424 Q206 402 214 402 Z", palette.deep) +
  disc(388, 238, 14, palette.accent) +
  group(
    shape("M-40 22 Q0 -8 40 22 V34 Q0 6 -40 34 Z", palette.light) + disc(0, -14, 12, palette.light),
    "translate(440 338)",
  );

const starterPack = (palette: Palette) =>
  shadow(400, 530, 290) +
  group(bookCover(palettes.indigo, cylinders(palettes.indigo)), "translate(-30 60) scale(.82)") +
  group(mug(palettes.coral), "translate(330 190) scale(.62)") +
  group(
    box(0, 0, 230, 108, 16, palette.light) +
      disc(0, 54, 16, palette.ground) +
      disc(230, 54, 16, palette.ground) +
      stroke("M160 16 V92", palette.ground, 4, { "stroke-dasharray": "2 12" }) +
      box(30, 28, 104, 14, 7, palette.main) +
      box(30, 56, 76, 10, 5, palette.ground) +
      disc(194, 54, 18, palette.accent),
    "translate(430 150) rotate(9)",
  );

const icons = (palette: Palette) =>
  shadow(400, 520, 220) +
  [0, 1, 2]
    .flatMap((row) => [0, 1, 2, 3].map((column) => ({ row, column })))
    .map(({ row, column }, index) => {
      const signs = [
        disc(46, 46, 20, palette.light),
        box(28, 28, 36, 36, 8, palette.light),
        shape("M46 22 L70 66 H22 Z", palette.light),
        stroke("M24 48 L40 64 L70 30", palette.light, 9),
        stroke("M46 24 V68 M24 46 H68", palette.light, 9),
      ];
      const fill = [palette.main, palette.accent, palette.deep][(index * 7) % 3] as string;
      return group(
        box(0, 0, 92, 92, 24, fill) + signs[index % signs.length],
        `translate(${190 + column * 110} ${146 + row * 112})`,
      );
    })
    .join("");

const boxedSet = (palette: Palette) =>
  shadow(400, 524, 200) +
  [
    [palettes.indigo, 232],
    [palettes.teal, 318],
    [palettes.amber, 404],
    [palettes.coral, 490],
  ]
    .map(([each, x], index) => {
      const spine = each as Palette;
      const height = 330 + (index % 2) * 34;
      return (
        box(x as number, 512 - height, 78, height, 8, spine.main) +
        box((x as number) + 14, 512 - height + 34, 50, 10, 5, spine.light) +
        box((x as number) + 14, 512 - height + 54, 32, 8, 4, spine.light) +
        box(x as number, 462, 78, 16, 0, spine.deep)
      );
    })
    .join("") +
  box(206, 500, 388, 18, 9, palette.deep);

/** What is sold beside courses, by the slug of its product; a shirt has one picture per colour. */
export const goods: Record<string, string> = {
  "kota-electric-hatchback": scene(palettes.sky, car(palettes.sky, false), 0),
  "keluarga-mpv": scene(palettes.coral, car(palettes.coral, true), 1),
  "jalur-trail-150": scene(palettes.leaf, motorcycle(palettes.leaf, false), 1),
  "angin-electric-scooter": scene(palettes.teal, motorcycle(palettes.teal, true), 2),
  "sql-without-fear": scene(palettes.indigo, bookCover(palettes.indigo, cylinders(palettes.indigo)), 0),
  "sql-without-fear-ebook": scene(palettes.plum, tablet(palettes.plum), 2),
  "field-guide-to-postgres": scene(palettes.teal, bookCover(palettes.teal, compass(palettes.teal)), 1),
  "engineers-bookshelf": scene(palettes.amber, boxedSet(palettes.amber), 2),
  "interface-icon-set": scene(palettes.plum, icons(palettes.plum), 0),
  "seatline-shirt": scene(palettes.slate, shirt("#334155", "#1e293b", "#f8fafc"), 2),
  "seatline-shirt/navy": scene(palettes.sky, shirt("#1e3a8a", "#172554", "#f8fafc"), 0),
  "seatline-shirt/white": scene(palettes.slate, shirt("#ffffff", "#cbd5e1", "#6366f1"), 1),
  "seatline-shirt/coral": scene(palettes.coral, shirt("#fb7185", "#e11d48", "#fff1f2"), 2),
  "morning-mug": scene(palettes.coral, mug(palettes.coral), 1),
  "dotted-notebook": scene(palettes.amber, notebook(palettes.amber), 0),
  "weekend-cap": scene(palettes.leaf, cap(palettes.leaf), 2),
  "data-starter-pack": scene(palettes.indigo, starterPack(palettes.indigo), 2),
};

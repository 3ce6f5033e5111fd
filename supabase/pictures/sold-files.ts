import { palettes, tag } from "./canvas.ts";

const pages = [
  ["SQL Without Fear", "A sample of the book that comes with the course.", "", "Dewi Anggraini"],
  [
    "Chapter 1",
    "A table is a set of facts of one kind. A query is a sentence about them:",
    "",
    "  select title, seats from intakes where starts_at > now();",
    "",
    "Read it aloud. If it says what you mean, it is right.",
  ],
  [
    "Chapter 2",
    "Two tables meet where a value of one is a value of the other.",
    "",
    "  select title, count(*) from courses join intakes using (product_id)",
    "  group by title;",
    "",
    "Count before you trust: a join that is wrong makes more rows than there are.",
  ],
];

/** A PDF of three pages with the plainest text: every reader opens it, and nobody needs a library to make it. */
export function samplePdf(): string {
  const contents = pages.map((lines) =>
    lines
      .map(
        (line, index) =>
          `BT /F1 ${index === 0 ? 26 : 13} Tf 72 ${720 - (index === 0 ? 0 : 40 + index * 22)} Td (${line.replaceAll(/[\\()]/g, "\\$&")}) Tj ET`,
      )
      .join("\n"),
  );
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${contents.map((_, index) => `${4 + index * 2} 0 R`).join(" ")}] /Count ${contents.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ...contents.flatMap((text, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
      `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    ]),
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const at = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const table = file.length;
  return `${file}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
}

/** Twelve icons as one drawing, each in a group with its name. */
export function iconSheet(): string {
  const paths = {
    home: "M4 11 L12 4 L20 11 V20 H14 V14 H10 V20 H4 Z",
    check: "M4 12 L10 18 L20 6",
    cross: "M5 5 L19 19 M19 5 L5 19",
    plus: "M12 4 V20 M4 12 H20",
    minus: "M4 12 H20",
    search: "M15 15 L20 20 M10 4 a6 6 0 1 0 .01 0",
    heart: "M12 20 L4 12 a5 5 0 0 1 8 -6 a5 5 0 0 1 8 6 Z",
    star: "M12 3 L15 9 L21 10 L16.5 14.5 L18 21 L12 17.5 L6 21 L7.5 14.5 L3 10 L9 9 Z",
    mail: "M3 6 H21 V18 H3 Z M3 6 L12 13 L21 6",
    bell: "M6 17 V11 a6 6 0 0 1 12 0 V17 L20 18 H4 Z M10 20 a2 2 0 0 0 4 0",
    cart: "M3 4 H6 L8 15 H18 L20 7 H7 M9 19 h.01 M17 19 h.01",
    person: "M12 4 a4 4 0 1 0 .01 0 M4 21 Q4 14 12 14 Q20 14 20 21",
  };
  const icons = Object.entries(paths).map(([name, d], index) =>
    tag(
      "g",
      { id: name, transform: `translate(${(index % 4) * 32 + 4} ${Math.floor(index / 4) * 32 + 4})` },
      tag("path", { d }),
    ),
  );
  const look = {
    fill: "none",
    stroke: palettes.plum.deep,
    "stroke-width": 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  };
  return tag("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: "0 0 128 96", ...look }, icons.join(""));
}

import { createRequire } from "node:module";
import { type Font, type GlyphRun, openSync } from "fontkit";
import PDFDocument from "pdfkit";

/** A PDF in the making. */
export type Pdf = PDFKit.PDFDocument;

/** The page in points: A4 with its margins. */
export const PAGE = { left: 56, right: 539, top: 56, bottom: 770, footer: 792, width: 483 } as const;

/** Colours. */
export const INK = { text: "#1a1f2b", quiet: "#5b6475", line: "#d5dae3", shade: "#f2f5fa", accent: "#1f4b99" } as const;

const fontFile = createRequire(import.meta.url).resolve;
const FONTS = {
  regular: fontFile("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"),
  bold: fontFile("@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf"),
};

// Parsed once: reading the tables of a font takes longer than drawing a page.
const parsed = new Map<string, Font>();

/** So many texts of a font are remembered at most, some megabytes. */
const MOST_TEXTS = 5_000;

/** The two weights of the embedded font; it has Latin, Greek and Cyrillic letters. */
export type Weight = keyof typeof FONTS;

/** How a piece of text looks and where its box is; without a width it takes one line. */
export type TextBox = {
  x: number;
  y: number;
  width?: number;
  size?: number;
  weight?: Weight;
  color?: string;
  align?: "left" | "right" | "center";
  /** Made smaller where it would not fit into one line of the box. */
  oneLine?: boolean;
};

/**
 * Opens a blank A4 document. Nothing of the clock or of chance goes in: its dates and its id come from `created` and `facts`, so that the
 * same content gives the same bytes.
 */
export function openPaper(
  created: Date,
  language: string,
  facts: { title: string; author: string; subject: string },
  layout: "portrait" | "landscape" = "portrait",
): Pdf {
  const pdf = new PDFDocument({
    size: "A4",
    layout,
    margins: { top: 0, bottom: 0, left: 0, right: 0 },
    bufferPages: true,
    compress: false,
    font: "", // no Helvetica: reading its measures takes longer than many texts, and nothing is written in it
    lang: language,
    pdfVersion: "1.7",
    displayTitle: true,
    info: {
      Title: facts.title,
      Author: facts.author,
      Subject: facts.subject,
      Creator: "Seatline",
      Producer: "Seatline",
      CreationDate: created,
      ModDate: created,
    },
  });
  for (const [weight, file] of Object.entries(FONTS)) pdf.registerFont(weight, fontOf(file));
  return pdf;
}

/** Writes text into its box and gives the height that it took. */
export function write(pdf: Pdf, text: string, box: TextBox): number {
  const height = dress(pdf, text, box);
  pdf.fillColor(box.color ?? INK.text).text(printable(text), box.x, box.y, layoutOf(box));
  return height;
}

/** The height that the text would take. */
export function measure(pdf: Pdf, text: string, box: Omit<TextBox, "x" | "y">): number {
  return dress(pdf, text, box);
}

/** A horizontal line over the width of the page, or from `from`. */
export function rule(pdf: Pdf, y: number, from: number = PAGE.left, color: string = INK.line): void {
  pdf.moveTo(from, y).lineTo(PAGE.right, y).lineWidth(0.75).strokeColor(color).stroke();
}

/** The bytes of the finished document. */
export async function toBytes(pdf: Pdf): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on("data", (chunk: Buffer) => chunks.push(chunk));
    pdf.on("end", resolve);
    pdf.on("error", reject);
  });
  pdf.end();
  await ended;
  return Buffer.concat(chunks);
}

/** A font as pdfkit takes it, whose texts are laid out once: labels, names of months and figures come in every document. */
function fontOf(file: string): PDFKit.Mixins.PDFFontSource {
  let font = parsed.get(file);
  if (!font) {
    font = withMemory(openSync(file) as Font);
    parsed.set(file, font);
  }
  // pdfkit takes a font of fontkit as it is; its types do not know that.
  return font as unknown as PDFKit.Mixins.PDFFontSource;
}

function withMemory(font: Font): Font {
  const layout = font.layout.bind(font) as (text: string, features: object) => GlyphRun;
  const laidOut = new Map<string, GlyphRun>();
  return Object.assign(font, {
    layout(text: string, features: object) {
      const name = JSON.stringify([text, features]);
      let run = laidOut.get(name);
      if (!run) {
        // A glyph that stands for two characters (space and no-break space) keeps the first it was asked for, which the PDF writes down: without
        // this a document would depend on those made before it.
        Object.assign(font, { _glyphs: {} });
        run = layout(text, features);
        if (laidOut.size >= MOST_TEXTS) laidOut.clear();
        laidOut.set(name, run);
      }
      // pdfkit scales the positions it is given.
      return Object.assign(Object.create(run), { positions: run.positions.map((position) => ({ ...position })) });
    },
  });
}

function dress(pdf: Pdf, text: string, box: Omit<TextBox, "x" | "y">): number {
  const size = box.size ?? 9.5;
  pdf.font(box.weight ?? "regular").fontSize(size);
  if (box.oneLine && box.width) {
    const taken = pdf.widthOfString(printable(text), layoutOf(box));
    if (taken > box.width) pdf.fontSize((size * box.width) / taken - 0.1);
  }
  return pdf.heightOfString(printable(text), layoutOf(box));
}

function layoutOf({ width, align }: Omit<TextBox, "x" | "y">): PDFKit.Mixins.TextOptions {
  // The font's contextual letters cost most of the time and change nothing that a reader sees; its figures stand in columns.
  const features = { calt: false, tnum: align === "right" } as unknown as PDFKit.Mixins.OpenTypeFeatures[];
  return { width, align, lineGap: 2, lineBreak: width !== undefined, features };
}

/** Text without characters that steer a printer; names come from people. */
function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, "");
}

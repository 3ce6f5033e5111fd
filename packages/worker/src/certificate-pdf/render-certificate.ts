import { encode } from "uqr";
import { INK, openPaper, type Pdf, type TextBox, toBytes, write } from "../invoice-pdf/paper.ts";
import { type Locale, toLocale } from "../templates/rendered.ts";

/** What a certificate says, as its row has it. */
export type CertificateDocument = {
  id: string;
  number: string;
  learner_name: string;
  course_title: string;
  issuer: string;
  /** YYYY-MM-DD. */
  completed_on: string;
  /** ISO 8601. */
  issued_at: string;
  locale: string;
  /** Where others check it; the QR code holds it. */
  verify_url: string;
};

type Words = {
  region: string;
  title: string;
  awarded: string;
  completed: string;
  on: (date: string) => string;
  verify: string;
};

const WORDS: Record<Locale, Words> = {
  id: {
    region: "id-ID",
    title: "Sertifikat",
    awarded: "diberikan kepada",
    completed: "yang telah menyelesaikan kursus",
    on: (date) => `pada ${date}`,
    verify: "Periksa keasliannya dengan kode ini atau di",
  },
  en: {
    region: "en-GB",
    title: "Certificate",
    awarded: "awarded to",
    completed: "who completed the course",
    on: (date) => `on ${date}`,
    verify: "Check that it is genuine with this code or at",
  },
};

// A4 lying, in points.
const SHEET = { width: 841.89, height: 595.28, frame: 28, margin: 84 } as const;
const CODE = { x: 84, y: 432, size: 84 } as const;

/**
 * The A4 PDF of a certificate, in the learner's language. The same document gives the same bytes, at any time and on any machine with these
 * versions of the libraries.
 */
export async function renderCertificate(certificate: CertificateDocument): Promise<Buffer> {
  const words = WORDS[toLocale(certificate.locale)];
  const facts = {
    title: `${words.title} ${certificate.number}`,
    author: certificate.issuer,
    subject: certificate.course_title,
  };
  const pdf = openPaper(new Date(certificate.issued_at), words.region, facts, "landscape");
  drawFrame(pdf);
  const date = new Intl.DateTimeFormat(words.region, { dateStyle: "long", timeZone: "UTC" });
  let y = 92;
  const line = (text: string, box: Partial<TextBox>, gap: number) => {
    const place = { x: SHEET.margin, width: SHEET.width - 2 * SHEET.margin, align: "center" } as const;
    y += write(pdf, text, { ...place, y, ...box }) + gap;
  };
  line(words.title, { size: 38, weight: "bold", color: INK.accent }, 14);
  line(words.awarded, { size: 13, color: INK.quiet }, 12);
  line(certificate.learner_name, { size: 30, weight: "bold", oneLine: true }, 14);
  line(words.completed, { size: 13, color: INK.quiet }, 12);
  line(certificate.course_title, { size: 22, weight: "bold" }, 14);
  const completedOn = date.format(new Date(`${certificate.completed_on}T00:00:00Z`));
  line(words.on(completedOn), { size: 13, color: INK.quiet }, 0);
  drawCode(pdf, certificate.verify_url);
  drawProof(pdf, certificate, words);
  return await toBytes(pdf);
}

function drawFrame(pdf: Pdf): void {
  const { width, height, frame } = SHEET;
  pdf.rect(frame, frame, width - 2 * frame, height - 2 * frame).lineWidth(2);
  pdf.strokeColor(INK.accent).stroke();
  pdf.rect(frame + 6, frame + 6, width - 2 * frame - 12, height - 2 * frame - 12).lineWidth(0.5);
  pdf.strokeColor(INK.line).stroke();
}

// Each row's dark runs are one rectangle, so that no hairlines show between the modules.
function drawCode(pdf: Pdf, text: string): void {
  const { data, size } = encode(text, { ecc: "M", border: 0 });
  const module = CODE.size / size;
  data.forEach((row, line) => {
    for (let from = 0; from < size; from++) {
      if (!row[from]) continue;
      let to = from;
      while (to < size && row[to]) to++;
      pdf.rect(CODE.x + from * module, CODE.y + line * module, (to - from) * module, module + 0.05);
      from = to;
    }
  });
  pdf.fill(INK.text);
}

function drawProof(pdf: Pdf, certificate: CertificateDocument, words: Words): void {
  const beside = { x: CODE.x + CODE.size + 16, width: 330 } as const;
  let y = CODE.y + 8;
  y += write(pdf, certificate.number, { ...beside, y, size: 11, weight: "bold" }) + 4;
  y += write(pdf, words.verify, { ...beside, y, size: 9, color: INK.quiet });
  write(pdf, certificate.verify_url, { ...beside, y, size: 9, color: INK.quiet, oneLine: true });
  const right = { x: SHEET.width - SHEET.margin - 220, width: 220, align: "right" } as const;
  write(pdf, certificate.issuer, { ...right, y: CODE.y + CODE.size - 26, size: 13, weight: "bold" });
}

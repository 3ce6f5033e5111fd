import { createHash } from "node:crypto";
import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import type { CertificateDocument } from "../certificate-pdf/render-certificate.ts";
import { PermanentFailure } from "../permanent-failure.ts";
import { certificateIssued } from "../templates/certificate-issued.ts";
import { toLocale } from "../templates/rendered.ts";
import { deliverMail } from "./deliver-mail.ts";
import type { EventRunContext, EventTask } from "./task.ts";

type Certificate = CertificateDocument & { pdf_path: string | null; pdf_sha256: string | null; learner_id: string };
type Row = { certificate: Certificate; first_name: string; shop: string | null };

/** certificate.issued: makes the PDF, keeps it, and mails it to the learner, unless it was revoked meanwhile. */
export const sendCertificate: EventTask = async (job, context) => {
  const [row] = await context.sql<Row[]>`
    select to_jsonb(certificates) as certificate, profiles.first_name, private.setting('shop_name') #>> '{}' as shop
    from public.certificates join public.profiles on profiles.id = certificates.learner_id
    where certificates.id = ${job.subject_id} and certificates.revoked_at is null`;
  if (!row) return;
  const { certificate } = row;
  await failpoint("certificate.read", certificate.id);
  const content = certificate.pdf_path ? await readKept(certificate, context) : await makeAndKeep(certificate, context);
  await failpoint("certificate.kept", certificate.id);
  const facts = {
    shop: row.shop ?? "Seatline",
    firstName: row.first_name,
    course: certificate.course_title,
    number: certificate.number,
    verifyUrl: certificate.verify_url,
  };
  await deliverMail(
    {
      profileId: certificate.learner_id,
      type: "certificate",
      effectKey: `certificate:${certificate.id}`,
      rendered: certificateIssued(facts, toLocale(certificate.locale)),
      attachments: [{ filename: `${certificate.number}.pdf`, contentType: "application/pdf", content }],
    },
    context,
  );
};

async function makeAndKeep(certificate: Certificate, { sql, certificateFiles }: EventRunContext): Promise<Buffer> {
  const name = `${certificate.issued_at.slice(0, 4)}/${certificate.id}.pdf`;
  // loaded with the first certificate: a worker that starts again does not wait for fonts
  const { renderCertificate } = await import("../certificate-pdf/render-certificate.ts");
  const bytes = await certificateFiles.keep(name, await renderCertificate(certificate));
  await failpoint("certificate.stored", certificate.id);
  await sql`select private.keep_certificate_pdf(${certificate.id}, ${name}, ${sha256(bytes)}, ${bytes.length})`;
  return bytes;
}

async function readKept(certificate: Certificate, { certificateFiles }: EventRunContext): Promise<Buffer> {
  const bytes = await certificateFiles.read(certificate.pdf_path ?? "");
  if (sha256(bytes) === certificate.pdf_sha256) return bytes;
  throw new PermanentFailure(
    `The file of ${certificate.number} in Storage is not the one that was issued: somebody changed it.`,
  );
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

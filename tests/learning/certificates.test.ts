import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { renderCertificate } from "../../packages/worker/src/certificate-pdf/render-certificate.ts";
import { as } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asOwner, asStaff, newCustomer } from "../support/people.ts";
import { ask, buildCourse, call, myCourses, newLearnerIn } from "./teaching.ts";

const database = useDatabase();
const base = "http://shop.test/certificates/";

async function certified(sql: Sql, course: Record<string, unknown> = {}) {
  const built = await buildCourse(sql, [{}], { course: { is_sequential: false, ...course } });
  const learner = await newLearnerIn(sql, built);
  const { enrollment_id } = await call(sql, learner, "complete_lesson", { lesson_id: built.lessons[0] });
  const [issued] = await sql`select private.issue_certificate(${String(enrollment_id)}, ${base}) as id`;
  const [certificate] = await sql`select * from public.certificates where id = ${issued?.id}`;
  return { learner, enrollment_id: String(enrollment_id), certificate };
}

describe("a certificate", () => {
  test("is issued once for a completed course, with the name as it was, and shown on the dashboard", () =>
    database.rolledBack(async (sql) => {
      const { learner, enrollment_id, certificate } = await certified(sql);
      expect(certificate).toMatchObject({ learner_name: "Sari Wijaya", verify_url: `${base}${certificate?.number}` });
      expect((await sql`select private.issue_certificate(${enrollment_id}, ${base}) as id`)[0]?.id).toBeNull();
      expect(
        await sql`select from public.events where name = 'certificate.issued' and subject_id = ${certificate?.id}`,
      ).toHaveLength(1);
      await sql`update public.profiles set last_name = 'Other' where id = ${learner}`;
      expect(await verify(sql, certificate?.number)).toMatchObject({ learner_name: "Sari Wijaya", status: "valid" });
      expect(await myCourses(sql, learner)).toMatchObject([{ certificate_number: certificate?.number }]);
    }));

  test("is not issued for a course that has none, or that is not completed", () =>
    database.rolledBack(async (sql) => {
      expect((await certified(sql, { has_certificate: false })).certificate).toBeUndefined();
      const course = await buildCourse(sql, [{}]);
      await newLearnerIn(sql, course);
      const [row] =
        await sql`select private.issue_certificate(id, ${base}) as id from public.enrollments where intake_id = ${course.intakeId}`;
      expect(row?.id).toBeNull();
    }));

  test("is checked by anyone with its number, who sees no more than is printed on it", () =>
    database.rolledBack(async (sql) => {
      const { certificate } = await certified(sql);
      await asAnon(sql);
      const seen = await ask(sql, "verify_certificate", { number: ` ${String(certificate?.number).toLowerCase()} ` });
      expect(Object.keys(seen).sort()).toEqual(
        [
          "completed_on",
          "course_title",
          "issued_at",
          "issuer",
          "learner_name",
          "number",
          "revoked_at",
          "status",
        ].sort(),
      );
      for (const number of [null, "", "CERT-2026-00000-00000-00000", String(certificate?.number).slice(0, -1)])
        await expectRefusal(() => ask(sql, "verify_certificate", { number }), {
          code: "certificate_not_found",
          status: 404,
        });
      await expectRefusal(() => sql`select * from public.certificates`, { code: "42501", status: 401 });
      await asOwner(sql);
    }));

  test("has a number nobody guesses: no two alike, every place from the whole alphabet", () =>
    database.rolledBack(async (sql) => {
      const rows = await sql`select private.new_certificate_number(2026) as number from generate_series(1, 2000)`;
      const chances = rows.map(({ number }) => String(number).slice(10).replaceAll("-", ""));
      expect(new Set(chances).size).toBe(2000);
      for (let place = 0; place < 15; place++) expect(new Set(chances.map((text) => text[place])).size).toBe(32);
    }));

  test("is revoked by staff who may, for a reason that the public does not see, and never changed", () =>
    database.rolledBack(async (sql) => {
      const { learner, certificate } = await certified(sql);
      const admin = await asStaff(sql, "admin");
      await asOwner(sql);
      const revoke = (person: string, reason: string | null) =>
        call(sql, person, "revoke_certificate", { certificate_id: certificate?.id, reason });
      await expectRefusal(() => revoke(learner, "No"), { code: "permission_denied", status: 403 });
      await expectRefusal(() => revoke(admin, " "), { code: "reason_required", status: 422 });
      expect(await revoke(admin, "Somebody else sat the quiz.")).toMatchObject({ status: "revoked" });
      expect(JSON.stringify(await verify(sql, certificate?.number))).not.toContain("Somebody else");
      await expectRefusal(() => revoke(admin, "Again"), { code: "certificate_not_found", status: 404 });
      expect(await myCourses(sql, learner)).toMatchObject([{ certificate_number: null }]);
      for (const change of ["learner_name = 'X'", "revoked_at = null, revoke_reason = null"])
        await expectRefusal(
          () => sql.unsafe(`update public.certificates set ${change} where id = '${certificate?.id}'`),
          { code: "append_only", status: 409 },
        );
    }));

  test("keeps one PDF", () =>
    database.rolledBack(async (sql) => {
      const { certificate } = await certified(sql);
      const keep = (hash: string) =>
        sql`select private.keep_certificate_pdf(${certificate?.id}, 'a.pdf', ${hash.repeat(64)}, 10)`;
      await keep("a");
      await keep("a");
      await expectRefusal(() => keep("b"), { code: "certificate_pdf_differs", status: 409 });
    }));

  test("is seen by its learner and by no other", () =>
    database.rolledBack(async (sql) => {
      const { learner, certificate } = await certified(sql);
      const seen = (person: string) =>
        as(sql, person, (tx) => tx`select from public.certificates where id = ${certificate?.id}`);
      expect(await seen(learner)).toHaveLength(1);
      expect(await seen(await newCustomer(sql))).toHaveLength(0);
    }));
});

const verify = (sql: Sql, number: string) => ask(sql, "verify_certificate", { number });

describe("the PDF of a certificate", () => {
  test("is the same to the byte in another process, time zone and language", async () => {
    const certificate = {
      id: "0b0f7e0e-7f0b-4c57-9b1c-3a6cb0d1c001",
      number: "CERT-2026-7K3QX-9ZB4M-2HJ8T",
      learner_name: "Nguyễn Thị Dvořáková",
      course_title: "JavaScript from Zero",
      issuer: "PT Seatline Academy",
      completed_on: "2026-11-21",
      issued_at: "2026-12-31T18:30:00.123456+00:00",
      locale: "id",
      verify_url: `${base}CERT-2026-7K3QX-9ZB4M-2HJ8T`,
    };
    const module = new URL("../../packages/worker/src/certificate-pdf/render-certificate.ts", import.meta.url).href;
    const script = `import { renderCertificate } from ${JSON.stringify(module)};
      process.stdout.write(await renderCertificate(${JSON.stringify(certificate)}));`;
    const elsewhere = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env: { ...process.env, TZ: "America/New_York", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8" },
    });
    await renderCertificate({ ...certificate, learner_name: "Ξένια\u00a0Ωνάση", locale: "en" });
    expect((await renderCertificate(certificate)).equals(elsewhere)).toBe(true);
    const other = await renderCertificate({ ...certificate, verify_url: `${base}CERT-2026-7K3QX-9ZB4M-2HJ8S` });
    expect(other.equals(elsewhere)).toBe(false);
  }, 60_000);
});

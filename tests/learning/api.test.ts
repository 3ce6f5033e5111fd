import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { OutlineLesson, Seatline } from "../../packages/sdk/src/index.ts";
import {
  type CertificateDocument,
  renderCertificate,
} from "../../packages/worker/src/certificate-pdf/render-certificate.ts";
import { refusal } from "../sdk/refusal.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newLearner, visitor } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
const lessonsOf = async (seatline: Seatline, product: string): Promise<OutlineLesson[]> =>
  (await seatline.learning.outline(product)).sections.flatMap(({ lessons }) => lessons);
const pdf = new Blob([`%PDF-1.7\n${"My to-do list. ".repeat(20)}\n%%EOF`], { type: "application/pdf" });

/** Asks Storage itself for a file, in every way it has: only a signed link opens it, and only the secret key signs. */
async function storageIsShut(path: string, tokens: (string | null)[]): Promise<void> {
  const ways: [string, RequestInit?][] = [
    [`object/learning/${path}`],
    [`object/authenticated/learning/${path}`],
    [`object/public/learning/${path}`],
    [`object/info/learning/${path}`],
    [`object/sign/learning/${path}`, { method: "POST", body: JSON.stringify({ expiresIn: 60 }) }],
    ["object/list/learning", { method: "POST", body: JSON.stringify({ prefix: path.slice(0, 12), limit: 10 }) }],
    [
      `object/copy`,
      { method: "POST", body: JSON.stringify({ bucketId: "learning", sourceKey: path, destinationKey: "mine" }) },
    ],
    [`object/learning/${path}`, { method: "DELETE" }],
  ];
  for (const token of tokens) {
    const headers = {
      apikey: stack.keys.publishableKey,
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
    for (const [way, init] of ways) {
      const answer = await fetch(`${stack.urls.api}/storage/v1/${way}`, { ...init, headers });
      const text = await answer.text();
      expect(answer.ok && text !== "[]", `${init?.method ?? "GET"} ${way}: ${answer.status} ${text.slice(0, 80)}`).toBe(
        false,
      );
    }
  }
}

describe("the course of the demo school", () => {
  test("can be taken from its first lesson to a certificate that anyone can check", async () => {
    const [learner, other, teacher] = [await newLearner(stack), await newLearner(stack), await newLearner(stack)];
    const { id: product, intakes } = await visitor(stack).courses.get("javascript-from-zero");
    await stack.sql`insert into public.course_instructors (product_id, profile_id) values (${product}, ${teacher.id})`;
    await stack.sql`update public.profiles set first_name = 'Sari', last_name = 'Wijaya', locale = 'en' where id = ${learner.id}`;
    const selfPaced = intakes.find(({ title }) => title === "Self-paced")?.id ?? "";

    const shown = await lessonsOf(visitor(stack), product);
    expect(shown[0]).toMatchObject({ kind: "video", is_preview: true, lock_reason: null });
    expect(await visitor(stack).learning.lesson(shown[0]?.id ?? "")).toMatchObject({
      video_url: expect.stringMatching(/^https:/),
    });
    const locked = await refusal(visitor(stack).learning.lesson(shown[1]?.id ?? ""));
    expect(locked).toMatchObject({ code: "lesson_locked", status: 409 });
    expect(JSON.parse(locked.details as string)).toMatchObject({ reason: "not_enrolled" });

    await learner.seatline.courses.enroll({ intake_id: selfPaced });
    for (;;) {
      const next = (await learner.seatline.courses.mine())[0]?.next_lesson;
      if (!next || next.kind === "assignment") break;
      const lesson_id = next.id;
      const { body, file } = await learner.seatline.learning.lesson(lesson_id);
      expect(body).not.toBe("");
      if (next.kind === "file") {
        const { url } = await learner.seatline.learning.fileLink(file?.id ?? "");
        expect(await (await fetch(url)).text()).toMatch(/^# JavaScript on one page/);
        await expectRefusal(other.seatline.learning.fileLink(file?.id ?? ""), { code: "file_not_found", status: 404 });
      }
      if (next.kind !== "quiz") {
        await learner.seatline.learning.completeLesson({ lesson_id });
        continue;
      }
      const attempt = await learner.seatline.learning.startQuiz({ lesson_id });
      const right = (await teacher.seatline.learning.quizQuestions(lesson_id)).map(({ kind, answer }) =>
        kind === "text" ? (answer as string[])[0] : answer,
      );
      const answers = right as Parameters<Seatline["learning"]["submitQuiz"]>[0]["answers"];
      expect(await learner.seatline.learning.submitQuiz({ attempt_id: attempt.id, answers })).toMatchObject({
        score_percent: 100,
      });
    }

    const lesson_id = (await learner.seatline.courses.mine())[0]?.next_lesson?.id ?? "";
    const file = await learner.seatline.learning.upload({ lesson_id, file_name: "to-do.pdf", data: pdf });
    expect(file).toMatchObject({ file_name: "to-do.pdf", content_type: "application/pdf", bytes: pdf.size });
    await learner.seatline.learning.submitAssignment({ lesson_id, body: "Removing was hardest.", file_ids: [file.id] });
    const [work] = await teacher.seatline.learning.submissions({ lesson_id, graded: false });
    expect(work?.files).toEqual([file]);
    const link = await teacher.seatline.learning.fileLink(file.id);
    expect(await (await fetch(link.url)).text()).toBe(await pdf.text());
    expect(await refusal(other.seatline.learning.fileLink(file.id))).toMatchObject({
      code: "file_not_found",
      status: 404,
    });
    await storageIsShut(`submissions/${lesson_id}/${file.id}`, [null, other.token, learner.token, teacher.token]);
    await teacher.seatline.learning.grade({ submission_id: work?.id ?? "", score_percent: 90, feedback: "Neat." });
    const roster = await teacher.seatline.learning.roster({ intake_id: selfPaced, status: "completed" });
    expect(roster.find(({ learner_id }) => learner_id === learner.id)).toMatchObject({ score_percent: 95 });

    const mailed = () =>
      stack.sql`select type from public.notifications where profile_id = ${learner.id} and status = 'sent' and type in ('grade', 'certificate') order by 1`;
    await expect.poll(mailed).toEqual([{ type: "certificate" }, { type: "grade" }]);
    const [certificate] = await learner.seatline.learning.certificates();
    expect(await visitor(stack).learning.verifyCertificate(certificate?.number ?? "")).toMatchObject({
      learner_name: "Sari Wijaya",
      status: "valid",
    });
    const bytes = Buffer.from(
      await (await fetch((await learner.seatline.learning.certificateLink(certificate?.id ?? "")).url)).arrayBuffer(),
    );
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(certificate?.pdf_sha256);
    const [row] = await stack.sql<
      { document: CertificateDocument }[]
    >`select to_jsonb(certificates) as document from public.certificates where id = ${certificate?.id ?? null}`;
    expect((await renderCertificate(row?.document as CertificateDocument)).equals(bytes)).toBe(true);
    expect(await refusal(other.seatline.learning.certificateLink(certificate?.id ?? ""))).toMatchObject({
      code: "certificate_not_found",
      status: 404,
    });
    expect((await learner.seatline.courses.mine())[0]).toMatchObject({
      state: "active",
      result: "passed",
      progress_percent: 100,
      certificate_number: certificate?.number,
    });
  }, 60_000);

  test("has its sessions in a calendar that any calendar program reads by a private address", async () => {
    const learner = await newLearner(stack);
    const { intakes } = await visitor(stack).courses.get("open-lecture-future-of-work");
    await learner.seatline.courses.enroll({ intake_id: intakes[0]?.id ?? "" });
    const [lecture] = await learner.seatline.learning.calendar();
    const { url } = await learner.seatline.learning.renewCalendarLink();
    const answer = await fetch(url);
    expect(answer.headers.get("content-type")).toBe("text/calendar; charset=utf-8");
    const text = await answer.text();
    expect(text).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]+END:VCALENDAR$/);
    expect(text).toContain(`UID:${lecture?.session_id}`);
    expect(text).toContain(`DTSTART:${lecture?.starts_at.slice(0, 19).replace(/[-:]/g, "")}Z`);
    await learner.seatline.learning.renewCalendarLink();
    expect((await fetch(url)).status).toBe(404);
  }, 60_000);

  test("takes no program for a document, whatever it is called", async () => {
    const teacher = await newLearner(stack);
    const { id: product, intakes } = await visitor(stack).courses.get("javascript-from-zero");
    const learner = await newLearner(stack);
    await learner.seatline.courses.enroll({ intake_id: intakes.find(({ title }) => title === "Self-paced")?.id ?? "" });
    const assignment = (await lessonsOf(learner.seatline, product)).find(({ kind }) => kind === "assignment");
    const lesson_id = assignment?.id ?? "";
    const program = new Blob([Buffer.from("7f454c4602010100000000000000000003003e0001000000", "hex")], {
      type: "text/plain",
    });
    expect(
      await refusal(learner.seatline.learning.upload({ lesson_id, file_name: "a.txt", data: program })),
    ).toMatchObject({ code: "lesson_locked", status: 409 });
    await stack.sql`insert into public.lesson_progress (enrollment_id, lesson_id, product_id, learner_id, completed_at)
      select enrollments.id, lessons.id, lessons.product_id, enrollments.learner_id, now() from public.lessons, public.enrollments
      where lessons.product_id = ${product} and lessons.kind <> 'assignment' and enrollments.learner_id = ${learner.id}`;
    expect(
      await refusal(learner.seatline.learning.upload({ lesson_id, file_name: "a.txt", data: program })),
    ).toMatchObject({ code: "invalid_file", status: 422 });
    expect(
      await refusal(teacher.seatline.learning.upload({ lesson_id, file_name: "a.txt", data: program })),
    ).toMatchObject({ code: "lesson_locked" });
  }, 60_000);
});

import { type Api, type Query, secondStep } from "../api.ts";
import { SeatlineError } from "../errors.ts";
import type { CallOptions, ChangeOptions } from "../http.ts";
import type {
  Attendance,
  CalendarEntry,
  Certificate,
  CourseOutline,
  GradedAttempt,
  LearningProgress,
  LessonContent,
  QuizAnswer,
  QuizAttempt,
  QuizQuestion,
  RosterEntry,
  Submission,
  VerifiedCertificate,
} from "../types/learning.ts";
import type { AttendanceStatus, EnrollmentStatus } from "../vocabularies.ts";

const submissionColumns =
  "id,enrollment_id,lesson_id,learner_id,number,max_attempts,body,submitted_at,graded_at,score_percent,feedback,files:learning_files(id,file_name,content_type,bytes)";
const certificateColumns =
  "id,number,enrollment_id,product_id,learner_id,learner_name,course_title,score_percent,completed_on,issued_at,issuer,verify_url,pdf_sha256,revoked_at,revoke_reason";

/** Learning: lessons, quizzes, assignments and certificates, for learners and for those who teach. */
export class Learning {
  readonly #api: Api;
  readonly #url: string;
  readonly #fetch: typeof fetch;

  constructor(api: Api, url: string, send: typeof fetch) {
    this.#api = api;
    this.#url = url.replace(/\/+$/, "");
    this.#fetch = send;
  }

  /** A course's sections and lessons: what is open to the caller, why not and when. Needs no sign-in. Errors: `course_not_found`. */
  outline(product_id: string, params: TextParams = {}, options?: CallOptions): Promise<CourseOutline> {
    return this.#api.ask("course_outline", { product_id, ...params }, options);
  }

  /**
   * What is in an open lesson. A locked one is refused with `lesson_locked`, whose `details` are JSON: the reason, when it opens, and which
   * lesson comes first. Needs no sign-in for a preview. Errors: `lesson_not_found`, `lesson_locked`.
   */
  lesson(lesson_id: string, params: TextParams = {}, options?: CallOptions): Promise<LessonContent> {
    return this.#api.ask("lesson_document", { lesson_id, ...params }, options);
  }

  /** Completes a text, video or file. The last step of a course completes it. Errors: docs/errors.md, Learning. */
  completeLesson(params: LessonParams, options?: ChangeOptions): Promise<LearningProgress> {
    return this.#api.perform("complete_lesson", { lesson_id: params.lesson_id }, options);
  }

  /** Begins an attempt at a quiz, or answers the one that runs. Errors: docs/errors.md, Learning. */
  startQuiz(params: LessonParams, options?: ChangeOptions): Promise<QuizAttempt> {
    return this.#api.perform("start_quiz", { lesson_id: params.lesson_id }, options);
  }

  /** Hands an attempt in and answers it graded. Errors: docs/errors.md, Learning. */
  submitQuiz(params: SubmitQuizParams, options?: ChangeOptions): Promise<GradedAttempt> {
    return this.#api.perform("submit_quiz", { attempt_id: params.attempt_id, answers: params.answers }, options);
  }

  /**
   * Sends a file, of a lesson by who teaches its course or of an open assignment by its learner, and answers what arrived; its `id` goes into
   * {@link Learning.submitAssignment}. Errors: docs/errors.md, Learning.
   */
  async upload(params: UploadParams, options: ChangeOptions = {}): Promise<UploadedFile> {
    const { lesson_id, file_name, data } = params;
    const content_type = params.content_type ?? (data.type || "application/octet-stream");
    const wish = { step: "start", lesson_id, file_name, content_type, bytes: data.size };
    const started = await this.#api.invoke<{ file_id: string; path: string | null }>("learning-upload", wish, options);
    // null: the bytes of an earlier try with the same key are there
    if (started.path !== null) await this.#put(started.path, content_type, params.data, options.signal);
    return this.#api.invoke("learning-upload", { step: "finish", file_id: started.file_id }, secondStep(options));
  }

  async #put(path: string, type: string, data: Blob, signal: AbortSignal | undefined): Promise<void> {
    const request = { method: "PUT", headers: { "content-type": type }, body: data, signal };
    const answer = await this.#fetch(`${this.#url}${path}`, request);
    if (answer.ok) return;
    throw new SeatlineError({
      code: "storage_unavailable",
      message: "The file could not be stored just now.",
      status: answer.status,
      hint: "Nothing was lost. Send it again.",
    });
  }

  /** A link that downloads a file of an open lesson or of work, for five minutes and without a key. Errors: `file_not_found`. */
  fileLink(file_id: string, options?: CallOptions): Promise<LearningLink> {
    return this.#link({ file_id }, options);
  }

  /** A link that downloads a certificate's PDF, as {@link Learning.fileLink}. Errors: `certificate_not_found`, `certificate_not_ready`. */
  certificateLink(certificate_id: string, options?: CallOptions): Promise<LearningLink> {
    return this.#link({ certificate_id }, options);
  }

  async #link(wish: Record<string, string>, options?: CallOptions): Promise<LearningLink> {
    const { path, ...link } = await this.#api.invoke<Omit<LearningLink, "url"> & { path: string }>(
      "learning-link",
      wish,
      options,
    );
    return { ...link, url: `${this.#url}${path}` };
  }

  /** Hands in work for an assignment. Errors: docs/errors.md, Learning. */
  submitAssignment(params: SubmitAssignmentParams, options?: ChangeOptions): Promise<Submission> {
    const { lesson_id, body = null, file_ids = null } = params;
    return this.#api.perform("submit_assignment", { lesson_id, body, file_ids }, options);
  }

  /** Work that the caller handed in or may grade, oldest first. */
  submissions(params: ListSubmissionsParams = {}, options?: CallOptions): Promise<Submission[]> {
    const query = {
      select: submissionColumns,
      lesson_id: params.lesson_id && `eq.${params.lesson_id}`,
      graded_at: params.graded === undefined ? undefined : params.graded ? "not.is.null" : "is.null",
      order: "submitted_at,id",
    };
    return this.#api.rows("submissions", query, options);
  }

  /** For those who teach the course: gives work its mark. Errors: docs/errors.md, Learning. */
  grade(params: GradeParams, options?: ChangeOptions): Promise<Submission> {
    const { submission_id, score_percent, feedback = null } = params;
    return this.#api.perform("grade_submission", { submission_id, score_percent, feedback }, options);
  }

  /** For those who teach the course: the questions of a quiz with their answers. Errors: `lesson_not_found`. */
  quizQuestions(lesson_id: string, options?: CallOptions): Promise<QuizQuestion[]> {
    return this.#api.ask("quiz_questions", { lesson_id }, options);
  }

  /** For those who teach the course: sets the questions of a quiz. Errors: `lesson_not_found`, `invalid_quiz`. */
  putQuiz(params: PutQuizParams, options?: ChangeOptions): Promise<{ lesson_id: string; questions: QuizQuestion[] }> {
    return this.#api.perform("put_quiz", { lesson_id: params.lesson_id, questions: params.questions }, options);
  }

  /** For those who teach the course, and staff: the learners of an intake, by name. Errors: `intake_not_found`. */
  roster(params: RosterParams, options?: CallOptions): Promise<RosterEntry[]> {
    return this.#api.ask("roster", rosterQuery(params), options);
  }

  /** {@link Learning.roster} as CSV with a head line, in which no name is a formula to a spreadsheet. Errors: `intake_not_found`. */
  rosterSheet(params: RosterParams, options?: CallOptions): Promise<string> {
    return this.#api.askForSheet("roster", rosterQuery(params), options);
  }

  /** The sessions of the caller's open seats, soonest first; from now on unless said otherwise. */
  calendar(params: CalendarParams = {}, options?: CallOptions): Promise<CalendarEntry[]> {
    return this.#api.ask("my_calendar", { ...params }, options);
  }

  /** A new private address of the caller's calendar, for calendar programs; the one before ends. */
  async renewCalendarLink(options?: ChangeOptions): Promise<{ url: string }> {
    const { path } = await this.#api.perform<{ path: string }>(
      "renew_calendar_link",
      { calendar: "sessions" },
      options,
    );
    return { url: `${this.#url}${path}` };
  }

  /** Who was at the sessions of an intake: everybody for those who teach, oneself for a learner. */
  attendances(intake_id: string, options?: CallOptions): Promise<Attendance[]> {
    const select = "session_id,enrollment_id,intake_id,learner_id,status,noted_at";
    const query = { select, intake_id: `eq.${intake_id}`, order: "session_id,enrollment_id" };
    return this.#api.rows("attendances", query, options);
  }

  /** For those who teach: notes who was at a session, all or nothing; noting again corrects. Errors: docs/errors.md, Learning. */
  noteAttendance(
    params: NoteAttendanceParams,
    options?: ChangeOptions,
  ): Promise<{ session_id: string; noted: number }> {
    return this.#api.perform("note_attendance", { session_id: params.session_id, notes: params.notes }, options);
  }

  /** The caller's certificates, newest first. */
  certificates(options?: CallOptions): Promise<Certificate[]> {
    return this.#api.rows("certificates", { select: certificateColumns, order: "issued_at.desc,id" }, options);
  }

  /** Checks a certificate by its number. Needs no sign-in. Errors: `certificate_not_found`. */
  verifyCertificate(number: string, options?: CallOptions): Promise<VerifiedCertificate> {
    return this.#api.ask("verify_certificate", { number }, options);
  }

  /** For staff with `learning.write`. Errors: `permission_denied`, `reason_required`, `certificate_not_found`. */
  revokeCertificate(params: RevokeCertificateParams, options?: ChangeOptions): Promise<VerifiedCertificate> {
    const { certificate_id, reason } = params;
    return this.#api.perform("revoke_certificate", { certificate_id, reason }, options);
  }
}

function rosterQuery({ intake_id, status, search, progress_below }: RosterParams): Query {
  return { intake_id, status: status && `eq.${status}`, search, progress_below: progress_below?.toString() };
}

/** In which language {@link Learning.outline} and {@link Learning.lesson} answer. */
export interface TextParams {
  /** `id` or `en`; what is not translated is shown in the base text. */
  locale?: string;
}

/** Names a lesson. */
export interface LessonParams {
  lesson_id: string;
}

/** What {@link Learning.submitQuiz} takes: one answer per question, in order. */
export interface SubmitQuizParams {
  attempt_id: string;
  answers: QuizAnswer[];
}

/** What {@link Learning.submitAssignment} takes: text, files, or both. */
export interface SubmitAssignmentParams {
  lesson_id: string;
  body?: string;
  file_ids?: string[];
}

/** What {@link Learning.upload} takes. */
export interface UploadParams {
  lesson_id: string;
  /** The name alone, without its folder. */
  file_name: string;
  /** That of `data` when left out. */
  content_type?: string;
  data: Blob;
}

/** What {@link Learning.upload} answers: what arrived. */
export interface UploadedFile {
  id: string;
  file_name: string;
  content_type: string;
  bytes: number;
}

/** What {@link Learning.fileLink} and {@link Learning.certificateLink} answer. */
export interface LearningLink {
  /** The name that the browser saves it under. */
  file_name: string;
  url: string;
  expires_at: string;
}

/** What {@link Learning.submissions} takes. */
export interface ListSubmissionsParams {
  lesson_id?: string;
  /** False: only what waits for its mark. */
  graded?: boolean;
}

/** What {@link Learning.grade} takes. */
export interface GradeParams {
  submission_id: string;
  /** 0 to 100. */
  score_percent: number;
  feedback?: string;
}

/** What {@link Learning.putQuiz} takes. */
export interface PutQuizParams {
  lesson_id: string;
  questions: QuizQuestion[];
}

/** What {@link Learning.roster} takes. */
export interface RosterParams {
  intake_id: string;
  status?: EnrollmentStatus;
  /** A part of the name or e-mail. */
  search?: string;
  /** Only those with less progress, in percent. */
  progress_below?: number;
}

/** What {@link Learning.calendar} takes: ISO 8601. */
export interface CalendarParams {
  starts_from?: string;
  starts_before?: string;
}

/** What {@link Learning.noteAttendance} takes. */
export interface NoteAttendanceParams {
  session_id: string;
  /** Enrolment to status. */
  notes: Record<string, AttendanceStatus>;
}

/** What {@link Learning.revokeCertificate} takes. */
export interface RevokeCertificateParams {
  certificate_id: string;
  reason: string;
}

import type { AttendanceStatus, EnrollmentStatus, LessonKind, LockReason } from "../vocabularies.ts";

/** A course as a page shows it to the caller, signed in or not. */
export interface CourseOutline {
  product_id: string;
  slug: string;
  title: string;
  /** Whether its lessons open one after the other. */
  is_sequential: boolean;
  /** What completes the course: all required lessons, `completion_percent` of them, or that mean score. */
  completion_rule: "all_lessons" | "percent" | "score";
  completion_percent: number | null;
  has_certificate: boolean;
  /** Why no lesson but a preview is open; null when nothing keeps them all shut. */
  lock_reason: LockReason | null;
  /** The seat by which the caller learns here; null without one. */
  enrollment: {
    id: string;
    intake_id: string;
    status: EnrollmentStatus;
    enrolled_at: string | null;
    access_ends_at: string | null;
    progress_percent: number | null;
    score_percent: number | null;
    passed_at: string | null;
  } | null;
  /** Courses to complete first. */
  prerequisites: { product_id: string; slug: string; title: string }[];
  sections: { id: string; title: string; lessons: OutlineLesson[] }[];
}

/** One lesson of an outline; what is in it is read with `learning.lesson`. */
export interface OutlineLesson {
  id: string;
  kind: LessonKind;
  title: string;
  duration_minutes: number | null;
  is_required: boolean;
  is_preview: boolean;
  /** What a quiz or an assignment needs to be passed; null on others. */
  pass_percent: number | null;
  /** Null: no limit. */
  max_attempts: number | null;
  time_limit_minutes: number | null;
  /** Null: open to the caller. */
  lock_reason: LockReason | null;
  opens_at: string | null;
  /** The lesson to complete first. */
  waits_for: string | null;
  completed_at: string | null;
  /** The best so far. */
  score_percent: number | null;
}

/** What is in an open lesson. */
export interface LessonContent {
  lesson_id: string;
  product_id: string;
  kind: LessonKind;
  title: string;
  duration_minutes: number | null;
  /** Markdown. */
  body: string;
  video_url: string | null;
  /** For `learning.fileLink`. */
  file_id: string | null;
  file: { id: string; file_name: string; content_type: string; bytes: number } | null;
  /** Of the caller, who has a seat. */
  completed_at: string | null;
  score_percent: number | null;
}

/** Where a learner stands after a step. */
export interface LearningProgress {
  enrollment_id: string;
  status: EnrollmentStatus;
  lesson_id: string;
  completed_at: string | null;
  /** The best score in this lesson. */
  lesson_score_percent: number | null;
  /** Of the course; null where no lesson is required. */
  progress_percent: number | null;
  /** The mean of the required quizzes and assignments. */
  score_percent: number | null;
  passed_at: string | null;
}

/** A question as those who teach write it. `answer`: the place of a choice from 0, a list of places, or a list of accepted texts. */
export interface QuizQuestion {
  kind: "single" | "multiple" | "text";
  prompt: string;
  /** None for kind `text`. */
  choices?: string[];
  answer: number | number[] | string[];
  /** 1 when left out. */
  points?: number;
  /** Shown with the answer. */
  explanation?: string;
}

/** An answer of a learner: the place of a choice, a list of places, a text, or null. */
export type QuizAnswer = number | number[] | string | null;

/** One try at a quiz, with its questions. */
export interface QuizAttempt {
  id: string;
  enrollment_id: string;
  lesson_id: string;
  /** 1 for the first. */
  number: number;
  max_attempts: number | null;
  started_at: string;
  /** Until when answers are taken; null: no limit. */
  due_at: string | null;
  submitted_at: string | null;
  answers: QuizAnswer[] | null;
  score_percent: number | null;
  is_passed: boolean | null;
  /** Without answers until they can help nobody: passed, or the last attempt graded. `is_right` once graded. */
  questions: (Omit<QuizQuestion, "answer"> & { answer?: QuizQuestion["answer"]; is_right?: boolean })[];
}

/** A graded try, and where it leaves the learner. */
export interface GradedAttempt extends QuizAttempt {
  progress: LearningProgress;
}

/** Work handed in for an assignment. */
export interface Submission {
  id: string;
  enrollment_id: string;
  lesson_id: string;
  learner_id: string;
  number: number;
  max_attempts: number | null;
  body: string;
  submitted_at: string;
  /** Null while it waits for its mark. */
  graded_at: string | null;
  score_percent: number | null;
  feedback: string | null;
  files: { id: string; file_name: string; content_type: string; bytes: number }[];
}

/** One learner of an intake, as those who teach see them. */
export interface RosterEntry {
  enrollment_id: string;
  learner_id: string;
  first_name: string;
  last_name: string;
  email: string | null;
  status: EnrollmentStatus;
  enrolled_at: string | null;
  progress_percent: number | null;
  score_percent: number | null;
  passed_at: string | null;
  certificate_number: string | null;
  /** Pieces of work that wait for their mark. */
  ungraded: number;
}

/** When an intake meets, as its learners see it. */
export interface CalendarEntry {
  session_id: string;
  title: string;
  starts_at: string;
  ends_at: string;
  /** Of the intake. */
  time_zone: string;
  location: string | null;
  /** The online room. */
  url: string | null;
  intake_id: string;
  intake_title: string;
  product_id: string;
  slug: string;
  course_title: string;
  updated_at: string;
}

/** Whether a learner was at a session. */
export interface Attendance {
  session_id: string;
  enrollment_id: string;
  intake_id: string;
  learner_id: string;
  status: AttendanceStatus;
  noted_at: string;
}

/** A certificate of the caller, or of a learner they teach. */
export interface Certificate {
  id: string;
  number: string;
  enrollment_id: string;
  product_id: string;
  learner_id: string;
  learner_name: string;
  course_title: string;
  score_percent: number | null;
  /** YYYY-MM-DD. */
  completed_on: string;
  issued_at: string;
  issuer: string;
  /** Where others check it. */
  verify_url: string;
  /** Of the PDF, in hexadecimal; null while it is being made. */
  pdf_sha256: string | null;
  revoked_at: string | null;
  revoke_reason: string | null;
}

/** What anyone with its number learns of a certificate. */
export interface VerifiedCertificate {
  number: string;
  learner_name: string;
  course_title: string;
  issuer: string;
  /** YYYY-MM-DD. */
  completed_on: string;
  issued_at: string;
  status: "valid" | "revoked";
  revoked_at: string | null;
}

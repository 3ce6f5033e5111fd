import type { ProcessStatus } from "../vocabularies.ts";

/** One background job, as staff with `processes.read` see it. */
export interface Process {
  id: string;
  /** `<domain>.<verb-noun>`, such as `production.push-order`. */
  task: string;
  /** What kind of thing it is about: `order`, `payment`, … */
  subject_type: string;
  subject_id: string | null;
  status: ProcessStatus;
  attempts: number;
  /** Why the last attempt failed. */
  error: string | null;
  /** What the system outside said last. */
  message: string | null;
  /** Percent, as far as it was reported. */
  progress: number | null;
  /** The request id that began it all. */
  correlation_id: string | null;
  created_at: string;
  started_at: string | null;
  reported_at: string | null;
  finished_at: string | null;
}

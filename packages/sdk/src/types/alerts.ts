import type { ConcernKind } from "../vocabularies.ts";

/** Something that stays open for longer than its kind allows. */
export interface Concern {
  kind: ConcernKind;
  /** Tells it from every other; the same when it comes back. */
  key: string;
  /** What its kind means. */
  sentence: string;
  /** The role that looks after it. */
  owner_role: string;
  subject_type: string;
  /** The order's or process's id; null for what has no row of its own. */
  subject_id: string | null;
  /** An order's number, a task's name, an event's type. */
  subject: string;
  since: string;
  age_seconds: number;
  /** Null for the minute until the worker raises it. */
  alert_id: string | null;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
  note: string | null;
}

/** One row each time that a concern stayed open too long. */
export interface Alert {
  id: string;
  kind: string;
  key: string;
  subject_type: string;
  subject_id: string | null;
  subject: string;
  since: string;
  raised_at: string;
  /** Since when somebody looks after it. */
  acknowledged_at: string | null;
  acknowledged_by: string | null;
  note: string | null;
  /** Since when what it is about is settled. */
  closed_at: string | null;
}

/** The newest seal of the audit log; all null while it is empty. */
export interface AuditHead {
  /** 64 hexadecimal digits over everything up to this entry. */
  head: string | null;
  audit_id: number | null;
  occurred_at: string | null;
}

/** What reading the whole audit log showed. */
export interface AuditVerdict extends AuditHead {
  /** Nothing was altered or removed, and the expected head, if one was given, is in it. */
  whole: boolean;
  expected_head: string | null;
  /** Whether the expected head is in the log; false when entries were cut off, null when none was given. */
  found: boolean | null;
  /** The first 100 entries that were altered, do not belong to their seal, or follow one that is gone. */
  breaks: { audit_id: number; problem: string }[];
}

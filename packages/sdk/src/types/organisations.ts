import type { EnrollmentProgressState, OrganisationRole, OrganisationSeatStatus } from "../vocabularies.ts";

/** A company, school or family that buys seats for its people. */
export interface Organisation {
  id: string;
  name: string;
  /** Whom its invoices are addressed to. */
  billing_name: string;
  billing_address: string | null;
  billing_email: string | null;
  tax_number: string | null;
  created_at: string;
}

/** Somebody who belongs to an organisation, as its managers see them. */
export interface OrganisationPerson {
  profile_id: string;
  role: OrganisationRole;
  first_name: string;
  last_name: string;
  email: string | null;
  joined_at: string;
}

/** One seat of an organisation. */
export interface OrganisationSeat {
  id: string;
  organisation_id: string;
  intake_id: string;
  order_item_id: string;
  status: OrganisationSeatStatus;
  /** Who sits there. */
  learner_id: string | null;
  enrollment_id: string | null;
}

/** A code for the seats of an organisation, or an invitation by mail that keeps one of them. */
export interface OrganisationInvite {
  id: string;
  organisation_id: string;
  intake_id: string;
  /** The seat that is kept for `email`; null: any free one. */
  seat_id: string | null;
  email: string | null;
  expires_at: string;
  claimed_at: string | null;
  revoked_at: string | null;
  created_at: string;
}

/** How far one of the organisation's people is. */
export interface OrganisationProgress {
  seat_id: string;
  intake_id: string;
  title: string;
  intake_title: string;
  learner_id: string;
  first_name: string;
  last_name: string;
  email: string | null;
  state: EnrollmentProgressState;
  enrolled_at: string | null;
  progress_percent: number | null;
  passed_at: string | null;
}

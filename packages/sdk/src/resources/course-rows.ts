import type { Course, Intake, Price } from "../types.ts";

const intakeColumns =
  "id,variant_id,title,seats,enroll_opens_at,enroll_closes_at,starts_at,ends_at,time_zone,location,has_waitlist,status,min_seats,decide_at,guaranteed,cancel_days_before_start,cancel_days_after_purchase,cancel_progress_percent,variant:variants(prices(currency,amount),stock_levels(available))";

/** What is read of `products` for a course, with everything that hangs on it, in one request. */
export const courseColumns = `id,slug,title,summary,image_url,created_at,course:courses!inner(level,language,duration_minutes,intakes(${intakeColumns}))`;

/** A row as {@link courseColumns} gives it. */
export interface CourseRow {
  id: string;
  slug: string;
  title: string;
  summary: string;
  image_url: string | null;
  created_at: string;
  course: Pick<Course, "level" | "language" | "duration_minutes"> & { intakes: IntakeRow[] };
}

interface IntakeRow extends Omit<Intake, "prices" | "seats_available"> {
  variant: { prices: Price[]; stock_levels: { available: number }[] };
}

/** Lays a row's nesting out flat, as the client's types show a course. */
export function toCourse(row: CourseRow): Course {
  const { intakes, ...course } = row.course;
  return {
    id: row.id,
    slug: row.slug,
    title: row.title,
    summary: row.summary,
    image_url: row.image_url,
    created_at: row.created_at,
    ...course,
    intakes: intakes.map(toIntake),
  };
}

function toIntake({ variant, ...intake }: IntakeRow): Intake {
  // An intake without a number of seats is not counted: then there is no level, and never a last seat.
  const seats_available = intake.seats === null ? null : (variant.stock_levels[0]?.available ?? 0);
  return { ...intake, seats_available, prices: variant.prices };
}

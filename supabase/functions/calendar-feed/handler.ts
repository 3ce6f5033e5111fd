import ical from "ical-generator";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { Problem } from "../_shared/problem.ts";
import { requestId } from "../_shared/request-id.ts";

/** What a feed needs from outside. */
export type CalendarFeedDeps = { asService: Database };

type Session = {
  session_id: string;
  title: string;
  starts_at: string;
  ends_at: string;
  location: string | null;
  url: string | null;
  course_title: string;
  updated_at: string;
};

/** Calendar programs ask again after this time. */
const FRESH_SECONDS = 60 * 60;

/** Answers GET ?token=… with the sessions of the token's owner as iCalendar. Times are UTC; the program shows them in the reader's zone. */
export async function handleCalendarFeed(request: Request, deps: CalendarFeedDeps): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new Problem("method_not_allowed", 405, "A calendar is read with GET.", { headers: { allow: "GET, HEAD" } });
  }
  const token = new URL(request.url).searchParams.get("token") ?? "";
  if (!/^[0-9a-f]{64}$/.test(token)) {
    throw new Problem("calendar_not_found", 404, "There is no such calendar.", {
      hint: "Ask for a new address with renew_calendar_link.",
    });
  }
  const feed = await callVerb<{ name: string; sessions: Session[] }>(
    deps.asService,
    "calendar_feed",
    { token },
    requestId(request),
  );
  const calendar = ical({ name: feed.name, prodId: { company: "Seatline", product: "Calendar" }, ttl: FRESH_SECONDS });
  for (const session of feed.sessions) {
    calendar.createEvent({
      id: session.session_id,
      start: new Date(session.starts_at),
      end: new Date(session.ends_at),
      stamp: new Date(session.updated_at),
      summary: `${session.course_title}: ${session.title}`,
      location: session.location,
      url: session.url,
    });
  }
  const headers = {
    "content-type": "text/calendar; charset=utf-8",
    "content-disposition": 'inline; filename="calendar.ics"',
    "cache-control": `private, max-age=${FRESH_SECONDS}`,
    "referrer-policy": "no-referrer",
  };
  return new Response(request.method === "HEAD" ? null : calendar.toString(), { headers });
}

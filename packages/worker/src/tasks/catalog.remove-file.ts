import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import type { EventTask } from "./task.ts";

type Discarded = { bucket: string; path: string };

/** file.discarded: removes the object of a picture or sold file whose row is gone. Its id is never used again, so neither is the name. */
export const removeFile: EventTask = async (job, { sql, storedFiles }) => {
  const [event] = await sql<{ payload: Discarded }[]>`select payload from public.events where id = ${job.event_id}`;
  if (!event) return;
  await failpoint("file.read", job.subject_id);
  await storedFiles.remove(event.payload.bucket, event.payload.path);
  await failpoint("file.removed", job.subject_id);
};

import type { ScheduledTask } from "./task.ts";

/** Every quarter of an hour: counts anew what is popular and what is bought together; answers how many rows changed. */
export const refreshRecommendations: ScheduledTask = async ({ sql }) => {
  const [row] = await sql<{ rows: number }[]>`select private.refresh_recommendations() as rows`;
  return row?.rows ?? 0;
};

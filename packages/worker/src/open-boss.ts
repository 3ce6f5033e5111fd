import { PgBoss } from "pg-boss";
import { isConnectionLoss } from "./database.ts";
import type { Log } from "./log.ts";
import { DEAD_LETTERS, QUEUES, SCHEDULED_TASKS, SCHEDULES, type TaskName } from "./queues.ts";

const LONGEST_PAUSE = 15_000;
const DAY = 24 * 60 * 60;

/** Opens pg-boss and makes the queues. Waits, with growing pauses, for a database that is away; stops waiting on `signal`. */
export async function openBoss(
  url: string,
  log: Log,
  options: { byTheClock: boolean; signal?: AbortSignal },
): Promise<PgBoss> {
  for (let pause = 500; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const boss = new PgBoss({
      connectionString: url,
      application_name: "seatline worker queues",
      max: 4,
      schedule: options.byTheClock,
      supervise: true,
      superviseIntervalSeconds: 10,
      monitorIntervalSeconds: 10,
      cronMonitorIntervalSeconds: 15,
      persistWarnings: false,
    });
    boss.on("error", (error) => log.warn({ err: error }, "the queues report an error"));
    boss.on("warning", (warning) => log.warn({ warning: warning.message }, "the queues warn"));
    try {
      await boss.start();
      await makeQueues(boss, options.byTheClock);
      return boss;
    } catch (error) {
      await boss.stop({ graceful: false, close: true }).catch(() => undefined);
      if (!isConnectionLoss(error) || options.signal?.aborted) throw error;
      log.warn({ err: error, pause_ms: pause }, "the database is away; waiting for it");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

async function makeQueues(boss: PgBoss, byTheClock: boolean): Promise<void> {
  await boss.createQueue(DEAD_LETTERS, { retryLimit: 0, retentionSeconds: 90 * DAY });
  const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  for (const [name, options] of Object.entries(QUEUES) as [TaskName, (typeof QUEUES)[TaskName]][]) {
    if (!known.has(name)) {
      await boss.createQueue(name, options);
      continue;
    }
    const { policy: _fixedAtCreation, ...changeable } = options;
    await boss.updateQueue(name, changeable);
  }
  if (!byTheClock) return;
  for (const name of SCHEDULED_TASKS) await boss.schedule(name, SCHEDULES[name], {}, { tz: "UTC" });
}

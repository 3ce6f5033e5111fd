import { PgBoss } from "pg-boss";
import { isConnectionLoss } from "./database.ts";
import type { Log } from "./log.ts";
import { DEAD_LETTERS, LOOK_SECONDS, QUEUES, SCHEDULED_TASKS, SCHEDULES, type TaskName } from "./queues.ts";

const LONGEST_PAUSE = 15_000;
const DAY = 24 * 60 * 60;
const TIME_ZONE = "UTC";

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
      superviseIntervalSeconds: LOOK_SECONDS,
      monitorIntervalSeconds: LOOK_SECONDS,
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

/** Makes what is missing and changes what is different: a worker that starts again writes nothing, and each write would be a commit of its own. */
async function makeQueues(boss: PgBoss, byTheClock: boolean): Promise<void> {
  const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  if (!known.has(DEAD_LETTERS)) await boss.createQueue(DEAD_LETTERS, { retryLimit: 0, retentionSeconds: 90 * DAY });
  for (const [name, options] of Object.entries(QUEUES) as [TaskName, (typeof QUEUES)[TaskName]][]) {
    const { policy: _fixedAtCreation, ...changeable } = options;
    const queue = known.get(name);
    if (!queue) await boss.createQueue(name, options);
    else if (!holds(queue, changeable)) await boss.updateQueue(name, changeable);
  }
  if (!byTheClock) return;
  const kept = new Map((await boss.getSchedules()).map((schedule) => [schedule.name, schedule]));
  for (const name of SCHEDULED_TASKS) {
    const schedule = kept.get(name);
    if (schedule?.cron === SCHEDULES[name] && schedule.timezone === TIME_ZONE) continue;
    await boss.schedule(name, SCHEDULES[name], {}, { tz: TIME_ZONE });
  }
}

/** Whether every wished option has this value already. */
function holds(queue: object, wished: object): boolean {
  const values = queue as Record<string, unknown>;
  return Object.entries(wished).every(([name, value]) => values[name] === value);
}

export { LISTENERS, listenersOf } from "./listeners.ts";
export { createLog, type Log } from "./log.ts";
export {
  EVENT_TASKS,
  type EventJob,
  type Payloads,
  QUEUES,
  SCHEDULED_TASKS,
  SCHEDULES,
  type TaskName,
} from "./queues.ts";
export { readSettings, type Settings } from "./settings.ts";
export { startWorker, type Worker } from "./worker.ts";

import type { Queue } from "pg-boss";

/** What a job that follows an event carries: ids only. The task reads the rows again and decides by what they say then. */
export type EventJob = {
  process_id: string;
  event_id: number | null;
  subject_id: string | null;
  correlation_id: string | null;
};

/** Tasks that follow an event. The name is the queue's name. */
export const EVENT_TASKS = [
  "notifications.send-welcome",
  "notifications.send-order-confirmation",
  "notifications.send-payment-failed",
  "notifications.send-seat-offer",
  "notifications.send-instalment-reminder",
  "notifications.send-instalment-failed",
  "notifications.send-proof-rejected",
  "notifications.send-dispute",
  "notifications.send-refund-notice",
  "notifications.send-intake-cancelled",
  "notifications.send-intake-alert",
  "notifications.send-intake-message",
  "notifications.send-alert",
  "notifications.send-shipment-news",
  "notifications.send-payment-request",
  "notifications.send-complaint-news",
  "invoices.issue-invoice",
  "invoices.issue-credit-note",
  "invoices.send-document",
  "catalog.remove-file",
  "courses.take-offer",
  "learning.issue-certificate",
  "learning.send-certificate",
  "learning.send-grade",
  "courses.send-access-reminder",
  "courses.send-gift",
  "courses.send-gift-reminder",
  "organisations.send-invite",
  "payments.send-refund",
  "payments.send-gift-card",
  "payments.send-capture",
  "payments.close-session",
  "payments.charge-saved-method",
  "payments.detach-method",
  "payments.review-supplements",
  "subscriptions.push-change",
  "notifications.send-subscription-past-due",
  "production.push-order",
  "imports.run-import",
  "imports.run-export",
  "reports.run-report",
  "production.tell-change",
  "shipments.open-shipments",
  "shipments.book-shipment",
] as const;
/** Name of a task that follows an event. */
export type EventTaskName = (typeof EVENT_TASKS)[number];

/** Tasks that run by the clock, with the minute pattern they run by. */
export const SCHEDULES = {
  "orders.expire-due": "* * * * *",
  "orders.complete-due": "41 * * * *",
  "alerts.raise": "* * * * *",
  "carts.expire-due": "23 * * * *",
  "courses.expire-offers": "* * * * *",
  "courses.run-gifts": "* * * * *",
  "courses.remind-access-ends": "41 * * * *",
  "courses.decide-intakes": "* * * * *",
  "courses.wind-up-intakes": "* * * * *",
  "instalments.run-due": "* * * * *",
  "payments.apply-provider-events": "* * * * *",
  "payments.reconcile": "*/2 * * * *",
  "payments.expire-gift-cards": "41 * * * *",
  "payments.announce-gift-cards": "* * * * *",
  "payments.reconcile-refunds": "*/10 * * * *",
  "people.anchor-audit": "13 * * * *",
  "payments.read-events": "*/5 * * * *",
  "payments.reconcile-methods": "*/10 * * * *",
  "subscriptions.reconcile": "*/10 * * * *",
  "subscriptions.follow-due": "* * * * *",
  "recommendations.refresh": "*/15 * * * *",
  "shipments.apply-carrier-events": "* * * * *",
  "shipments.reconcile": "*/10 * * * *",
  "processes.close-abandoned": "* * * * *",
  "catalog.discard-abandoned-uploads": "27 3 * * *",
  "catalog.refresh-search": "* * * * *",
  "reports.discard-old": "37 3 * * *",
  "foundation.purge-idempotency-keys": "17 3 * * *",
} as const;
/** Name of a task that runs by the clock. */
export type ScheduledTaskName = keyof typeof SCHEDULES;
/** Names of all tasks that run by the clock. */
export const SCHEDULED_TASKS = Object.keys(SCHEDULES) as ScheduledTaskName[];

/** Any task. */
export type TaskName = EventTaskName | ScheduledTaskName;
/** The payload of each task's job; the relay that sends it and the task that takes it share this map. */
export type Payloads = { [Name in EventTaskName]: EventJob } & { [Name in ScheduledTaskName]: Record<string, never> };

/** Where jobs go that failed for good; `worker redrive` sends them back. */
export const DEAD_LETTERS = "dead-letters";

const DAY = 24 * 60 * 60;

/** A silent worker counts as dead after this many seconds, and its jobs go to another. */
export const HEARTBEAT_SECONDS = 15;
/** So often every worker looks for jobs of one that is silent. */
export const LOOK_SECONDS = 10;
/** So often a worker asks for jobs that nobody woke it for. */
export const POLL_SECONDS = 4;

const eventQueue = {
  deadLetter: DEAD_LETTERS,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  expireInSeconds: 5 * 60,
  retentionSeconds: 30 * DAY,
  deleteAfterSeconds: DAY,
  retryBackoff: true,
};
// Mail servers come back within the hour or not that day; about three hours in all.
const mailQueue = { ...eventQueue, retryLimit: 16, retryDelay: 2, retryDelayMax: 15 * 60 };
// A refund is owed, and so are an invoice and what was bought: about two days in all before somebody has to look.
const owedQueue = { ...eventQueue, retryLimit: 60, retryDelay: 3, retryDelayMax: 60 * 60 };
// A file of some hundred thousand rows is written in one go; what was wrong with it is no failure and is not tried again.
const fileQueue = { ...eventQueue, expireInSeconds: 60 * 60, retryLimit: 8, retryDelay: 2, retryDelayMax: 5 * 60 };
// The next minute is the retry.
const scheduledQueue = {
  policy: "exclusive",
  retryLimit: 0,
  heartbeatSeconds: HEARTBEAT_SECONDS,
  expireInSeconds: 5 * 60,
  retentionSeconds: 10 * 60,
  deleteAfterSeconds: 60 * 60,
};

/** How each queue retries and when it gives up. `policy` takes effect when a queue is first made. */
export const QUEUES: Record<TaskName, Omit<Queue, "name">> = {
  "notifications.send-welcome": mailQueue,
  "notifications.send-order-confirmation": mailQueue,
  "notifications.send-payment-failed": mailQueue,
  "notifications.send-seat-offer": mailQueue,
  "notifications.send-instalment-reminder": mailQueue,
  "notifications.send-instalment-failed": mailQueue,
  "notifications.send-proof-rejected": mailQueue,
  "notifications.send-dispute": mailQueue,
  "notifications.send-refund-notice": mailQueue,
  "notifications.send-intake-cancelled": mailQueue,
  "notifications.send-intake-alert": mailQueue,
  "notifications.send-intake-message": mailQueue,
  "notifications.send-alert": mailQueue,
  "notifications.send-shipment-news": mailQueue,
  "notifications.send-payment-request": mailQueue,
  "notifications.send-complaint-news": mailQueue,
  "invoices.issue-invoice": owedQueue,
  "invoices.issue-credit-note": owedQueue,
  "invoices.send-document": owedQueue,
  "catalog.remove-file": owedQueue,
  "courses.take-offer": owedQueue,
  "learning.issue-certificate": owedQueue,
  "learning.send-certificate": owedQueue,
  "learning.send-grade": mailQueue,
  "courses.send-access-reminder": mailQueue,
  "courses.send-gift": mailQueue,
  "courses.send-gift-reminder": mailQueue,
  "organisations.send-invite": mailQueue,
  "payments.send-refund": owedQueue,
  "payments.send-gift-card": mailQueue,
  "payments.send-capture": owedQueue,
  "payments.close-session": owedQueue,
  "payments.charge-saved-method": owedQueue,
  "payments.detach-method": owedQueue,
  "payments.review-supplements": owedQueue,
  "subscriptions.push-change": owedQueue,
  "notifications.send-subscription-past-due": mailQueue,
  "production.push-order": owedQueue,
  "imports.run-import": fileQueue,
  "imports.run-export": fileQueue,
  "reports.run-report": fileQueue,
  "production.tell-change": owedQueue,
  "shipments.open-shipments": owedQueue,
  "shipments.book-shipment": owedQueue,
  "orders.expire-due": scheduledQueue,
  "orders.complete-due": scheduledQueue,
  "alerts.raise": scheduledQueue,
  "carts.expire-due": scheduledQueue,
  "courses.expire-offers": scheduledQueue,
  "courses.run-gifts": scheduledQueue,
  "courses.remind-access-ends": scheduledQueue,
  "courses.decide-intakes": scheduledQueue,
  "courses.wind-up-intakes": scheduledQueue,
  "instalments.run-due": scheduledQueue,
  "payments.apply-provider-events": scheduledQueue,
  "payments.reconcile": scheduledQueue,
  "payments.expire-gift-cards": scheduledQueue,
  "payments.announce-gift-cards": scheduledQueue,
  "payments.reconcile-refunds": scheduledQueue,
  "people.anchor-audit": scheduledQueue,
  "payments.read-events": scheduledQueue,
  "payments.reconcile-methods": scheduledQueue,
  "subscriptions.reconcile": scheduledQueue,
  "subscriptions.follow-due": scheduledQueue,
  "recommendations.refresh": scheduledQueue,
  "shipments.apply-carrier-events": scheduledQueue,
  "shipments.reconcile": scheduledQueue,
  "processes.close-abandoned": scheduledQueue,
  "catalog.discard-abandoned-uploads": scheduledQueue,
  "catalog.refresh-search": scheduledQueue,
  "reports.discard-old": scheduledQueue,
  "foundation.purge-idempotency-keys": scheduledQueue,
};

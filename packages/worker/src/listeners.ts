import type { EventTaskName } from "./queues.ts";

/** Who listens to what: each event goes to one queue per task. An event without listeners is only history. */
export const LISTENERS: Readonly<Record<string, readonly EventTaskName[]>> = {
  "profile.created": ["notifications.send-welcome"],
  "order.paid": [
    "notifications.send-order-confirmation",
    "invoices.issue-invoice",
    "production.push-order",
    "shipments.open-shipments",
  ],
  "alert.raised": ["notifications.send-alert"],
  "draft_order.placed": ["notifications.send-payment-request"],
  "order.supplemented": ["notifications.send-payment-request"],
  "shipment.picked_up": ["notifications.send-shipment-news"],
  "shipment.in_transit": ["notifications.send-shipment-news"],
  "shipment.out_for_delivery": ["notifications.send-shipment-news"],
  "shipment.delivered": ["notifications.send-shipment-news"],
  "shipment.failed": ["notifications.send-shipment-news"],
  "order.cancelled": ["production.tell-change"],
  "order.refunded": ["production.tell-change"],
  "order.edited": ["production.tell-change"],
  "order.reviewed": ["production.tell-change"],
  "invoice.issued": ["invoices.send-document"],
  "payment.cancelled": ["payments.close-session"],
  "payment.capture_requested": ["payments.send-capture"],
  "payment.void_requested": ["payments.send-capture"],
  "payment.charge_requested": ["payments.charge-saved-method"],
  "payment_method.removed": ["payments.detach-method"],
  "instalment.due_soon": ["notifications.send-instalment-reminder"],
  "instalment.failed": ["notifications.send-instalment-failed"],
  "subscription.change_requested": ["subscriptions.push-change"],
  "subscription.past_due": ["notifications.send-subscription-past-due"],
  "payment.failed": ["notifications.send-payment-failed"],
  "payment_proof.rejected": ["notifications.send-proof-rejected"],
  "course.completed": ["learning.issue-certificate"],
  "certificate.issued": ["learning.send-certificate"],
  "assignment.graded": ["learning.send-grade"],
  "waitlist.offered": ["notifications.send-seat-offer"],
  "organisation_invite.sent": ["organisations.send-invite"],
  "waitlist.cancelled": ["notifications.send-intake-cancelled"],
  "intake_message.sent": ["notifications.send-intake-message"],
  "intake.below_minimum": ["notifications.send-intake-alert"],
  "enrollment.cancelled": ["notifications.send-intake-cancelled"],
  "access.ending": ["courses.send-access-reminder"],
  "gift.due": ["courses.send-gift"],
  "gift.running_out": ["courses.send-gift-reminder"],
  "gift_card.due": ["payments.send-gift-card"],
  "file.discarded": ["catalog.remove-file"],
  "import.queued": ["imports.run-import"],
  "export.queued": ["imports.run-export"],
  "refund.requested": ["payments.send-refund", "notifications.send-refund-notice"],
  "report.queued": ["reports.run-report"],
  "refund.succeeded": ["invoices.issue-credit-note"],
  "receivable.written_back": ["invoices.issue-credit-note"],
  "waitlist.due": ["courses.take-offer"],
  "dispute.inquired": ["notifications.send-dispute"],
  "dispute.opened": ["notifications.send-dispute"],
  "dispute.won": ["notifications.send-dispute"],
  "dispute.lost": ["notifications.send-dispute"],
  "dispute.closed": ["notifications.send-dispute"],
};

/** Tasks that have something to do for orders with goods only: the relay gives the others no job. */
export const FOR_GOODS: ReadonlySet<EventTaskName> = new Set<EventTaskName>(["shipments.open-shipments"]);

/** The tasks that follow an event of this name, without those that are switched off. */
export function listenersOf(event: string, off: ReadonlySet<EventTaskName>): readonly EventTaskName[] {
  return Object.hasOwn(LISTENERS, event) ? (LISTENERS[event] ?? []).filter((task) => !off.has(task)) : [];
}

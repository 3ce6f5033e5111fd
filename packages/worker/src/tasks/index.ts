import type { EventTaskName, ScheduledTaskName } from "../queues.ts";
import { raiseAlerts } from "./alerts.raise.ts";
import { expireCarts } from "./carts.expire-due.ts";
import { discardAbandonedUploads } from "./catalog.discard-abandoned-uploads.ts";
import { refreshSearch } from "./catalog.refresh-search.ts";
import { removeFile } from "./catalog.remove-file.ts";
import { decideIntakes } from "./courses.decide-intakes.ts";
import { expireOffers } from "./courses.expire-offers.ts";
import { remindAccessEnds } from "./courses.remind-access-ends.ts";
import { runGifts } from "./courses.run-gifts.ts";
import { sendAccessReminder } from "./courses.send-access-reminder.ts";
import { sendGift, sendGiftReminder } from "./courses.send-gift.ts";
import { takeOffer } from "./courses.take-offer.ts";
import { windUpIntakes } from "./courses.wind-up-intakes.ts";
import { purgeIdempotencyKeys } from "./foundation.purge-idempotency-keys.ts";
import { runExport } from "./imports.run-export.ts";
import { runImport } from "./imports.run-import.ts";
import { runInstalments } from "./instalments.run-due.ts";
import { issueCreditNote } from "./invoices.issue-credit-note.ts";
import { issueInvoice } from "./invoices.issue-invoice.ts";
import { sendDocument } from "./invoices.send-document.ts";
import { issueCertificate } from "./learning.issue-certificate.ts";
import { sendCertificate } from "./learning.send-certificate.ts";
import { sendGrade } from "./learning.send-grade.ts";
import { sendAlert } from "./notifications.send-alert.ts";
import { sendComplaintNews } from "./notifications.send-complaint-news.ts";
import { sendDispute } from "./notifications.send-dispute.ts";
import { sendInstalmentFailed, sendInstalmentReminder } from "./notifications.send-instalment-notice.ts";
import { sendIntakeAlert } from "./notifications.send-intake-alert.ts";
import { sendIntakeCancelled } from "./notifications.send-intake-cancelled.ts";
import { sendIntakeMessage } from "./notifications.send-intake-message.ts";
import { sendOrderConfirmation } from "./notifications.send-order-confirmation.ts";
import { sendPaymentFailed } from "./notifications.send-payment-failed.ts";
import { sendPaymentRequest } from "./notifications.send-payment-request.ts";
import { sendProofRejected } from "./notifications.send-proof-rejected.ts";
import { sendRefundNotice } from "./notifications.send-refund-notice.ts";
import { sendSeatOffer } from "./notifications.send-seat-offer.ts";
import { sendShipmentNews } from "./notifications.send-shipment-news.ts";
import { sendSubscriptionPastDue } from "./notifications.send-subscription-past-due.ts";
import { sendWelcome } from "./notifications.send-welcome.ts";
import { completeDueOrders } from "./orders.complete-due.ts";
import { expireDueOrders } from "./orders.expire-due.ts";
import { sendInvite } from "./organisations.send-invite.ts";
import { announceGiftCards } from "./payments.announce-gift-cards.ts";
import { applyProviderEvents } from "./payments.apply-provider-events.ts";
import { chargeSavedMethod } from "./payments.charge-saved-method.ts";
import { closeSession } from "./payments.close-session.ts";
import { detachMethod } from "./payments.detach-method.ts";
import { expireGiftCards } from "./payments.expire-gift-cards.ts";
import { readEvents } from "./payments.read-events.ts";
import { reconcilePayments } from "./payments.reconcile.ts";
import { reconcileMethods } from "./payments.reconcile-methods.ts";
import { reconcileRefunds } from "./payments.reconcile-refunds.ts";
import { reviewSupplements } from "./payments.review-supplements.ts";
import { sendCapture } from "./payments.send-capture.ts";
import { sendGiftCard } from "./payments.send-gift-card.ts";
import { sendRefund } from "./payments.send-refund.ts";
import { anchorAudit } from "./people.anchor-audit.ts";
import { closeAbandonedProcesses } from "./processes.close-abandoned.ts";
import { pushOrder } from "./production.push-order.ts";
import { tellChange } from "./production.tell-change.ts";
import { refreshRecommendations } from "./recommendations.refresh.ts";
import { discardOldReports } from "./reports.discard-old.ts";
import { runReport } from "./reports.run-report.ts";
import { applyCarrierEvents } from "./shipments.apply-carrier-events.ts";
import { bookShipment } from "./shipments.book-shipment.ts";
import { openShipments } from "./shipments.open-shipments.ts";
import { reconcileShipments } from "./shipments.reconcile.ts";
import { followSubscriptions } from "./subscriptions.follow-due.ts";
import { pushSubscriptionChange } from "./subscriptions.push-change.ts";
import { reconcileSubscriptions } from "./subscriptions.reconcile.ts";
import type { EventTask, ScheduledTask } from "./task.ts";

/** The tasks that follow events, by queue name. */
export const eventTasks: Record<EventTaskName, EventTask> = {
  "notifications.send-welcome": sendWelcome,
  "notifications.send-order-confirmation": sendOrderConfirmation,
  "notifications.send-payment-failed": sendPaymentFailed,
  "notifications.send-seat-offer": sendSeatOffer,
  "notifications.send-instalment-reminder": sendInstalmentReminder,
  "notifications.send-instalment-failed": sendInstalmentFailed,
  "notifications.send-proof-rejected": sendProofRejected,
  "notifications.send-dispute": sendDispute,
  "notifications.send-refund-notice": sendRefundNotice,
  "notifications.send-intake-cancelled": sendIntakeCancelled,
  "notifications.send-intake-alert": sendIntakeAlert,
  "notifications.send-intake-message": sendIntakeMessage,
  "notifications.send-alert": sendAlert,
  "notifications.send-shipment-news": sendShipmentNews,
  "notifications.send-payment-request": sendPaymentRequest,
  "notifications.send-complaint-news": sendComplaintNews,
  "invoices.issue-invoice": issueInvoice,
  "invoices.issue-credit-note": issueCreditNote,
  "invoices.send-document": sendDocument,
  "catalog.remove-file": removeFile,
  "courses.take-offer": takeOffer,
  "learning.issue-certificate": issueCertificate,
  "learning.send-certificate": sendCertificate,
  "learning.send-grade": sendGrade,
  "courses.send-access-reminder": sendAccessReminder,
  "courses.send-gift": sendGift,
  "courses.send-gift-reminder": sendGiftReminder,
  "organisations.send-invite": sendInvite,
  "payments.send-refund": sendRefund,
  "payments.send-gift-card": sendGiftCard,
  "payments.send-capture": sendCapture,
  "payments.close-session": closeSession,
  "payments.charge-saved-method": chargeSavedMethod,
  "payments.detach-method": detachMethod,
  "payments.review-supplements": reviewSupplements,
  "subscriptions.push-change": pushSubscriptionChange,
  "notifications.send-subscription-past-due": sendSubscriptionPastDue,
  "production.push-order": pushOrder,
  "imports.run-import": runImport,
  "imports.run-export": runExport,
  "reports.run-report": runReport,
  "production.tell-change": tellChange,
  "shipments.open-shipments": openShipments,
  "shipments.book-shipment": bookShipment,
};

/** The tasks that run by the clock, by queue name. */
export const scheduledTasks: Record<ScheduledTaskName, ScheduledTask> = {
  "orders.expire-due": expireDueOrders,
  "orders.complete-due": completeDueOrders,
  "alerts.raise": raiseAlerts,
  "carts.expire-due": expireCarts,
  "courses.expire-offers": expireOffers,
  "courses.run-gifts": runGifts,
  "courses.remind-access-ends": remindAccessEnds,
  "courses.decide-intakes": decideIntakes,
  "courses.wind-up-intakes": windUpIntakes,
  "instalments.run-due": runInstalments,
  "payments.apply-provider-events": applyProviderEvents,
  "payments.reconcile": reconcilePayments,
  "payments.expire-gift-cards": expireGiftCards,
  "payments.announce-gift-cards": announceGiftCards,
  "payments.reconcile-refunds": reconcileRefunds,
  "people.anchor-audit": anchorAudit,
  "payments.read-events": readEvents,
  "payments.reconcile-methods": reconcileMethods,
  "subscriptions.reconcile": reconcileSubscriptions,
  "subscriptions.follow-due": followSubscriptions,
  "recommendations.refresh": refreshRecommendations,
  "shipments.apply-carrier-events": applyCarrierEvents,
  "shipments.reconcile": reconcileShipments,
  "processes.close-abandoned": closeAbandonedProcesses,
  "catalog.discard-abandoned-uploads": discardAbandonedUploads,
  "catalog.refresh-search": refreshSearch,
  "reports.discard-old": discardOldReports,
  "foundation.purge-idempotency-keys": purgeIdempotencyKeys,
};

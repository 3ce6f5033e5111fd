/** Where an order stands. */
export const orderStatuses = [
  "pending",
  "paid",
  "processing",
  "shipped",
  "delivered",
  "completed",
  "cancelled",
  "expired",
  "refunded",
  "partially_refunded",
  "needs_review",
] as const;
/** One of {@link orderStatuses}. */
export type OrderStatus = (typeof orderStatuses)[number];

/** What can stay open too long. */
export const concernKinds = [
  "provider_event_failed",
  "webhooks_missing",
  "provider_event_unknown",
  "payment_open",
  "order_in_review",
  "refund_pending",
  "refund_failed",
  "gift_card_returned",
  "proof_waiting",
  "shipment_stuck",
  "shipment_came_back",
  "carrier_event_failed",
  "carrier_event_unknown",
  "carrier_webhooks_missing",
  "production_waiting",
  "job_failed",
  "schedule_failing",
  "events_undelivered",
  "complaint_waiting",
  "complaint_unsettled",
] as const;
/** One of {@link concernKinds}. */
export type ConcernKind = (typeof concernKinds)[number];

/** What a complaint is about. */
export const complaintTypes = ["defect", "wrong_item", "damaged", "missing", "other"] as const;
/** One of {@link complaintTypes}. */
export type ComplaintType = (typeof complaintTypes)[number];

/** Where a complaint stands. */
export const complaintStatuses = ["open", "under_review", "resolved", "rejected", "withdrawn"] as const;
/** One of {@link complaintStatuses}. */
export type ComplaintStatus = (typeof complaintStatuses)[number];

/** What a complaint ends in. */
export const complaintResolutions = ["refund", "replacement", "store_credit", "rejected"] as const;
/** One of {@link complaintResolutions}. */
export type ComplaintResolution = (typeof complaintResolutions)[number];
/** What a customer may say they would like. */
export type ComplaintWish = Exclude<ComplaintResolution, "rejected">;

/** Whether what a complaint was resolved by has arrived. */
export const complaintSettlements = ["settled", "pending", "failed"] as const;
/** One of {@link complaintSettlements}. */
export type ComplaintSettlement = (typeof complaintSettlements)[number];

/** What can be done with a complaint. */
export const complaintActions = [
  "update",
  "add_message",
  "add_evidence",
  "remove_evidence",
  "withdraw",
  "reopen",
  "assign",
  "start_review",
  "resolve",
] as const;
/** One of {@link complaintActions}. */
export type ComplaintAction = (typeof complaintActions)[number];

/** Where an order stands that staff prepare. */
export const draftOrderStatuses = ["open", "placed", "cancelled"] as const;
/** One of {@link draftOrderStatuses}. */
export type DraftOrderStatus = (typeof draftOrderStatuses)[number];

/** What can be done with an order. */
export const orderActions = [
  "pay",
  "cancel",
  "edit",
  "change_address",
  "refund",
  "resolve_review",
  "start_processing",
  "mark_shipped",
  "mark_delivered",
  "complete",
  "add_note",
  "complain",
] as const;
/** One of {@link orderActions}. */
export type OrderAction = (typeof orderActions)[number];

/** Where a parcel is. */
export const shipmentStatuses = [
  "pending",
  "picked_up",
  "in_transit",
  "out_for_delivery",
  "delivered",
  "failed",
  "returned",
  "cancelled",
] as const;
/** One of {@link shipmentStatuses}. */
export type ShipmentStatus = (typeof shipmentStatuses)[number];

/** What can be said of a parcel. */
export const trackingStatuses = [
  "order_received",
  "packing",
  "picked_up",
  "arrived_facility",
  "departed_facility",
  "out_for_delivery",
  "delivery_failed",
  "delivered",
  "returned_to_sender",
] as const;
/** One of {@link trackingStatuses}. */
export type TrackingStatus = (typeof trackingStatuses)[number];

/** Where one attempt to pay stands. */
export const paymentStatuses = [
  "pending",
  "processing",
  "authorized",
  "success",
  "failed",
  "expired",
  "cancelled",
  "refunding",
  "refunded",
  "refund_failed",
] as const;
/** One of {@link paymentStatuses}. */
export type PaymentStatus = (typeof paymentStatuses)[number];

/**
 * Ways to pay: Stripe's page, Stripe's fields on a page of yours, a method saved before, the bill of a subscription, an e-wallet's page, a bank transfer that staff approve by its proof, store credit, a gift
 * card, what an order gave up for this one when it was changed, or cash and whatever else staff record.
 */
export const paymentMethods = [
  "checkout",
  "payment_intent",
  "saved_method",
  "subscription",
  "ewallet",
  "manual_transfer",
  "store_credit",
  "gift_card",
  "exchange",
  "cash",
  "other",
] as const;
/** One of {@link paymentMethods}. */
export type PaymentMethod = (typeof paymentMethods)[number];

/** Where a subscription stands: `expired` was never paid. */
export const subscriptionStatuses = ["incomplete", "active", "past_due", "canceled", "expired"] as const;
/** One of {@link subscriptionStatuses}. */
export type SubscriptionStatus = (typeof subscriptionStatuses)[number];

/** Where one part of an order's price stands. */
export const instalmentStatuses = [
  "scheduled",
  "processing",
  "overdue",
  "failed",
  "paid",
  "cancelled",
  "written_off",
] as const;
/** One of {@link instalmentStatuses}. */
export type InstalmentStatus = (typeof instalmentStatuses)[number];

/** Where the parts of an order stand together. */
export const instalmentScheduleStatuses = ["proposed", "running", "completed", "cancelled", "written_off"] as const;
/** One of {@link instalmentScheduleStatuses}. */
export type InstalmentScheduleStatus = (typeof instalmentScheduleStatuses)[number];

/** Where a proof of payment stands. */
export const paymentProofStatuses = ["uploading", "submitted", "approved", "rejected"] as const;
/** One of {@link paymentProofStatuses}. */
export type PaymentProofStatus = (typeof paymentProofStatuses)[number];

/** How a review of an order ends. */
export const reviewResolutions = ["fulfil", "refund", "close"] as const;
/** One of {@link reviewResolutions}. */
export type ReviewResolution = (typeof reviewResolutions)[number];

/** Where a dispute stands: in an `inquiry` no money moved yet, while `open` it is with the buyer's bank. */
export const disputeStatuses = ["inquiry", "open", "won", "lost", "closed"] as const;
/** One of {@link disputeStatuses}. */
export type DisputeStatus = (typeof disputeStatuses)[number];

/** Where a refund goes: back the way it came, to the customer's store credit, or to what the order was changed to (only by an edit). */
export const refundDestinations = ["payment", "store_credit", "exchange"] as const;
/** One of {@link refundDestinations}. */
export type RefundDestination = (typeof refundDestinations)[number];

/** Where a refund stands. */
export const refundStatuses = ["pending", "success", "failed"] as const;
/** One of {@link refundStatuses}. */
export type RefundStatus = (typeof refundStatuses)[number];

/** Where a background job stands; `waiting` means that a system outside has it. */
export const processStatuses = ["queued", "running", "waiting", "done", "failed", "cancelled"] as const;
/** One of {@link processStatuses}. */
export type ProcessStatus = (typeof processStatuses)[number];

/** What a document of the shop is: an invoice, or a credit note that corrects one. */
export const invoiceKinds = ["invoice", "credit_note"] as const;
/** One of {@link invoiceKinds}. */
export type InvoiceKind = (typeof invoiceKinds)[number];

/** Where a learner's place in an intake stands. */
export const enrollmentStatuses = ["reserved", "active", "suspended", "completed", "cancelled", "expired"] as const;
/** One of {@link enrollmentStatuses}. */
export type EnrollmentStatus = (typeof enrollmentStatuses)[number];

/** Where somebody on a waiting list stands. */
export const waitlistStatuses = ["waiting", "offered", "accepted", "expired", "left", "cancelled"] as const;
/** One of {@link waitlistStatuses}. */
export type WaitlistStatus = (typeof waitlistStatuses)[number];

/** Where an intake stands: a draft only staff see, published, closed to newcomers, or cancelled for good. */
export const intakeStatuses = ["draft", "published", "closed", "cancelled"] as const;
/** One of {@link intakeStatuses}. */
export type IntakeStatus = (typeof intakeStatuses)[number];

/** Where a message stands. */
export const notificationStatuses = ["pending", "sent", "failed"] as const;
/** One of {@link notificationStatuses}. */
export type NotificationStatus = (typeof notificationStatuses)[number];

/** Ways to reach a person. */
export const notificationChannels = ["email", "sms", "push", "whatsapp"] as const;
/** One of {@link notificationChannels}. */
export type NotificationChannel = (typeof notificationChannels)[number];

/** How much a course expects of its learners. */
export const courseLevels = ["beginner", "intermediate", "advanced"] as const;
/** One of {@link courseLevels}. */
export type CourseLevel = (typeof courseLevels)[number];

/** What a lesson is. */
export const lessonKinds = ["video", "text", "file", "quiz", "assignment"] as const;
/** One of {@link lessonKinds}. */
export type LessonKind = (typeof lessonKinds)[number];

/** Whether somebody was at a session. */
export const attendanceStatuses = ["present", "late", "absent", "excused"] as const;
/** One of {@link attendanceStatuses}. */
export type AttendanceStatus = (typeof attendanceStatuses)[number];

/** Why a lesson is not open to somebody. */
export const lockReasons = [
  "not_enrolled",
  "unpaid",
  "suspended",
  "access_over",
  "not_started",
  "prerequisites",
  "not_yet",
  "previous_lesson",
] as const;
/** One of {@link lockReasons}. */
export type LockReason = (typeof lockReasons)[number];

/** Why a unit costs what it costs. */
export const priceReasonKinds = ["base", "sale", "tier", "group", "agreed"] as const;
/** One of {@link priceReasonKinds}. */
export type PriceReasonKind = (typeof priceReasonKinds)[number];

/** What a promotion does. */
export const promotionKinds = ["percent", "fixed", "free_shipping", "buy_x_get_y"] as const;
/** One of {@link promotionKinds}. */
export type PromotionKind = (typeof promotionKinds)[number];

/** How a variant is counted: not at all, to what is there, or beyond it. */
export const stockModes = ["none", "tracked", "backorder", "preorder"] as const;
/** One of {@link stockModes}. */
export type StockMode = (typeof stockModes)[number];

/** Where a hold of stock stands. */
export const stockHoldStatuses = ["held", "released", "deducted", "expired"] as const;
/** One of {@link stockHoldStatuses}. */
export type StockHoldStatus = (typeof stockHoldStatuses)[number];

/** Why staff change stock: `count` goes with a counted number, `receipt` and `found` add, `correction` does either, the others take away. */
export const adjustmentReasons = [
  "receipt",
  "count",
  "damage",
  "loss",
  "found",
  "correction",
  "supplier_return",
  "own_use",
] as const;
/** One of {@link adjustmentReasons}. */
export type AdjustmentReason = (typeof adjustmentReasons)[number];

/** Why units moved. */
export const movementReasons = [
  "capacity",
  "sale",
  "return",
  "backorder",
  "transfer",
  "deduction",
  ...adjustmentReasons,
] as const;
/** One of {@link movementReasons}. */
export type MovementReason = (typeof movementReasons)[number];
/** What a product is. */
export const productKinds = ["course", "physical", "digital", "bundle", "gift_card"] as const;
/** One of {@link productKinds}. */
export type ProductKind = (typeof productKinds)[number];

/** What the value of an attribute is. */
export const attributeTypes = ["text", "integer", "decimal", "boolean", "choice"] as const;
/** One of {@link attributeTypes}. */
export type AttributeType = (typeof attributeTypes)[number];

/** Where a seat of an organisation stands: nobody's, kept for an invitation, somebody's enrolment, or given back. */
export const organisationSeatStatuses = ["free", "invited", "assigned", "ended"] as const;
/** One of {@link organisationSeatStatuses}. */
export type OrganisationSeatStatus = (typeof organisationSeatStatuses)[number];

/** What somebody is in an organisation. */
export const organisationRoles = ["manager", "member"] as const;
/** One of {@link organisationRoles}. */
export type OrganisationRole = (typeof organisationRoles)[number];

/** How far the learner of an organisation's seat is. */
export const enrollmentProgressStates = ["assigned", "started", "completed"] as const;
/** One of {@link enrollmentProgressStates}. */
export type EnrollmentProgressState = (typeof enrollmentProgressStates)[number];

/** Where a gift stands: not paid yet, waiting for whoever has its code, claimed, its seat released, or its money given back. */
export const giftStatuses = ["unpaid", "waiting", "claimed", "expired", "ended"] as const;
/** One of {@link giftStatuses}. */
export type GiftStatus = (typeof giftStatuses)[number];

/** Where a gift card that was bought stands: not paid yet, issued, or taken back because its money went back. */
export const giftCardPurchaseStatuses = ["unpaid", "issued", "voided"] as const;
/** One of {@link giftCardPurchaseStatuses}. */
export type GiftCardPurchaseStatus = (typeof giftCardPurchaseStatuses)[number];

import { failpoint } from "../../../../supabase/functions/_shared/failpoint.ts";
import { correlated } from "../database.ts";
import type { Attachment } from "../mailer.ts";
import { PermanentFailure } from "../permanent-failure.ts";
import type { Rendered } from "../templates/rendered.ts";
import type { EventRunContext } from "./task.ts";

/** One mail to one person: `effectKey` is what makes it one, however often the task runs. */
export type MailOrder = {
  /** A customer, or null for an `address` that somebody gave. */
  profileId: string | null;
  address?: string;
  type: string;
  effectKey: string;
  rendered: Rendered;
  attachments?: Attachment[];
  /** A word of the text that is not kept with the notification: a secret that is its recipient's alone. */
  secret?: string;
};

type Notification = { notification_id: string; status: string; recipient: string };

/**
 * Sends a mail once: the notification's row is unique by effect key and is marked sent, with the process, in one transaction.
 * When the worker dies between the mail server's "accepted" and that mark, the mail goes out again with the same Message-ID.
 */
export async function deliverMail(order: MailOrder, context: EventRunContext): Promise<void> {
  const { sql, mailer, log, correlationId } = context;
  const { subject, text, html } = order.rendered;
  const kept = order.secret ? text.replaceAll(order.secret, "…") : text;
  const [notification] = await correlated(sql, correlationId, (transaction) =>
    order.profileId !== null
      ? transaction<Notification[]>`
          select notification_id, status, recipient
          from private.queue_notification(${order.profileId}, ${order.type}, 'email', ${order.effectKey}, ${subject}, ${kept})`
      : transaction<Notification[]>`
          select notification_id, status, recipient
          from private.queue_mail_to(${order.address ?? ""}, ${order.type}, ${order.effectKey}, ${subject}, ${kept})`,
  );
  if (!notification) {
    log.info("nobody to write to: the account has no address any more");
    return;
  }
  if (notification.status === "sent") return;
  const { notification_id: id, recipient: to } = notification;
  await failpoint("mail.queued", id);
  try {
    await mailer.send({
      to,
      subject,
      text,
      html,
      attachments: order.attachments,
      effectKey: order.effectKey,
      correlationId,
    });
  } catch (error) {
    if (error instanceof PermanentFailure)
      await sql`select private.mark_notification(${id}, 'failed', ${error.message})`;
    throw error;
  }
  await failpoint("mail.sent", id);
  await context.complete(async (transaction) => {
    await transaction`select private.mark_notification(${id}, 'sent')`;
  });
  await failpoint("mail.recorded", id);
}

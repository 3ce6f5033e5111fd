import { buildCourse } from "../learning/teaching.ts";
import { payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { stockedVariant } from "../support/goods.ts";
import { type Learner, newLearner } from "../support/learners.ts";
import { publishedProduct } from "../support/products.ts";
import type { TestStack } from "../support/stack.ts";

/** A JSON object. */
export type Row = Record<string, unknown>;

/** What a function answered. */
export type Answer = { status: number; body: Row };

/** The smallest picture there is. */
export const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** Ways to call the functions of a stack, and to build what they are called for. */
export function callersOf(stack: TestStack) {
  async function call(name: string, person: Learner, body: Row, key?: string): Promise<Answer> {
    const response = await fetch(`${stack.urls.api}/functions/v1/${name}`, {
      method: "POST",
      headers: {
        apikey: stack.keys.publishableKey,
        authorization: `Bearer ${person.token}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Row };
  }

  /** Asks again with the same key when it is told to, as the SDK does. */
  async function callAgain(name: string, person: Learner, body: Row, key: string): Promise<Answer> {
    let answer = await call(name, person, body, key);
    for (let again = 0; answer.status === 503 && again < 5; again++) answer = await call(name, person, body, key);
    return answer;
  }

  /** Starts an upload and sends its bytes. */
  async function sent(
    person: Learner,
    name: string,
    wish: Row,
    bytes: Buffer | string = PNG,
    type = "image/png",
  ): Promise<Row> {
    const { status, body } = await call(name, person, wish);
    if (status !== 200) throw new Error(`${name} answered ${status}: ${JSON.stringify(body)}`);
    const init = {
      method: "PUT",
      headers: { "content-type": type },
      body: new Blob([new Uint8Array(Buffer.from(bytes))], { type }),
    };
    const put = await fetch(`${stack.urls.api}${body.path}`, init);
    if (!put.ok) throw new Error(`The bytes were answered ${put.status}.`);
    return body;
  }

  /** An order of a new person that waits to be paid. */
  async function unpaid() {
    const person = await newLearner(stack);
    const { variantId } = await publishedIntake(stack.sql, { seats: 5, price: 150_000_50 });
    const { id } = await person.seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] });
    return { person, order_id: id };
  }

  /** A payment by transfer that waits for its proof. */
  async function transferring() {
    const { person, order_id } = await unpaid();
    return { person, payment_id: (await person.seatline.transfers.start({ order_id })).payment.id };
  }

  /** A file that somebody bought; gives the id of its download. */
  async function bought({ id, seatline }: Learner, staff: Learner): Promise<string> {
    const { productId, variantIds } = await publishedProduct(stack.sql, { kind: "digital" });
    await staff.seatline.catalog.uploadFile({
      product_id: productId,
      file_name: "book.pdf",
      bytes: new Uint8Array(PNG),
    });
    const order = await seatline.orders.place({ lines: [{ variant_id: variantIds[0] as string, quantity: 1 }] });
    await payOrder(stack.sql, id, order.id);
    const downloads = await seatline.catalog.downloads();
    return downloads.find(({ product_id }) => product_id === productId)?.download_id as string;
  }

  /** Somebody who teaches, and what they upload for a lesson. */
  async function teaching() {
    const person = await newLearner(stack);
    const { productId, lessons } = await buildCourse(stack.sql, [{ kind: "file" }]);
    await stack.sql`insert into public.course_instructors (product_id, profile_id) values (${productId}, ${person.id})`;
    const file = { file_name: "notes.pdf", content_type: "application/pdf", bytes: 9 };
    return { person, wish: { step: "start", lesson_id: lessons[0] as string, ...file } };
  }

  /** A complaint about something that was paid. */
  async function complaining() {
    const person = await newLearner(stack);
    const variant_id = await stockedVariant(stack.sql, 10, { status: "published", price: 10_00 });
    const where = { city: "Bandung", province: "Jawa Barat", postal_code: "40135" };
    await person.seatline.people.addresses.add({
      recipient: "Sari",
      phone: "+62 811 222 333",
      street: "Jl. Dago 12",
      ...where,
    });
    const order = await person.seatline.orders.place({ lines: [{ variant_id, quantity: 1 }] });
    await payOrder(stack.sql, person.id, order.id);
    const wish = { order_id: order.id, type: "damaged", description: "It is broken." } as const;
    return { person, complaint_id: (await person.seatline.complaints.open(wish)).id };
  }

  return { call, callAgain, sent, unpaid, transferring, bought, teaching, complaining };
}

import { randomBytes } from "node:crypto";
import { type Cart, type Course, type Intake, type Order, type Seatline, SeatlineError } from "../src/index.ts";
import { subjectOfMail } from "./mailbox.ts";
import { moment, money, say, table } from "./print.ts";
import type { RunningStack } from "./running-stack.ts";
import { check, step } from "./steps.ts";

const currency = "IDR";

/** Plays how a visitor becomes a customer and pays. Throws at the first step that is wrong; answers the free course they have a seat in now. */
export async function buying(stack: RunningStack, client: Seatline): Promise<Course> {
  const email = `learner-${randomBytes(4).toString("hex")}@example.test`;

  const chosen = await step("A visitor fills a cart", async () => {
    const shirt = await client.catalog.get("seatline-shirt", { currency });
    const book = await client.catalog.get("sql-without-fear-ebook", { currency });
    const [size, file] = [shirt.variants[0], book.variants[0]];
    check(size && file, "the shop has no shirt or no book; `npm run reset` brings its goods back");
    await client.cart.add({ variant_id: size.id, quantity: 2 });
    const cart = await client.cart.add({ variant_id: file.id });
    check(cart.id === null && cart.lines.length === 2, "the cart is not a guest's cart of two lines");
    showCart(cart);
    say(`Pictures: ${shirt.images.map(({ id }) => client.catalog.imageUrl(id)).join(" ")}`);
    return cart;
  });

  await step("signs up", async () => {
    const password = randomBytes(12).toString("base64url");
    const names = { first_name: "Sari", last_name: "Wijaya", locale: "en" };
    const { data, error } = await client.auth.signUp({ email, password, options: { data: names } });
    if (error) throw error;
    check(data.session, "signing up gave no session; is e-mail confirmation switched on?");
    const me = await client.people.me();
    check(me.first_name === "Sari", "the profile was not made from the sign-up");
    say(`${me.first_name} ${me.last_name}, ${me.email}`);
  });

  await step("finds the cart again, and types a code", async () => {
    const mine = await client.cart.get();
    check(mine.id !== null && mine.lines.length === chosen.lines.length, "the cart did not come along");
    const cheaper = await client.cart.applyCoupon("welcome10");
    check(cheaper.quote.discount_amount > 0, "the code takes nothing off");
    showCart(cheaper);
  });

  const courses = await step("looks at the catalogue", async () => {
    const all = await Array.fromAsync(client.courses.iterate({ currency }));
    check(all.length > 0, "the catalogue is empty; `npm run reset` seeds it");
    table([["COURSE", "INTAKE", "PRICE", "SEATS LEFT"], ...all.flatMap(offers)]);
    return all;
  });

  const free = await step("enrols in a free course", async () => {
    const offer = find(
      courses.filter(({ slug }) => slug === "javascript-from-zero"),
      (intake) => priceOf(intake) === 0,
    );
    const { enrollment, order } = await client.courses.enroll({ intake_id: offer.intake.id });
    check(enrollment.status === "active", `the enrolment is ${enrollment.status}`);
    check(order.total_amount === 0 && order.status === "paid", "the order is not a paid one of nothing");
    say(`${offer.course.title}, order ${order.number}, ${enrollment.status} at once`);
    return offer;
  });

  const others = courses.filter((course) => course.id !== free.course.id);
  const paid = find(others, (intake) => (priceOf(intake) ?? 0) > 0 && (intake.seats_available ?? 0) > 0);
  const before = paid.intake.seats_available ?? 0;
  const seatsLeft = async () => (await client.inventory.levels([paid.intake.variant_id]))[0]?.available;

  const order = await step("adds a seat and an address, and orders it all at once", async () => {
    await client.cart.add({ variant_id: paid.intake.variant_id });
    await client.people.addresses.add(home);
    const cart = await client.cart.get();
    check(cart.problems.length === 0, `the cart has a problem: ${cart.problems[0]?.message}`);
    const [placed, again] = await Promise.all([1, 2].map(() => client.orders.place({ cart: true })));
    check(placed && placed.id === again?.id, "two clicks made two orders");
    check(placed.status === "pending", `the order is ${placed.status}`);
    check(placed.total_amount === cart.quote.total_amount, "the order costs something else than the cart said");
    check(seatOf(placed)?.status === "reserved", "no seat is reserved");
    say(`Order ${placed.number}: ${placed.items.map(({ title }) => title).join(", ")}`);
    say(`${money({ amount: placed.total_amount, currency })}, held until ${moment(placed.expires_at)}`);
    return placed;
  });

  const page = await step("goes to the checkout", async () => {
    const first = await client.checkout.start({ order_id: order.id });
    const again = await client.checkout.start({ order_id: order.id });
    check(first.payment.url === again.payment.url, "asking twice opened two pages");
    say(first.payment.url);
    return first.payment.url;
  });

  await step("pays on the provider's page", async () => {
    const session = new URL(page).pathname.split("/").filter(Boolean).at(-1);
    const answer = await fetch(`${stack.simulator}/simulator/sessions/${session}/pay`, { method: "POST" });
    check(answer.ok, `the provider answered ${answer.status}: ${await answer.text()}`);
    const since = Date.now();
    await client.payments.settled(order.id);
    const done = await client.orders.get(order.id);
    check(done.status === "paid", `the order is ${done.status}`);
    check(seatOf(done)?.status === "active", "the seat is not active");
    say(`Order ${done.number} is ${done.status}, ${Date.now() - since} ms after the payment`);
    const after = await seatsLeft();
    // Others may buy at the same moment, so at least one seat fewer is what must hold.
    check(after !== undefined && after < before, `seats left were ${before} and are ${after}`);
    say(`Seats left: ${before} before, ${after} now`);
  });

  await step("gets a mail", async () => say(`“${await subjectOfMail(stack.mail, email, order.number)}”`));

  await step("finds the book among the downloads", async () => {
    const [file] = await client.catalog.downloads();
    check(file, "there is nothing to download");
    say(`${file.title}: ${file.file_name}, ${file.max_downloads} times until ${moment(file.expires_at)}`);
  });

  await step("sees both courses on the dashboard", async () => {
    const mine = await client.courses.mine();
    for (const { intake } of [free, paid]) {
      check(
        mine.some((card) => card.intake_id === intake.id && card.status === "active"),
        `${intake.title} is missing`,
      );
    }
    const cards = mine.map((card) => [card.title, card.intake_title, card.status, card.order_number ?? ""]);
    table([["COURSE", "INTAKE", "STATUS", "ORDER"], ...cards]);
  });

  await step("is refused a second seat", async () => {
    const refusal = await client.courses.enroll({ intake_id: free.intake.id }).catch((error: unknown) => error);
    check(refusal instanceof SeatlineError, "it was not refused");
    check(
      refusal.code === "already_enrolled" && refusal.status === 409,
      `the refusal is ${refusal.status} ${refusal.code}`,
    );
    say(`${refusal.status} ${refusal.code}: ${refusal.message} ${refusal.hint}`);
  });
  return free.course;
}

const home = {
  recipient: "Sari Wijaya",
  phone: "+62 812 3456 7890",
  street: "Jl. Dago 12",
  city: "Bandung",
  province: "Jawa Barat",
  postal_code: "40135",
};

function seatOf(order: Order) {
  return order.items.find(({ enrollment }) => enrollment)?.enrollment;
}

function showCart({ lines, quote }: Cart): void {
  const rows = lines.map((line) => [
    line.title ?? "",
    String(line.quantity),
    money({ amount: line.subtotal_amount, currency }),
  ]);
  const { discount_amount, shipping, total_amount } = quote;
  const less = discount_amount > 0 ? [["less", "", money({ amount: discount_amount, currency })]] : [];
  const sent = shipping?.method
    ? [[`sent by ${shipping.method.name}`, "", money({ amount: shipping.amount, currency })]]
    : [];
  table([
    ["CART", "", "PRICE"],
    ...rows,
    ...less,
    ...sent,
    ["together", "", money({ amount: total_amount, currency })],
  ]);
}

interface Offer {
  course: Course;
  intake: Intake;
}

function priceOf(intake: Intake): number | undefined {
  return intake.prices.find((price) => price.currency === currency)?.amount;
}

function offers(course: Course): string[][] {
  return course.intakes.map((intake) => {
    const amount = priceOf(intake);
    const price = amount === undefined ? "not sold" : money({ amount, currency });
    return [
      course.title,
      intake.title,
      price,
      intake.seats_available === null ? "no limit" : String(intake.seats_available),
    ];
  });
}

/** The first open intake with a free seat that is wanted. Which are open is the server's decision; this only picks one likely to be. */
function find(courses: Course[], wanted: (intake: Intake) => boolean): Offer {
  const now = Date.now();
  const isOpen = ({ enroll_opens_at, enroll_closes_at }: Intake) =>
    Date.parse(enroll_opens_at) <= now && (enroll_closes_at === null || Date.parse(enroll_closes_at) > now);
  for (const course of courses) {
    const intake = course.intakes.find((each) => isOpen(each) && each.seats_available !== 0 && wanted(each));
    if (intake) return { course, intake };
  }
  throw new Error(
    "The catalogue has no such intake with a free seat left. `npm run reset` brings the seeded school back.",
  );
}

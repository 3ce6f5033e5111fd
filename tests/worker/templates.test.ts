import { describe, expect, it } from "vitest";
import { messageId } from "../../packages/worker/src/mailer.ts";
import { alert } from "../../packages/worker/src/templates/alert.ts";
import { complaintNews } from "../../packages/worker/src/templates/complaint-news.ts";
import { formatMoney } from "../../packages/worker/src/templates/format-money.ts";
import { orderConfirmation } from "../../packages/worker/src/templates/order-confirmation.ts";
import { paymentFailed } from "../../packages/worker/src/templates/payment-failed.ts";
import { paymentRequest } from "../../packages/worker/src/templates/payment-request.ts";
import { refundNotice } from "../../packages/worker/src/templates/refund-notice.ts";
import { seatOffer } from "../../packages/worker/src/templates/seat-offer.ts";
import { shipmentNews } from "../../packages/worker/src/templates/shipment-news.ts";

const order = {
  shop: "Toko <script>",
  firstName: "Ayu & co",
  number: "SL-100001",
  currency: "IDR",
  minorUnits: 2,
  totalAmount: 15_000_000,
  items: [
    {
      title: 'A "b" <i>',
      quantity: 1,
      totalAmount: 15_000_000,
      startsAt: "2026-12-01T02:00:00Z",
      timeZone: "Asia/Jakarta",
    },
  ],
  shipping: null,
  hasCourses: true,
  orderUrl: "http://shop.test/orders/1",
  coursesUrl: "http://shop.test/my-courses?a=1&b=2",
};
// Intl separates with spaces that do not break.
const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");

describe("mail templates", () => {
  it.each([
    [15_000_000, "IDR", 2, "id", "Rp 150.000"],
    [15_000_050, "IDR", 2, "id", "Rp 150.000,50"],
    [999, "USD", 2, "en", "$9.99"],
    [1000, "USD", 2, "en", "$10.00"],
    [7, "USD", 2, "en", "$0.07"],
    [500, "JPY", 0, "en", "¥500"],
    [9_007_199_254_740_991, "USD", 2, "en", "$90,071,992,547,409.91"],
  ] as const)("write %d %s with %d minor units in %s as %s", (amount, currency, minorUnits, locale, written) => {
    expect(plain(formatMoney(amount, currency, minorUnits, locale))).toBe(written);
  });

  it("let nothing a person wrote become markup", () => {
    const { html, text } = orderConfirmation(order, "id");
    expect(html).not.toMatch(/<script>|<i>|Ayu & co/);
    expect(html).toContain("A &quot;b&quot; &lt;i&gt;");
    expect(html).toContain('href="http://shop.test/my-courses?a=1&amp;b=2"');
    expect(text).toContain('A "b" <i>');
  });

  it("tell when a course starts in the course's own time zone", () => {
    expect(plain(orderConfirmation(order, "en").text)).toContain("1 December 2026 at 09:00 (Asia/Jakarta)");
  });

  it("tell buyers how much goes back, why and by which way", () => {
    const facts = { shop: "Toko", firstName: "", number: "SL-1", amount: 15_000_000, currency: "IDR", minorUnits: 2 };
    const about = { ...facts, why: "sold_out", way: "same_way", orderUrl: "http://shop.test/1" } as const;
    expect(plain(refundNotice(about, "en").text)).toMatch(
      /IDR.150,000 for order SL-1[\s\S]*sold out[\s\S]*the way you paid/,
    );
    expect(refundNotice({ ...about, way: "gift_card" }, "id").text).toMatch(/habis terjual[\s\S]*kartu hadiah/);
  });

  it("tell customers what became of their complaint", () => {
    const facts = {
      shop: "Toko",
      firstName: "Ayu",
      number: "CP-1",
      orderNumber: "SL-1",
      text: "Sorry <b>!",
      replacementNumber: null,
      complaintUrl: "http://shop.test/complaints/1",
    };
    expect(complaintNews({ ...facts, news: "opened", text: null }, "en").subject).toContain("received complaint CP-1");
    const rejected = complaintNews({ ...facts, news: "rejected" }, "en");
    expect(rejected.text).toMatch(/cannot accept complaint CP-1 about order SL-1[\s\S]*Sorry <b>!/);
    expect(rejected.html).toContain("Sorry &lt;b&gt;!");
    const replaced = complaintNews({ ...facts, news: "replacement", replacementNumber: "SL-2" }, "id");
    expect(replaced.text).toMatch(/penggantinya[\s\S]*SL-2/);
  });

  it("tell customers where their goods are, and staff what stays open", () => {
    const facts = {
      shop: "Toko",
      firstName: "Ayu",
      number: "SL-1",
      carrier: "JNE",
      trackingNumber: "42",
      trackingUrl: "https://track.test/42",
      isPart: false,
      orderUrl: "http://shop.test/1",
    };
    expect(shipmentNews({ ...facts, news: "shipped" }, "en").text).toMatch(
      /has left us[\s\S]*JNE[\s\S]*track.test\/42/,
    );
    expect(shipmentNews({ ...facts, news: "delivered" }, "id").text).not.toContain("JNE");
    expect(shipmentNews({ ...facts, news: "failed", isPart: true }, "en").subject).toMatch(/^A parcel of order SL-1/);
    const open = {
      shop: "Toko",
      kind: "refund_failed",
      sentence: "A refund failed.",
      subject: "SL-1",
      since: "2026-12-01T02:00:00Z",
    };
    const about = { ...open, timeZone: "Asia/Jakarta", url: null };
    expect(plain(alert(about, "en").text)).toMatch(/A refund failed\.[\s\S]*SL-1[\s\S]*09:00/);
    expect(alert(about, "id").text).toContain("Pengembalian dana gagal");
    const request = { shop: "Toko", firstName: "", number: "SL-1", currency: "IDR", minorUnits: 2, amount: 15_000_000 };
    const held = { heldUntil: "2026-12-01T02:00:00Z", timeZone: "Asia/Jakarta", orderUrl: "http://shop.test/1" };
    expect(plain(paymentRequest({ ...request, ...held }, "id").text)).toContain("Rp 150.000");
  });

  it("name what sending costs, tax included, between the goods and the total", () => {
    const sent = { ...order, shipping: { name: "Reguler", amount: 1_000_000 } };
    expect(plain(orderConfirmation(sent, "en").text)).toMatch(/Shipping: Reguler: IDR 10,000[\s\S]*Total/);
    const free = { ...order, shipping: { name: "Reguler", amount: 0 } };
    expect(orderConfirmation(free, "id").text).toContain("Ongkos kirim: Reguler: Gratis");
    expect(orderConfirmation(order, "en").text).not.toContain("Shipping");
  });

  it("say that an order is free instead of naming an amount", () => {
    const free = { ...order, totalAmount: 0, items: order.items.map((item) => ({ ...item, totalAmount: 0 })) };
    expect(orderConfirmation(free, "en").text).toContain("Total: Free");
  });

  it("offer to pay again only while the order is open", () => {
    const facts = { ...order, amount: 999, currency: "USD", timeZone: "Asia/Jakarta" };
    expect(paymentFailed({ ...facts, heldUntil: "2026-12-01T02:00:00Z" }, "en").text).toContain("Pay again");
    expect(paymentFailed({ ...facts, heldUntil: null }, "en").text).toContain("This order is closed");
  });

  it("tell until when an offered seat is held, in the course's own time zone", () => {
    const facts = {
      ...order,
      course: "A <b>",
      heldUntil: "2026-12-01T02:00:00Z",
      timeZone: "Asia/Jakarta",
      courseUrl: "http://shop.test/a",
    };
    const { subject, text, html } = seatOffer(facts, "en");
    expect(subject).toBe("A seat for you: A <b>");
    expect(plain(text)).toMatch(/until Tuesday,? 1 December 2026 at 09:00 \(Asia\/Jakarta\)/);
    expect(html).not.toContain("<b>");
    expect(plain(seatOffer(facts, "id").text)).toMatch(
      /sampai Selasa, 0?1 Desember 2026 pukul 09\.00 \(Asia\/Jakarta\)/,
    );
  });

  it("carry a Message-ID that belongs to the effect and not to the attempt", () => {
    const from = "Shop <hello@shop.test>";
    expect(messageId("welcome:1", from)).toBe(messageId("welcome:1", from));
    expect(messageId("welcome:1", from)).not.toBe(messageId("welcome:2", from));
    expect(messageId("welcome:1", from)).toMatch(/^<[0-9a-f]{32}@shop\.test>$/);
  });
});

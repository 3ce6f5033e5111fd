import { describe, expect, it } from "vitest";
import { sessionParameters, useProvider } from "./provider.ts";
import { until } from "./until.ts";

const provider = useProvider({ settings: { shop_name: "Sekolah <Laut>" } });

async function page(path: string, init: RequestInit = {}) {
  const response = await fetch(provider.url + path, { redirect: "manual", ...init });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const submit = (path: string, fields: Record<string, string>) =>
  page(path, { method: "POST", body: new URLSearchParams(fields) });

describe("the pay page", () => {
  it("shows the shop, the lines, the amount and the buyer's address, in the reader's way to write numbers", async () => {
    const { id } = await provider.session();
    const english = await page(`/pay/${id}`, { headers: { "accept-language": "en-GB,en;q=0.9" } });
    expect(english.status).toBe(200);
    expect(english.text).toContain("Sekolah &lt;Laut&gt;");
    expect(english.text).toContain("Batik course");
    expect(english.text).toMatch(/Pay IDR\s150,000\.00/);
    expect(english.text).toContain('value="learner@example.com"');
    const indonesian = await page(`/pay/${id}`, { headers: { "accept-language": "id" } });
    expect(indonesian.text).toMatch(/Pay Rp\s150\.000,00/);
  });

  it("takes the payment and leads back to the shop with the session's id", async () => {
    const { id } = await provider.session();
    const { status, headers } = await submit(`/pay/${id}`, { action: "pay", email: "learner@example.com" });
    expect(status).toBe(303);
    expect(headers.get("location")).toBe(`https://shop.example/thanks?session=${id}`);
    expect((await provider.stripe.checkout.sessions.retrieve(id)).payment_status).toBe("paid");
    expect((await page(`/pay/${id}`)).text).toContain("Paid. Thank you!");
  });

  it("says that the card was declined and lets the buyer try again", async () => {
    const { id } = await provider.session();
    const { status, headers } = await submit(`/pay/${id}`, { action: "decline" });
    expect(status).toBe(303);
    const again = await page(headers.get("location") as string);
    expect(again.text).toContain("Your card was declined.");
    expect(again.text).toContain('value="pay"');
  });

  it("leads back to the cart without changing anything when the buyer abandons it", async () => {
    const { id } = await provider.session({ cancel_url: "https://shop.example/cart?from={CHECKOUT_SESSION_ID}" });
    expect((await page(`/pay/${id}`)).text).toContain(`href="https://shop.example/cart?from=${id}"`);
    expect((await provider.stripe.checkout.sessions.retrieve(id)).status).toBe("open");
  });

  it("changes nothing when it is only looked at", async () => {
    const { id } = await provider.session();
    await page(`/pay/${id}?action=pay`);
    expect((await provider.truth()).counts.payment_intents).toBe(0);
  });

  it("does not take money on an expired or paid page", async () => {
    const expired = await provider.session();
    await provider.stripe.checkout.sessions.expire(expired.id);
    expect((await page(`/pay/${expired.id}`)).text).toContain("This payment page has expired.");
    expect((await submit(`/pay/${expired.id}`, { action: "pay" })).headers.get("location")).toBe(`/pay/${expired.id}`);
    const paid = await provider.session();
    for (let times = 0; times < 3; times++) await submit(`/pay/${paid.id}`, { action: "pay" });
    expect((await provider.truth()).charges).toHaveLength(1);
  });

  it("waits for the e-wallet by itself and then shows the result", async () => {
    await provider.control("PUT", "/simulator/settings", { delay_ms: 60_000 });
    const { id } = await provider.session({ amount: 15_000_011 });
    expect((await page(`/pay/${id}`)).text).toContain("This amount decides itself.");
    await provider.control("POST", "/simulator/advance", { seconds: 40 });
    const waiting = await page(`/pay/${id}`);
    expect(waiting.text).toContain("Your wallet is confirming the payment.");
    expect(waiting.text).toContain('http-equiv="refresh"');
    await provider.control("POST", "/simulator/advance", { seconds: 30 });
    await until("the result", async () => (await page(`/pay/${id}`)).text.includes("The payment failed."));
  });

  it("escapes everything that the shop and the buyer wrote", async () => {
    const evil = '"><script>alert(1)</script>';
    const [line] = sessionParameters().line_items as [{ price_data: object }];
    const product_data = { name: evil, description: evil };
    const { id } = await provider.session({
      line_items: [{ ...line, price_data: { ...line.price_data, product_data } as never, quantity: 3 }],
      cancel_url: `https://shop.example/?q=${evil}`,
      customer_email: '"><img@example.com',
    });
    for (const path of [`/pay/${id}`, "/"]) {
      const { text, headers } = await page(path);
      expect(text).not.toContain("<script");
      expect(text).not.toContain("<img");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    }
  });

  it("says so when the address is unknown", async () => {
    expect((await page("/pay/cs_test_none")).status).toBe(404);
    expect((await submit("/pay/cs_test_none", { action: "pay" })).status).toBe(404);
  });
});

describe("the index page", () => {
  it("shows sessions, deliveries and faults, and its buttons work without scripts", async () => {
    const { id } = await provider.session();
    await submit(`/sessions/${id}/decline`, {});
    await submit(`/sessions/${id}/pay`, {});
    await provider.delivered();
    const { text } = await page("/");
    expect(text).toContain(`/pay/${id}`);
    expect(text).toContain("complete, paid");
    expect(text).toContain("checkout.session.completed");
    const { status } = await submit("/faults", { drop: "next", duplicate: "half" });
    expect(status).toBe(303);
    const { body } = await provider.control("GET", "/simulator/faults");
    expect(body).toMatchObject({ drop: { count: 1 }, duplicate: { probability: 0.5 }, delay: null });
  });

  it("keeps a fault that was set over HTTP when the form is sent", async () => {
    await provider.control("PUT", "/simulator/faults", { delay: { probability: 0.25, ms: "10-20" } });
    expect((await page("/")).text).toContain("as set over HTTP");
    await submit("/faults", { delay: "custom", drop: "always" });
    const { body } = await provider.control("GET", "/simulator/faults");
    expect(body).toMatchObject({ delay: { probability: 0.25, ms: [10, 20] }, drop: { probability: 1 } });
  });

  it("takes a button that came too late calmly", async () => {
    const { id } = await provider.session();
    await submit(`/sessions/${id}/pay`, {});
    expect((await submit(`/sessions/${id}/expire`, {})).status).toBe(303);
    expect((await submit("/sessions/cs_test_none/pay", {})).status).toBe(303);
    expect((await submit("/deliveries/wd_none/resend", {})).status).toBe(303);
  });
});

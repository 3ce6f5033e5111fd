import { describe, expect, test } from "vitest";
import { call, paidParcel, staff } from "../shipments/parcels.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { withSabotage } from "../support/sabotage.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { type Basket, failToGiveBack, paidBasket, refund, resolve } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { disputeEvent, refundEvent } from "./provider-events.ts";

const database = useDatabase();

const level = async (sql: Sql, { thing }: Basket) => {
  const [row] = await sql`select available, reserved from public.stock_levels where variant_id = ${thing}`;
  return [row?.available, row?.reserved];
};
const written = async (sql: Sql, { thing, orderId }: Basket) => {
  const rows = await sql`select reason, sum(quantity)::integer as units from public.stock_movements
    where variant_id = ${thing} and (reference_id = ${orderId} or reason = 'damage') group by reason order by reason`;
  return rows.map(({ reason, units }) => `${reason} ${units}`);
};

/** A basket whose four things of ten arrived. */
async function arrived(sql: Sql): Promise<Basket> {
  const basket = await paidBasket(sql);
  await actingAs(sql, "service", (tx) => tx`select public.mark_shipped(${basket.orderId})`);
  await actingAs(sql, "service", (tx) => tx`select public.mark_delivered(${basket.orderId})`);
  return basket;
}

type Ending = [string, (sql: Sql, basket: Basket) => Promise<unknown>];
const byProvider: Ending = [
  "by a refund of everything at the provider",
  (sql, basket) => deliver(sql, refundEvent("refund.created", basket, { id: "re_hand", status: "succeeded" })),
];
const review =
  (how: string, restock: boolean | null = null) =>
  async (sql: Sql, { orderId }: Basket) => {
    if (how === "close") await failToGiveBack(sql, orderId);
    else await sql`select private.flag_order(${orderId}, 'a test wants a person')`;
    await resolve(sql, orderId, how, "a test decides", restock);
  };
const endings: Ending[] = [
  byProvider,
  ["by a review that is closed", review("close")],
  ["by a review that refunds", review("refund")],
  ["by a refund of staff who say nothing of the goods", (sql, { orderId }) => refund(sql, orderId, { restock: null })],
  [
    "by a lost dispute",
    async (sql, basket) => {
      await deliver(sql, disputeEvent("created", basket, "needs_response"));
      await deliver(sql, disputeEvent("closed", basket, "lost"));
    },
  ],
];

describe("goods that have left are not on sale again when their order ends", () => {
  test.each(endings)("%s", (_how, end) => staysGone(end));

  test("but were, when nobody asked where they are", () =>
    withSabotage(
      "create or replace function private.goods_have_left(order_id uuid) returns boolean language sql as 'select false'",
      (target) => target.rolledBack((sql) => expectGone(sql, byProvider[1])),
    ));

  async function staysGone(end: Ending[1]): Promise<void> {
    await database.rolledBack((sql) => expectGone(sql, end));
  }

  async function expectGone(sql: Sql, end: Ending[1]): Promise<void> {
    const basket = await arrived(sql);
    await end(sql, basket);
    expect((await outcomeOf(sql, basket)).order).toBe("refunded");
    expect(await level(sql, basket)).toEqual([6, 0]);
    expect(await written(sql, basket)).toEqual(["damage -4", "return 4", "sale -4"]);
    // the seat never left the house
    expect((await outcomeOf(sql, basket)).stock).toEqual({ available: 3, reserved: 0 });
  }
});

describe("of an order in two parcels, of which one has left,", () => {
  const halfGone = async (sql: Sql) => {
    const basket = await paidParcel(sql);
    const keeper = await staff(sql, "warehouse");
    const lines = [{ order_item_id: basket.things, quantity: 2 }];
    const part = await call(sql, keeper, "split_shipment", { shipment_id: basket.shipmentId, lines });
    await call(sql, keeper, "hand_over_shipment", { shipment_id: part.id });
    return { basket, keeper, part };
  };

  test("nothing is on sale again when everything is refunded at the provider", () =>
    database.rolledBack(async (sql) => {
      const { basket } = await halfGone(sql);
      await byProvider[1](sql, basket);
      expect((await outcomeOf(sql, basket)).order).toBe("refunded");
      expect(await level(sql, basket)).toEqual([6, 0]);
    }));

  test("everything is, once it is back in the house", () =>
    database.rolledBack(async (sql) => {
      const { basket, keeper, part } = await halfGone(sql);
      await call(sql, keeper, "mark_shipment_returned", { shipment_id: part.id, goods: "kept" });
      await byProvider[1](sql, basket);
      expect(await level(sql, basket)).toEqual([10, 0]);
    }));
});

describe("goods are on sale again", () => {
  test.each(["close", "refund"])("when a review ends by %s before they left", (how) =>
    database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      await review(how)(sql, basket);
      expect(await level(sql, basket)).toEqual([10, 0]);
    }),
  );

  test("when whoever ends the review says that they came back", () =>
    database.rolledBack(async (sql) => {
      const basket = await arrived(sql);
      await review("close", true)(sql, basket);
      expect(await level(sql, basket)).toEqual([10, 0]);
    }));

  test("unless whoever ends the review says that they are broken", () =>
    database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      await review("refund", false)(sql, basket);
      expect(await level(sql, basket)).toEqual([6, 0]);
    }));

  test("when everything is refunded at the provider before they left", () =>
    database.rolledBack(async (sql) => {
      const basket = await paidBasket(sql);
      await byProvider[1](sql, basket);
      expect(await level(sql, basket)).toEqual([10, 0]);
    }));
});

import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asOwner } from "../support/people.ts";
import { category, sell } from "./searching.ts";

const database = useDatabase();

describe("suggestions", () => {
  const suggest = async (sql: Sql, q: string, max = 10, locale: string | null = null) => {
    const [row] = await sql`select public.suggest_products(${q}, ${locale}, ${max}) as list`;
    return row?.list.map(({ title }: { title: string }) => title);
  };

  test("are titles that begin so, then with a word that does, then alike; categories too, and nothing that is not on sale", () =>
    database.rolledBack(async (sql) => {
      await category(sql, "kamus");
      for (const title of ["Kamera Saku", "Tas Kamera", "Kambing"]) await sell(sql, { title });
      await sell(sql, { title: "Kamera Rahasia", status: "draft" });
      await sell(sql, { title: "Baju", translations: { en: { title: "Camisole" } } });
      await asAnon(sql);
      expect(await suggest(sql, "kamer")).toEqual(["Kamera Saku", "Tas Kamera"]);
      expect(await suggest(sql, "KÁ")).toEqual(["Kambing", "Kamera Saku", "All kamus"]);
      expect(await suggest(sql, "kam")).toEqual(["Kambing", "Kamera Saku", "All kamus", "Tas Kamera"]);
      expect((await suggest(sql, "kameraa sak"))[0]).toBe("Kamera Saku");
      expect(await suggest(sql, "camis", 10, "en-US")).toEqual(["Camisole"]);
      expect(await suggest(sql, "camis", 10, "id")).toEqual([]);
      expect(await suggest(sql, "kam", 2)).toHaveLength(2);
      for (const q of ["", "   ", "%", "_", "qqqqq"]) expect(await suggest(sql, q), q).toEqual([]);
      await expectRefusal(() => suggest(sql, "kam", 11), { code: "invalid_search", status: 422 });
      await asOwner(sql);
    }));
});

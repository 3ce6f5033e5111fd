import { courseColumns } from "../../packages/sdk/src/resources/course-rows.ts";
import type { Bench } from "../bench.ts";
import { requestTo } from "../http/connection.ts";
import type { Row } from "../report/row.ts";
import { type Comparison, compareHttp } from "./compare-http.ts";
import type { Outcome } from "./outcome.ts";

/**
 * A page of twenty courses as `courses.list()` asks for it, as nobody in particular: through the gateway, and from PostgREST itself. Once
 * of classes with 30 seats, and once of intakes so large that their units lie in 64 slots, which all have to be added up. Then one call each
 * for a list, a product's page and a search.
 */
export async function measureCatalogList(bench: Bench): Promise<Outcome> {
  const { urls, keys } = await bench.shop("api");
  const rows: Row[] = [];
  const compare = async (what: string, path: string, atLeast?: number) => {
    const gateway = requestTo(`${urls.api}/rest/v1/${path}`, { headers: { apikey: keys.publishableKey } });
    const bare = requestTo(`${urls.rest}/${path}`);
    const comparison: Comparison = {
      measurement: "catalog-list",
      what,
      value: { url: urls.api, next: () => gateway },
      floor: { name: "bare PostgREST", url: urls.rest, next: () => bare },
      atLeast: () => atLeast,
    };
    rows.push(...(await compareHttp(bench, comparison, bench.options.clients)));
  };
  for (const [what, slugs, atLeast] of [
    ["20 courses with intakes, prices, free seats", "class-*", 0.8],
    ["20 courses with 100 000 seats each", "large-*", undefined],
  ] as const) {
    const query = new URLSearchParams({
      select: courseColumns,
      kind: "eq.course",
      status: "eq.published",
      slug: `like.${slugs}`,
      order: "created_at.desc,id.desc",
      limit: "20",
    });
    await compare(what, `products?${query}`, atLeast);
  }
  const newest = 30 + bench.sizes.intakes + bench.sizes.paid;
  await compare("list_products, 20 cards", "rpc/list_products?max_rows=20");
  await compare("product_document", `rpc/product_document?slug=class-${newest}`);
  await compare("search_products, words, a page of 20", "rpc/search_products?q=measurement&with_facets=false");
  return { rows, failures: [] };
}

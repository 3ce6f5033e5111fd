import { courseColumns } from "../../packages/sdk/src/resources/course-rows.ts";
import type { Bench } from "../bench.ts";
import { requestTo } from "../http/connection.ts";
import { compareHttp } from "./compare-http.ts";
import type { Outcome } from "./outcome.ts";

/** The page of twenty courses that `courses.list()` asks for, as nobody in particular: through the gateway, and from PostgREST itself. */
export async function measureCatalogList(bench: Bench): Promise<Outcome> {
  const { urls, keys } = await bench.shop("api");
  const query = new URLSearchParams({
    select: courseColumns,
    kind: "eq.course",
    status: "eq.published",
    order: "created_at.desc,id.desc",
    limit: "20",
  });
  const gateway = requestTo(`${urls.api}/rest/v1/products?${query}`, { headers: { apikey: keys.publishableKey } });
  const bare = requestTo(`${urls.rest}/products?${query}`);
  const rows = await compareHttp(
    bench,
    {
      measurement: "catalog-list",
      what: "20 courses with intakes, prices, free seats",
      value: { url: urls.api, next: () => gateway },
      floor: { name: "bare PostgREST", url: urls.rest, next: () => bare },
      atLeast: () => 0.8,
    },
    bench.options.clients,
  );
  return { rows, failures: [] };
}

import { beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../sdk/refusal.ts";
import { type Learner, newLearner, newLearners, visitor } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
let manager: Learner;
let admin: Learner;

beforeAll(async () => {
  const staff = await newLearners(stack, 2);
  [manager, admin] = staff as [Learner, Learner];
  await stack.sql`insert into public.role_members (profile_id, role) values (${manager.id}, 'catalog_manager'), (${admin.id}, 'admin')`;
});

// how a PNG begins
const picture = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00);

describe("a CSV file", () => {
  const text = [
    "slug,kind,status,title,sku,variant_title",
    "csv-lamp,physical,published,Lampu CSV,CSV-1,Merah",
    "csv-lamp,physical,published,Lampu CSV,CSV-2,=Biru",
  ].join("\n");
  const bytes = new TextEncoder().encode(text);
  const ended = async (id: string) => {
    await expect.poll(async () => (await manager.seatline.imports.get(id)).status).toMatch(/done|refused/);
    return manager.seatline.imports.get(id);
  };

  test("is looked through, applied by the worker, and comes back as an export that changes nothing", async () => {
    const { imports } = manager.seatline;
    const file = { kind: "products", file_name: "lamps.csv", bytes } as const;
    const dry = await imports.start(file, { idempotencyKey: "dry" });
    expect((await imports.start(file, { idempotencyKey: "dry" })).id).toBe(dry.id);
    expect(await ended(dry.id)).toMatchObject({
      status: "done",
      dry_run: true,
      progress: 100,
      result: { products: { created: 1 }, variants: { created: 2 } },
      process: { status: expect.stringMatching(/running|done/) },
    });
    const applied = await ended((await imports.start({ ...file, dry_run: false })).id);
    expect(applied).toMatchObject({ status: "done", dry_run: false, row_count: 2, errors: [] });
    expect((await visitor(stack).catalog.get("csv-lamp")).variants.map(({ sku }) => sku)).toEqual(["CSV-1", "CSV-2"]);

    const { id } = await imports.startExport("products");
    await expect.poll(async () => (await imports.getExport(id)).status).toBe("done");
    const link = await imports.exportLink(id);
    const fetched = await fetch(link.url);
    expect(fetched.headers.get("content-disposition")).toContain("products.csv");
    const taken = new Uint8Array(await fetched.arrayBuffer());
    expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(taken)).toContain(",CSV-2,'=Biru,");
    const again = await ended((await imports.start({ ...file, bytes: taken, dry_run: false })).id);
    expect(again).toMatchObject({ status: "done", result: { products: { created: 0, changed: 0 } } });
  }, 90_000);

  test("that is no text is refused with a sentence, and only staff of its kind bring and fetch any", async () => {
    const { imports } = manager.seatline;
    const refused = await ended(
      (await imports.start({ kind: "products", file_name: "lamps.xlsx", bytes: picture })).id,
    );
    expect(refused).toMatchObject({
      status: "refused",
      error_count: 1,
      errors: [{ code: "not_text", row_number: null }],
    });
    const customer = (await newLearner(stack)).seatline.imports;
    const file = { kind: "stock", file_name: "stock.csv", bytes } as const;
    const denied = { code: "permission_denied", status: 403 };
    expect(await refusal(customer.start(file))).toMatchObject(denied);
    expect(await refusal(imports.start(file))).toMatchObject(denied);
    expect(await refusal(customer.get(refused.id))).toMatchObject({ code: "import_not_found", status: 404 });
    const { id } = await imports.startExport("products");
    expect(await refusal(admin.seatline.imports.exportLink(id))).toMatchObject({
      code: "export_not_found",
      status: 404,
    });
  }, 60_000);
});

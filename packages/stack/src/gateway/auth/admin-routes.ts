import { type Context, Hono } from "hono";
import type { Sql, TransactionSql } from "postgres";
import type { AuthDeps } from "./auth-deps.ts";
import { AuthProblem, invalid } from "./auth-problem.ts";
import { requireService } from "./caller.ts";
import { type Body, emailIn, newPasswordIn, objectIn, readBody, requiredEmail, stringIn } from "./read-body.ts";
import { emailTaken, findById, insertUser, type UserRow, userColumns } from "./users.ts";

/** `auth.admin` of supabase-js, for the secret key only. lite has none, so it is done here on the same tables. */
export function adminRoutes(deps: AuthDeps): Hono {
  const { sql, sessions, settings } = deps;

  const create = async (body: Body): Promise<Body> => {
    const id = stringIn(body, "id");
    if (id) requireUuid(id);
    refuseUnsupported(body);
    const row = await insertUser(sql, {
      ...(id && { id }),
      email: requiredEmail(body),
      password: newPasswordIn(body, settings.minimumPasswordLength),
      confirmed: body.email_confirm === true,
      userMetadata: objectIn(body, "user_metadata") ?? {},
      appMetadata: objectIn(body, "app_metadata") ?? {},
      bannedUntil: bannedUntilIn(body) ?? null,
    });
    return describe(sql, row);
  };

  const list = async (c: Context): Promise<Response> => {
    const page = wholeNumber(c.req.query("page"), "page", 1, 1_000_000);
    const perPage = wholeNumber(c.req.query("per_page"), "per_page", 50, 1_000);
    const rows = await sql<UserRow[]>`
      select ${sql(userColumns)} from auth.users where deleted_at is null
      order by created_at desc, id limit ${perPage} offset ${(page - 1) * perPage}
    `;
    const [{ total } = { total: 0 }] = await sql<{ total: number }[]>`
      select count(*)::int as total from auth.users where deleted_at is null
    `;
    const last = Math.max(1, Math.ceil(total / perPage));
    const link = (to: number, rel: string) => `</admin/users?page=${to}&per_page=${perPage}>; rel="${rel}"`;
    c.header("x-total-count", String(total));
    c.header("link", [...(page < last ? [link(page + 1, "next")] : []), link(last, "last")].join(", "));
    return c.json({ users: await describeAll(sql, rows), aud: "authenticated" });
  };

  const update = async (id: string, body: Body): Promise<Body> => {
    refuseUnsupported(body);
    const email = emailIn(body);
    const password = newPasswordIn(body, settings.minimumPasswordLength);
    const userMetadata = objectIn(body, "user_metadata");
    const appMetadata = objectIn(body, "app_metadata");
    const bannedUntil = bannedUntilIn(body);
    let ended: string[] = [];
    const row = await sql
      .begin(async (tx) => {
        await tx`select from auth.users where id = ${id} for update`;
        const before = await findById(tx, id);
        const metadata = { ...before.raw_user_meta_data, ...userMetadata, ...(email && { email }) };
        await tx`
          update auth.users set
            raw_user_meta_data = ${tx.json(withoutNulls(metadata) as never)},
            raw_app_meta_data = ${tx.json(withoutNulls({ ...before.raw_app_meta_data, ...appMetadata }) as never)},
            updated_at = now()
            ${bannedUntil === undefined ? tx`` : tx`, banned_until = ${bannedUntil}`}
            ${body.email_confirm === true ? tx`, email_confirmed_at = coalesce(email_confirmed_at, now())` : tx``}
            ${password ? tx`, encrypted_password = extensions.crypt(${password}, extensions.gen_salt('bf', 10)), recovery_token = null` : tx``}
            ${email ? tx`, email = ${email}` : tx``}
          where id = ${id}
        `;
        if (email) await changeIdentity(tx, id, email);
        // Who knew the old password, or is banned now, is out at once.
        if (password || bannedUntil) ended = await sessions.deleteAll(tx, id);
        return findById(tx, id);
      })
      .catch((error) => {
        throw error.code === "23505" ? emailTaken() : error;
      });
    sessions.announce(ended);
    return describe(sql, row);
  };

  const remove = async (id: string, body: Body): Promise<Body> => {
    if (body.should_soft_delete === true) {
      throw new AuthProblem(
        501,
        "not_supported",
        "Soft deletion is not in the embedded stack. Delete, or ban with ban_duration.",
      );
    }
    const ended = await sql.begin(async (tx) => {
      await findById(tx, id);
      const sessionIds = await sessions.deleteAll(tx, id);
      await tx`delete from auth.refresh_tokens where user_id = ${id}`;
      await tx`delete from auth.users where id = ${id}`;
      return sessionIds;
    });
    sessions.announce(ended);
    return {};
  };

  const invite = async (body: Body): Promise<Body> => {
    const email = requiredEmail(body);
    const userMetadata = objectIn(body, "data") ?? {};
    const row = await insertUser(sql, {
      email,
      password: null,
      confirmed: false,
      invited: true,
      userMetadata,
      appMetadata: {},
    });
    const { code, hash } = await deps.codes.issue(row.id, email, "confirmation");
    await deps.mailer.sendInvite(email, hash, code);
    return describe(sql, row);
  };

  const idOf = (c: Context): string => requireUuid(c.req.param("id") ?? "");
  const serviceOnly = async (c: Context, next: () => Promise<void>): Promise<void> => {
    requireService(c.req.raw);
    await next();
  };
  return new Hono()
    .use("/admin/*", serviceOnly)
    .use("/invite", serviceOnly)
    .post("/invite", async (c) => c.json(await invite(await readBody(c.req.raw))))
    .get("/admin/users", list)
    .post("/admin/users", async (c) => c.json(await create(await readBody(c.req.raw))))
    .get("/admin/users/:id", async (c) => c.json(await describe(sql, await findById(sql, idOf(c)))))
    .put("/admin/users/:id", async (c) => c.json(await update(idOf(c), await readBody(c.req.raw))))
    .delete("/admin/users/:id", async (c) => c.json(await remove(idOf(c), await readBody(c.req.raw))));
}

async function changeIdentity(tx: TransactionSql, id: string, email: string): Promise<void> {
  await tx`
    update auth.identities set identity_data = identity_data || ${tx.json({ email })}, updated_at = now()
    where user_id = ${id} and provider = 'email'
  `;
}

async function describe(sql: Sql, row: UserRow): Promise<Body> {
  const [described] = await describeAll(sql, [row]);
  return described as Body;
}

async function describeAll(sql: Sql, rows: readonly UserRow[]): Promise<Body[]> {
  const identities = await sql<Body[]>`
    select id as identity_id, provider_id as id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at, email
    from auth.identities where user_id = any(${rows.map((row) => row.id)})
  `;
  return rows.map(({ raw_app_meta_data, raw_user_meta_data, email_confirmed_at, ...row }) => ({
    ...row,
    email: row.email ?? "",
    phone: row.phone ?? "",
    ...(email_confirmed_at && { email_confirmed_at, confirmed_at: email_confirmed_at }),
    app_metadata: raw_app_meta_data ?? {},
    user_metadata: raw_user_meta_data ?? {},
    identities: identities.filter((identity) => identity.user_id === row.id),
  }));
}

function refuseUnsupported(body: Body): void {
  if (body.phone) throw new AuthProblem(501, "not_supported", "Phone numbers are not in the embedded stack.");
  if (body.password_hash)
    throw new AuthProblem(501, "not_supported", "Importing password hashes is not in the embedded stack.");
  if (body.role !== undefined && body.role !== "" && body.role !== "authenticated") {
    throw invalid("role must be authenticated. Staff roles are rows in role_members.");
  }
}

/** undefined: not mentioned; null: the ban ends; else the moment until which it lasts. */
function bannedUntilIn(body: Body): Date | null | undefined {
  const duration = stringIn(body, "ban_duration");
  if (duration === null) return undefined;
  if (duration === "none") return null;
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== duration)
    throw invalid("ban_duration must be like 24h, 1h30m or none.");
  const seconds = { h: 3600, m: 60, s: 1 };
  const sum = parts.reduce((total, [, amount, unit]) => total + Number(amount) * seconds[unit as "h" | "m" | "s"], 0);
  if (sum > 100 * 365 * 86_400) throw invalid("ban_duration is longer than a hundred years.");
  return new Date(Date.now() + sum * 1000);
}

function requireUuid(id: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw invalid("The user's id must be a UUID.", 404);
  return id;
}

function wholeNumber(text: string | undefined, name: string, otherwise: number, most: number): number {
  if (text === undefined || text === "") return otherwise;
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1 || Number(text) > most)
    throw invalid(`${name} must be a whole number from 1 to ${most}.`);
  return Number(text);
}

const withoutNulls = (values: Body): Body =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

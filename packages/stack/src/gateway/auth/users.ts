import { randomBytes, randomUUID } from "node:crypto";
import type { Sql, TransactionSql } from "postgres";
import { AuthProblem } from "./auth-problem.ts";

/** A row of `auth.users` with the columns this service uses. */
export type UserRow = {
  id: string;
  aud: string | null;
  role: string | null;
  email: string | null;
  phone: string | null;
  email_confirmed_at: Date | null;
  invited_at: Date | null;
  confirmation_sent_at: Date | null;
  recovery_sent_at: Date | null;
  last_sign_in_at: Date | null;
  raw_app_meta_data: Record<string, unknown> | null;
  raw_user_meta_data: Record<string, unknown> | null;
  banned_until: Date | null;
  is_anonymous: boolean;
  created_at: Date;
  updated_at: Date;
};

/** What a new account is made of. */
export type NewUser = {
  id?: string;
  email: string;
  password: string | null;
  confirmed: boolean;
  invited?: boolean;
  userMetadata: Record<string, unknown>;
  appMetadata: Record<string, unknown>;
  bannedUntil?: Date | null;
};

type Db = Sql | TransactionSql;

/** The columns of a `UserRow`. */
export const userColumns = [
  ...[
    "id",
    "aud",
    "role",
    "email",
    "phone",
    "email_confirmed_at",
    "invited_at",
    "confirmation_sent_at",
    "recovery_sent_at",
  ],
  ...[
    "last_sign_in_at",
    "raw_app_meta_data",
    "raw_user_meta_data",
    "banned_until",
    "is_anonymous",
    "created_at",
    "updated_at",
  ],
];

/** The account with this address, or null. */
export async function findByEmail(sql: Db, email: string): Promise<UserRow | null> {
  const [row] = await sql<
    UserRow[]
  >`select ${sql(userColumns)} from auth.users where email = ${email} and not is_sso_user`;
  return row ?? null;
}

/** The account with this id; refused with 404 when there is none. */
export async function findById(sql: Db, id: string): Promise<UserRow> {
  const [row] = await sql<UserRow[]>`select ${sql(userColumns)} from auth.users where id = ${id}`;
  if (!row) throw new AuthProblem(404, "user_not_found", "User not found");
  return row;
}

/** Inserts an account with its email identity in the form lite reads. Refused with 422 when the address is taken. */
export async function insertUser(sql: Sql, user: NewUser): Promise<UserRow> {
  const id = user.id ?? randomUUID();
  const own = { sub: id, email: user.email, email_verified: user.confirmed, phone_verified: false };
  // An account without a password gets one nobody knows, so that a guess costs the same time as for every other.
  const password = user.password ?? randomBytes(32).toString("base64url");
  try {
    return await sql.begin(async (tx) => {
      const [row] = await tx<UserRow[]>`
        insert into auth.users (
          id, aud, role, email, encrypted_password, email_confirmed_at, invited_at, raw_app_meta_data, raw_user_meta_data, banned_until
        )
        values (
          ${id}, 'authenticated', 'authenticated', ${user.email},
          extensions.crypt(${password}, extensions.gen_salt('bf', 10)),
          ${user.confirmed ? tx`now()` : null}, ${user.invited ? tx`now()` : null},
          ${tx.json({ provider: "email", providers: ["email"], ...user.appMetadata } as never)},
          ${tx.json({ ...user.userMetadata, ...own } as never)}, ${user.bannedUntil ?? null}
        )
        returning ${tx(userColumns)}
      `;
      await tx`
        insert into auth.identities (id, provider, provider_id, user_id, identity_data)
        values (${randomUUID()}, 'email', ${id}, ${id}, ${tx.json(own)})
      `;
      return row as UserRow;
    });
  } catch (error) {
    if ((error as { code?: string }).code === "23505") throw emailTaken();
    throw error;
  }
}

/** Whether the password opens the account. Takes as long when there is no such account. */
export async function passwordFits(sql: Db, email: string, password: string): Promise<boolean> {
  const nobody = "$2a$10$CwTycUXWue0Thq9StjUM0uJ8Zl5yq3yq8q9wq1n1oX5dO8mR7lC2u";
  const [row] = await sql<{ fits: boolean }[]>`
    with account as (
      select '$2a$' || substr(coalesce(max(encrypted_password), ${nobody}), 5) as hash from auth.users where email = ${email}
    )
    select extensions.crypt(${password}, hash) = hash as fits from account
  `;
  return row?.fits ?? false;
}

/** The one refusal for an address that is in use; only for callers who may know. */
export const emailTaken = (): AuthProblem =>
  new AuthProblem(422, "email_exists", "A user with this email address has already been registered");

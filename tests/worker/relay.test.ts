import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useDatabase } from "../support/database.ts";
import { newCustomer } from "../support/people.ts";
import { type Mailbox, openMailbox } from "./support/mailbox.ts";
import { eventually, runWorker, startWorkerProcess } from "./support/worker-process.ts";

const database = useDatabase();
let mailbox: Mailbox;

beforeAll(async () => {
  mailbox = await openMailbox();
});
afterAll(() => mailbox?.close());

const options = () => ({ databaseUrl: database.url, smtpUrl: mailbox.url });
const unrelayed = async () => {
  const [row] = await database.sql`select count(*)::integer as events from public.events where relayed_at is null`;
  return row?.events as number;
};

describe("the relay", { timeout: 90_000 }, () => {
  it("gives each event one job per listener with three workers at once", async () => {
    const people = 60;
    for (let count = 0; count < people; count++) await newCustomer(database.sql);
    const workers = await Promise.all([1, 2, 3].map(() => startWorkerProcess(options())));
    await eventually(() => mailbox.mails.length >= people, { what: "all mails", within: 60_000 });
    await eventually(async () => (await unrelayed()) === 0);
    for (const worker of workers) expect(await worker.stop()).toBe(0);
    expect(new Set(mailbox.mails.map(({ recipient }) => recipient)).size).toBe(people);
    expect(mailbox.mails).toHaveLength(people);
    const processes =
      await database.sql`select status, attempts, count(*)::integer from public.processes where event_id is not null group by 1, 2`;
    expect(processes).toEqual([{ status: "done", attempts: 1, count: people }]);
  });

  it("loses nothing and doubles nothing when the worker is killed again and again", async () => {
    const before = mailbox.mails.length;
    const people = 40;
    for (let count = 0; count < people; count++) await newCustomer(database.sql);
    for (let round = 0; round < 3; round++) {
      const worker = await startWorkerProcess(options());
      await eventually(() => mailbox.mails.length > before + round * 3, { what: `mails in round ${round}` });
      worker.signal("SIGKILL");
      await worker.exited;
    }
    const worker = await startWorkerProcess(options());
    const reached = () => new Set(mailbox.mails.slice(before).map(({ recipient }) => recipient)).size;
    await eventually(() => reached() === people, { within: 60_000, what: `all ${people} people\n${worker.output()}` });
    await eventually(
      async () => {
        // what follows events, since what runs by the clock may come along and find no provider
        const [row] = await database.sql`
          select count(*)::integer as open from public.processes where event_id is not null and status <> 'done'`;
        return row?.open === 0;
      },
      // a job whose worker died is somebody else's after its heartbeat has been missing for a while
      { within: 120_000, what: "every process done" },
    );
    await worker.stop();
    // A mail that went out twice, because the worker died between the server's yes and the mark, carries the same Message-ID.
    const ids = new Map<string, Set<string>>();
    for (const mail of mailbox.mails.slice(before)) {
      const seen = ids.get(mail.recipient) ?? new Set();
      ids.set(mail.recipient, seen.add(mail.messageId ?? ""));
    }
    for (const [recipient, seen] of ids) expect([recipient, seen.size]).toEqual([recipient, 1]);
  }, 240_000);

  it("runs until empty, does what is due by the clock, and exits with 0", async () => {
    await newCustomer(database.sql);
    const before = mailbox.mails.length;
    const { code, output } = await runWorker({ ...options(), args: ["--until-empty"] });
    expect(code, output).toBe(0);
    expect(mailbox.mails.length).toBe(before + 1);
    expect(await unrelayed()).toBe(0);
    const runs = await database.sql`
      select name from pgboss.job where name = 'orders.expire-due' and state = 'completed' order by created_on desc limit 1`;
    expect(runs).toHaveLength(1);
  });

  it("puts an event aside that cannot be relayed, and the others go on", async () => {
    const bad = await newCustomer(database.sql);
    const [event] = await database.sql`select id from public.events where subject_id = ${bad}`;
    await database.sql.unsafe(`
      create function public.refuse_one() returns trigger language plpgsql as
        $$ begin if new.event_id = ${Number(event?.id)} then raise 'this event is poison'; end if; return new; end $$;
      create trigger _000_refuse before insert on public.processes for each row execute function public.refuse_one();`);
    const good = await newCustomer(database.sql);
    const worker = await startWorkerProcess(options());
    const [profile] = await database.sql`select email from public.profiles where id = ${good}`;
    await eventually(() => mailbox.mails.some(({ recipient }) => recipient === profile?.email), {
      what: worker.output(),
    });
    expect(await unrelayed()).toBe(1);
    await worker.stop();
    await database.sql`drop function public.refuse_one cascade`;
  });
});

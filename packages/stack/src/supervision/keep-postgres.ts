import { join } from "node:path";
import type { Ports } from "../ports.ts";
import type { RunningServer } from "../postgres/run-server.ts";
import { startPostgres } from "../postgres/start-postgres.ts";
import { startStandby } from "../postgres/start-standby.ts";

/** What to run and with what. */
export type KeepOptions = {
  home: string;
  ports: Ports;
  password: string;
  settings?: Record<string, string | number>;
  /** Told the process id whenever it changes; null when the server ended. */
  onChange(name: "postgres" | "standby", pid: number | null, restarts: number): void;
};

/** A primary, and when asked for a standby, that are started again when they end. */
export type KeptPostgres = {
  startStandby(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts the primary and keeps it, and later the standby, running until `stop`. */
export async function keepPostgres(options: KeepOptions): Promise<KeptPostgres> {
  const { home, ports, settings, onChange } = options;
  let stopping = false;
  const endings: (() => Promise<void>)[] = [];

  const keep = async <Server extends RunningServer>(
    name: "postgres" | "standby",
    start: () => Promise<Server>,
  ): Promise<Server> => {
    let server = await start();
    let restarts = 0;
    let restarting: Promise<void> = Promise.resolve();
    const guard = () => {
      onChange(name, server.pid, restarts);
      server.ended.then(() => {
        if (stopping) return;
        onChange(name, null, restarts);
        restarting = again();
      });
    };
    const again = async () => {
      for (let wait = 100; !stopping; wait = Math.min(wait * 2, 10_000)) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        if (stopping) return;
        try {
          server = await start();
          restarts++;
          return guard();
        } catch (error) {
          console.error(`${name} could not be started again:`, error);
        }
      }
    };
    guard();
    endings.push(async () => {
      await restarting;
      await server.stop();
    });
    return server;
  };

  const primary = await keep("postgres", () =>
    startPostgres({ home, port: ports.postgres, password: options.password, settings }),
  );

  return {
    async startStandby() {
      await keep("standby", () =>
        startStandby(primary, { port: ports.standby, log: join(home, "logs", "standby.log"), settings }),
      );
    },
    async stop() {
      stopping = true;
      for (const end of endings.splice(0).reverse()) await end();
    },
  };
}

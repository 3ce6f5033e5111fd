import { createServer } from "node:net";

/** Every port of a stack, counted from its base port. */
export type Ports = ReturnType<typeof portsFrom>;

/** The ports of the stack with this base port: 54321 gives Supabase's usual ones. */
export function portsFrom(base: number) {
  return {
    gateway: base,
    postgres: base + 1,
    standby: base + 2,
    mail: base + 3,
    smtp: base + 4,
    simulator: base + 5,
    rest: base + 6,
    restAdmin: base + 7,
    functions: base + 8,
    worker: base + 9,
    auth: base + 10,
  };
}

/** Throws when another program listens on one of the ports; the message names it and a base port that is free. */
export async function requireFreePorts(ports: Ports): Promise<void> {
  for (const [piece, port] of Object.entries(ports)) {
    if (await isFree(port)) continue;
    throw new Error(
      `Port ${port} (${piece}) is taken by another program. Choose another base port: SEATLINE_PORT=${await freeBase(ports.gateway)} npm start`,
    );
  }
}

/** A base port whose whole range is free, searched upwards from the one given. */
export async function freeBase(from: number): Promise<number> {
  for (let base = from + 100; base < 65_500; base += 100) {
    const answers = await Promise.all(Object.values(portsFrom(base)).map(isFree));
    if (answers.every(Boolean)) return base;
  }
  throw new Error(
    "No range of eleven free ports was found above the one asked for. Set SEATLINE_PORT to a lower number.",
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

import fc from "fast-check";
import { inject } from "vitest";

// One seed for the whole run, printed at its start and by every failing property; SEATLINE_SEED=<seed> repeats it.
fc.configureGlobal({ seed: inject("seed") });

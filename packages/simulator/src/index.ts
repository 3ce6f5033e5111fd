export { DEFAULT_EVENTS, type Settings } from "./settings.ts";
export { type Simulator, type SimulatorOptions, startSimulator } from "./simulator.ts";

export { demoUsers } from "./demo-users.ts";
export { type Keys, keySet } from "./keys.ts";
export { freeBase, type Ports, portsFrom } from "./ports.ts";
export * from "./postgres/index.ts";
export { type RunningStandby, type StandbyOptions, startStandby } from "./postgres/start-standby.ts";
export { type Stack, type StackOptions, type StackUrls, stackUrls, startStack } from "./start-stack.ts";

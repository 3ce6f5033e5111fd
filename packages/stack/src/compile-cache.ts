import { join } from "node:path";
import { projectFolder } from "./postgres/folders.ts";

/**
 * Folder in which Node keeps what V8 made of the code, for every stack of this checkout: half of what a process does before it serves is
 * compiling. Node writes it when a process ends by itself, so one that may be killed says earlier that it is time (`flushCompileCache`).
 */
export const compileCache = join(projectFolder, "node_modules", ".cache", "seatline-compiled");

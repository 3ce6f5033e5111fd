import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Root folder of the checkout this file belongs to. */
export const projectFolder = resolve(dirname(fileURLToPath(import.meta.url)), "../../../..");

/** The `supabase/` folder with migrations, functions, seed and configuration. */
export const supabaseFolder = join(projectFolder, "supabase");

/*
Draws the pictures of the seed and makes the files that are sold: supabase/storage/<bucket>/<path>, and supabase/seed_media.sql, which says what they
are. Run it after a change here: node supabase/pictures/draw.ts. It wants the package sharp, which the project does not install, because nobody
else needs it: npm install --no-save sharp@0.34.5
*/
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { courses } from "./courses.ts";
import { goods } from "./goods.ts";
import { iconSheet, samplePdf } from "./sold-files.ts";

type Sharp = (svg: Buffer) => { webp(options: object): { toBuffer(): Promise<Buffer> } };

const supabase = join(import.meta.dirname, "..");

/** A uuid that follows from a text, as `md5(text)::uuid` in the seed. */
const idOf = (text: string): string => {
  const hex = createHash("md5").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function write(bucket: string, slug: string, id: string, bytes: Buffer): void {
  const file = join(supabase, "storage", bucket, idOf(`product ${slug}`), id);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

async function drawAll(toWebp: (svg: string) => Promise<Buffer>): Promise<string[]> {
  const rows: string[] = [];
  for (const [name, svg] of Object.entries({ ...courses, ...goods })) {
    const [slug = "", colour] = name.split("/");
    const bytes = await toWebp(svg);
    const id = idOf(`picture ${name}`);
    write("media", slug, id, bytes);
    const position = colour === undefined ? 0 : ["navy", "white", "coral"].indexOf(colour) + 1;
    rows.push(
      `  (${[quoted(id), quoted(slug), colour ? quoted(colour) : "null", position, bytes.length, quoted(sha256(bytes))].join(", ")})`,
    );
  }
  return rows;
}

function writeSoldFiles(): string[] {
  return [
    ["sql-without-fear-ebook", "sql-without-fear.pdf", "application/pdf", samplePdf()] as const,
    ["interface-icon-set", "interface-icon-set.svg", "image/svg+xml", iconSheet()] as const,
  ].map(([slug, name, type, text]) => {
    const bytes = Buffer.from(text);
    const id = idOf(`file ${slug}`);
    write("downloads", slug, id, bytes);
    return `  (${[quoted(id), quoted(slug), quoted(name), quoted(type), bytes.length, quoted(sha256(bytes))].join(", ")})`;
  });
}

const wanted = "sharp";
const sharp = (await import(wanted)).default as Sharp;
rmSync(join(supabase, "storage"), { recursive: true, force: true });
const pictures = await drawAll((svg) => sharp(Buffer.from(svg)).webp({ quality: 82, effort: 6 }).toBuffer());
const files = writeSoldFiles();
writeFileSync(
  join(supabase, "seed_media.sql"),
  `/*
What the files in supabase/storage are: pictures of courses and goods, and what is downloaded after paying. Made by supabase/pictures/draw.ts; npm start
and supabase start put the files into Storage.
*/

insert into public.media (id, product_id, alt, translations, position, mime_type, byte_size, width, height, sha256, ready_at)
select picture.id::uuid, products.id, coalesce(products.title || ', ' || picture.colour, products.title),
  case when picture.colour is null and products.translations #>> '{id,title}' is not null
    then jsonb_build_object('id', jsonb_build_object('alt', products.translations #>> '{id,title}')) else '{}' end,
  picture.position, 'image/webp', picture.bytes, 800, 600, picture.sha256, now()
from (values
${pictures.join(",\n")}
) as picture (id, slug, colour, position, bytes, sha256)
join public.products using (slug);

update public.products set image_url = '/functions/v1/media/' || media.id from public.media where media.product_id = products.id and media.position = 0;

insert into public.digital_files (id, product_id, file_name, mime_type, byte_size, sha256, ready_at)
select sold.id::uuid, products.id, sold.file_name, sold.mime_type, sold.bytes, sold.sha256, now()
from (values
${files.join(",\n")}
) as sold (id, slug, file_name, mime_type, bytes, sha256)
join public.products using (slug);
`,
);
console.log(`${pictures.length} pictures, ${files.length} files`);

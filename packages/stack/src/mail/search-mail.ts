import type { Person, Summary } from "./mail-store.ts";

/**
 * Filters mails by a query in Mailpit's form: `to:ann@example.test subject:"order confirmed" rest`. All parts must match; a part
 * without a field looks at sender, recipients, subject and snippet. Case does not matter.
 */
export function searchMail(mails: readonly Summary[], query: string): Summary[] {
  const parts = [...query.matchAll(/(?:(\w+):)?(?:"([^"]*)"|(\S+))/g)].map(([, field, quoted, plain]) => ({
    field: field?.toLowerCase() ?? "",
    text: (quoted ?? plain ?? "").toLowerCase(),
  }));
  return mails.filter((mail) => parts.every(({ field, text }) => (fields[field]?.(mail) ?? all(mail)).includes(text)));
}

const fields: Record<string, (mail: Summary) => string> = {
  to: (mail) => written([...mail.To, ...mail.Bcc]),
  cc: (mail) => written(mail.Cc),
  bcc: (mail) => written(mail.Bcc),
  from: (mail) => written(mail.From ? [mail.From] : []),
  addressed: (mail) => written([...(mail.From ? [mail.From] : []), ...mail.To, ...mail.Cc, ...mail.Bcc]),
  subject: (mail) => mail.Subject.toLowerCase(),
};

const all = (mail: Summary): string => `${fields.addressed?.(mail)} ${mail.Subject} ${mail.Snippet}`.toLowerCase();

const written = (people: Person[]): string =>
  people.map(({ Name, Address }) => `${Name} <${Address}>`.toLowerCase()).join(", ");

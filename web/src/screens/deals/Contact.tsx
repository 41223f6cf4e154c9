/** How to reach the other side. */
import type { Schemas } from "../../api/client";
import { CallLinks } from "../../cards/CallLinks";
import { phone } from "../../words/format";
import { t } from "../../words/words";

export function Contact({ contact }: { contact: Schemas["Contact"] }) {
  return (
    <section>
      <h2>{t("deals.contact", { name: contact.displayName })}</h2>
      {contact.phone ? (
        <>
          <p>{phone(contact.phone)}</p>
          <CallLinks phone={contact.phone} />
        </>
      ) : (
        <p>{t("deals.no_phone")}</p>
      )}
    </section>
  );
}

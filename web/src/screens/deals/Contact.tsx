/** How to reach the other side: by call, WhatsApp or SMS, each by the phone's own app. */
import type { Schemas } from "../../api/client";
import { Icon } from "../../ui/Icon";
import { phone } from "../../words/format";
import { t } from "../../words/words";

export function Contact({ contact }: { contact: Schemas["Contact"] }) {
  const number = contact.phone;
  return (
    <section>
      <h2>{t("deals.contact", { name: contact.displayName })}</h2>
      {number ? (
        <>
          <p>{phone(number)}</p>
          <a class="button" href={`tel:${number}`}>
            <Icon name="phone" />
            {t("deals.call")}
          </a>
          <a
            class="button secondary"
            href={`https://wa.me/${number.replace(/\D/g, "")}`}
            target="_blank"
            rel="noopener noreferrer"
          >
            <Icon name="message" />
            {t("deals.whatsapp")}
          </a>
          <a class="button secondary" href={`sms:${number}`}>
            <Icon name="message" />
            {t("deals.sms")}
          </a>
        </>
      ) : (
        <p>{t("deals.no_phone")}</p>
      )}
    </section>
  );
}

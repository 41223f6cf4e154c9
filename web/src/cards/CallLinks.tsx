/** How to reach somebody: by call, WhatsApp or SMS, each by the phone's own app. */
import { Icon } from "../ui/Icon";
import { t } from "../words/words";

interface CallLinksProps {
  phone: string;
  /** The name on the button of the call, where several people are on the page. */
  name?: string;
  /** What a message begins with. */
  text?: string;
}

export function CallLinks({ phone, name, text }: CallLinksProps) {
  const query = text ? `?text=${encodeURIComponent(text)}` : "";
  return (
    <>
      <a class="button" href={`tel:${phone}`}>
        <Icon name="phone" />
        {name ? t("enquiries.call", { name }) : t("deals.call")}
      </a>
      <a
        class="button secondary"
        href={`https://wa.me/${phone.replace(/\D/g, "")}${query}`}
        target="_blank"
        rel="noopener noreferrer"
      >
        <Icon name="message" />
        {t("deals.whatsapp")}
      </a>
      <a class="button secondary" href={`sms:${phone}`}>
        <Icon name="message" />
        {t("deals.sms")}
      </a>
    </>
  );
}

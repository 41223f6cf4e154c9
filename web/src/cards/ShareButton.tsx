/** Shares a page by the phone's own sheet, or by WhatsApp where there is none. */
import { Icon } from "../ui/Icon";
import { t } from "../words/words";

export type ShareKind = "jobs" | "materials" | "people" | "stories" | "invite";

interface ShareButtonProps {
  kind: ShareKind;
  id: string;
  /** What is said before the link. */
  text: string;
}

export function ShareButton({ kind, id, text }: ShareButtonProps) {
  const url = shareLink(kind, id);
  if (typeof navigator.share === "function")
    return (
      <button
        type="button"
        class="button secondary"
        onClick={() => {
          navigator.share({ title: text, text, url }).catch(() => undefined); // the person closed the sheet
        }}
      >
        <Icon name="share" />
        {t("share.do")}
      </button>
    );
  return (
    <a
      class="button secondary"
      href={`https://wa.me/?text=${encodeURIComponent(`${text} ${url}`)}`}
      target="_blank"
      rel="noopener noreferrer"
    >
      <Icon name="share" />
      {t("share.whatsapp")}
    </a>
  );
}

/** Returns the address of the page that WhatsApp can read, and that opens without the app. */
export function shareLink(kind: ShareKind, id: string): string {
  return `${location.origin}/s/${kind}/${encodeURIComponent(id)}`;
}

/** Long texts in parts that open by a tap; a link with # opens its part. */
import type { ComponentChildren } from "preact";
import { helpAddress } from "../../ui/helpAddress";
import { OriginalText } from "../../ui/OriginalText";
import { t, type Word } from "../../words/words";

/** The police of South Africa, from any phone. */
const POLICE = "10111";
const ASK_NOBODY: Word[] = ["pages.ask_nobody"];

interface SectionProps {
  id: string;
  title: Word;
  texts?: Word[];
  /** Whether the English stands beneath isiZulu that is not checked: for money, problems, terms and erasure. */
  original?: boolean;
  children?: ComponentChildren;
}

export function Section({ id, title, texts = [], original = false, children }: SectionProps) {
  return (
    <details id={id} open={location.hash === `#${id}`}>
      <summary>
        <h2>{t(title)}</h2>
      </summary>
      <ul>
        {texts.map((word) => (
          <li key={word}>{original ? <OriginalText word={word} /> : t(word)}</li>
        ))}
      </ul>
      {children}
    </details>
  );
}

/** Whom to ask, and whom to call at once. Nothing is promised that nobody would read: an address only where there is one. */
export function WhomToAsk({ address = helpAddress.value }: { address?: string }) {
  const texts: Word[] = [
    "pages.ask_report",
    ...(address ? (["pages.ask_number", "pages.ask_words", "pages.ask_data"] as const) : ASK_NOBODY),
    "pages.ask_bank",
  ];
  return (
    <Section id="ask" title="pages.ask" texts={texts}>
      <p>
        {t("pages.ask_police")}{" "}
        <a class="tap" href={`tel:${POLICE}`}>
          {POLICE}
        </a>
      </p>
      {address && (
        <p>
          <a class="tap" href={`mailto:${address}`}>
            {t("pages.ask_mail", { address })}
          </a>
        </p>
      )}
    </Section>
  );
}

/** Long texts in parts that open by a tap; a link with # opens its part. */
import type { ComponentChildren } from "preact";
import { HELP_ADDRESS } from "../../ui/helpAddress";
import { OriginalText } from "../../ui/OriginalText";
import { t, type Word } from "../../words/words";

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

/** Whom to ask. Nothing is promised that nobody would read: without an address there are reports only. */
export function WhomToAsk({ address = HELP_ADDRESS }: { address?: string }) {
  const texts: Word[] = address
    ? ["pages.ask_report", "pages.ask_number", "pages.ask_words"]
    : ["pages.ask_report", "pages.ask_nobody"];
  return (
    <Section id="ask" title="pages.ask" texts={texts}>
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

/** Long texts in parts that open by a tap; a link with # opens its part. */
import type { ComponentChildren } from "preact";
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

/** The operator's address for questions, which is set when the app is built. */
const ADDRESS: string = import.meta.env.VITE_HELP_ADDRESS ?? "";

export function WhomToAsk() {
  return (
    <Section id="ask" title="pages.ask" texts={["pages.ask_report", "pages.ask_number", "pages.ask_words"]}>
      {ADDRESS && (
        <p>
          <a class="tap" href={`mailto:${ADDRESS}`}>
            {t("pages.ask_mail", { address: ADDRESS })}
          </a>
        </p>
      )}
    </Section>
  );
}

/** A text about money or rights. Until a native speaker has checked its isiZulu, the English stands beneath it. */
import { useEffect } from "preact/hooks";
import { language, loadOriginals, original, t, type Word } from "../words/words";

interface OriginalTextProps {
  word: Word;
  /** Values that read the same in both languages, as amounts. */
  values?: Record<string, string | number>;
}

export function OriginalText({ word, values = {} }: OriginalTextProps) {
  useEffect(() => {
    void loadOriginals();
  }, [language.value]);
  const english = original(word, values);
  return (
    <>
      {t(word, values)}
      {english && (
        <span class="original" lang="en">
          {english}
        </span>
      )}
    </>
  );
}

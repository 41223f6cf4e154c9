/** The first question on a new phone: English or isiZulu. */
import { useWords } from "../words/words";

export function FirstLanguage({ onChosen }: { onChosen: () => void }) {
  const choose = async (language: "en" | "zu") => {
    await useWords(language, true);
    onChosen();
  };
  return (
    <main class="frame first-language">
      <h1>Khaya</h1>
      <button type="button" class="choice" lang="en" onClick={() => void choose("en")}>
        English
      </button>
      <button type="button" class="choice" lang="zu" onClick={() => void choose("zu")}>
        isiZulu
      </button>
    </main>
  );
}

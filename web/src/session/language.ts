/** One language for the app and for the messages that Khaya sends: the device's and the account's are made the same. */
import { api, ask } from "../api/client";
import { chosenLanguage, isLanguageSaved, type Language, noteLanguageSaved, useWords } from "../words/words";

/** Saves a language to the account of the person who is signed in. */
export async function saveLanguage(wanted: Language): Promise<void> {
  const known = await ask(api.GET("/notifications/preferences"));
  if (known.language !== wanted)
    await ask(
      api.PUT("/notifications/preferences", {
        body: { language: wanted, channels: known.channels as Record<string, never> },
      }),
    );
  noteLanguageSaved(wanted);
}

/**
 * Makes the languages the same after a sign-in. Of the two, the later choice counts: one that was made on this device and
 * went to no account yet is saved; else somebody chose it for an earlier account, and this person's own is shown.
 */
export async function agreeOnLanguage(): Promise<void> {
  const chosen = chosenLanguage();
  if (chosen && !isLanguageSaved()) return saveLanguage(chosen);
  const { language } = await ask(api.GET("/notifications/preferences"));
  if (language === chosen) return;
  const shown = useWords(language, true).then(() => noteLanguageSaved(language));
  await shown.catch(() => undefined); // its words did not load, and the next sign-in tries again
}

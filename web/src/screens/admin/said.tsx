/** What the admin decided last, said above the list that it has left, or in which it waits for a second admin. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Note } from "../../ui/Note";
import { t } from "../../words/words";

const last = signal<{ text: string; waits: boolean } | null>(null);

/** Says a decision that was carried out; `about` names what it was about. */
export function say(decision: string, about?: string): void {
  const text = about
    ? t("admin.you_decided_about", { decision, about })
    : t("admin.you_decided", { decision });
  last.value = { text, waits: false };
}

/** Says that a decision waits for the same one of another admin. */
export function sayFirst(decision: string): void {
  last.value = { text: t("admin.you_decided_first", { decision }), waits: true };
}

/** The last decision of this page; another page begins without one. */
export function Said() {
  useEffect(
    () => () => {
      last.value = null;
    },
    [],
  );
  return last.value ? <Note kind={last.value.waits ? "waiting" : "done"}>{last.value.text}</Note> : null;
}

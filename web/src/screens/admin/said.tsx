/** What the admin decided last, said above the list that it has left. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Note } from "../../ui/Note";
import { t } from "../../words/words";

const last = signal<string | null>(null);

/** Says a decision; `about` names what it was about. */
export function say(decision: string, about?: string): void {
  last.value = about
    ? t("admin.you_decided_about", { decision, about })
    : t("admin.you_decided", { decision });
}

/** The last decision of this page; another page begins without one. */
export function Said() {
  useEffect(
    () => () => {
      last.value = null;
    },
    [],
  );
  return last.value ? <Note kind="done">{last.value}</Note> : null;
}

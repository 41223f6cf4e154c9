/** What follows a change that was meant for an older version: both are compared, and what is left of it is sent again. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { DraftOf } from "../offline/drafts";
import { ReadAgain } from "./ReadAgain";

export interface ChangeRules<V, T, F> {
  /** Returns the fields in which the newest differs from what the person wants. None: their change is done. */
  conflictsOf: (values: V, newest: T) => F[];
  /** Returns the values that begin anew from the newest: of the conflicts only those that are kept as "mine". */
  rebased: (values: V, newest: T, mine: F[]) => V;
  /** Whether new photos belong to it. They cannot be compared; to send them again does no harm, and to lose them would. */
  hasPhotos: (values: V) => boolean;
}

interface ReconcileProps<V, T, F> {
  draft: Pick<DraftOf<V>, "values" | "change">;
  rules: ChangeRules<V, T, F>;
  read: () => Promise<T>;
  /** Shows both values of each field. */
  children: (values: V, newest: T, onChosen: (mine: F[]) => void) => ComponentChildren;
  onSend: (values: V) => void;
  /** The change had worked, and its answer was lost. */
  onDone: () => void;
}

export function Reconcile<V extends object, T, F>(props: ReconcileProps<V, T, F>) {
  const { draft, rules, read, children, onSend, onDone } = props;
  const newest = useSignal<T | undefined>(undefined);
  const sendAgain = (found: T, mine: F[]) => {
    const values = rules.rebased(draft.values.peek(), found, mine);
    draft.change(values);
    onSend(values);
  };
  const found = newest.value;
  if (found) return <>{children(draft.values.value, found, (mine) => sendAgain(found, mine))}</>;
  return (
    <ReadAgain
      read={read}
      onRead={(there) => {
        const values = draft.values.peek();
        if (rules.conflictsOf(values, there).length) newest.value = there;
        else if (rules.hasPhotos(rules.rebased(values, there, []))) sendAgain(there, []);
        else onDone();
      }}
    />
  );
}

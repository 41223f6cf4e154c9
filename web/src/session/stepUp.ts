/** Asks the person to prove who they are again, over the form that they are in. */
import { signal } from "@preact/signals";

/** The question that is open: its answer is whether the person proved it. */
export const question = signal<((proved: boolean) => void) | null>(null);

let open: Promise<boolean> | null = null;

/** Shows the code sheet, and returns whether the sign-in was renewed. Several requests share one question. */
export function confirmPerson(): Promise<boolean> {
  open ??= new Promise<boolean>((answer) => {
    question.value = (proved) => {
      question.value = null;
      open = null;
      answer(proved);
    };
  });
  return open;
}

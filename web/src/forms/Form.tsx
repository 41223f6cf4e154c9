/** A form. While it is sent its fields are locked, so that nobody writes words that the answer would sweep away. */
import { type ComponentChildren, createContext } from "preact";
import { useContext, useLayoutEffect, useRef } from "preact/hooks";

interface FormProps {
  children: ComponentChildren;
  /** Whether it is being sent. */
  busy?: boolean;
  onSend: () => unknown;
}

const Unfinished = createContext<(work: Promise<unknown>) => void>(() => undefined);

/** Returns what tells the form around a field of work that it has to wait for, as a photo that is being made small. */
export function useUnfinished(): (work: Promise<unknown>) => void {
  return useContext(Unfinished);
}

export function Form({ children, busy = false, onSend }: FormProps) {
  const focused = useRef<Element | null>(null);
  const works = useRef(new Set<Promise<unknown>>());
  const latest = useRef({ busy, onSend });
  latest.current = { busy, onSend };
  useLayoutEffect(() => {
    if (busy) focused.current = document.activeElement;
    else if (document.activeElement === document.body && focused.current instanceof HTMLElement)
      focused.current.focus(); // a locked field loses the focus
  }, [busy]);
  const send = async () => {
    while (works.current.size) await Promise.all(works.current);
    if (!latest.current.busy) latest.current.onSend();
  };
  const wait = (work: Promise<unknown>) => {
    works.current.add(work);
    void work.finally(() => works.current.delete(work));
  };
  return (
    <Unfinished.Provider value={wait}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <fieldset class="lock" role="presentation" disabled={busy}>
          {children}
        </fieldset>
      </form>
    </Unfinished.Provider>
  );
}

/** A form. While it is sent its fields are locked, so that nobody writes words that the answer would sweep away. */
import { type ComponentChildren, createContext } from "preact";
import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../words/words";
import { useKeptFocus } from "./keptFocus";

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
  const form = useRef<HTMLFormElement>(null);
  const works = useRef(new Set<Promise<unknown>>());
  const [waits, setWaits] = useState(false);
  const latest = useRef({ busy, waits, onSend, open: true });
  Object.assign(latest.current, { busy, onSend });
  const locked = busy || waits;
  useKeptFocus(form, locked);
  useLayoutEffect(() => {
    latest.current.open = true;
    return () => {
      latest.current.open = false;
    };
  }, []);
  const send = async () => {
    const now = latest.current;
    if (now.waits) return;
    if (works.current.size) {
      now.waits = true;
      setWaits(true);
      while (works.current.size) await Promise.allSettled(works.current);
      now.waits = false;
      setWaits(false);
      if (!now.open) return; // who left the page meanwhile finds the form as a draft
    }
    if (!now.busy) now.onSend();
  };
  const wait = (work: Promise<unknown>) => {
    works.current.add(work);
    const end = () => works.current.delete(work);
    work.then(end, end);
  };
  return (
    <Unfinished.Provider value={wait}>
      <form
        ref={form}
        noValidate
        tabIndex={locked ? -1 : undefined}
        aria-label={locked ? t("busy") : undefined}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <fieldset class="lock" role="presentation" disabled={locked}>
          {children}
        </fieldset>
      </form>
    </Unfinished.Provider>
  );
}

/** Reads an object as it is now, after a change that was meant for an older version, to compare both. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Failure, Refusal, Unreachable } from "../api/problems";
import { Button } from "../ui/Button";
import { Skeleton } from "../ui/Skeleton";
import { t } from "../words/words";
import { FailureNote } from "./FailureNote";

interface ReadAgainProps<T> {
  read: () => Promise<T>;
  onRead: (found: T) => void;
}

export function ReadAgain<T>({ read, onRead }: ReadAgainProps<T>) {
  const failure = useSignal<Failure | undefined>(undefined);
  const start = async () => {
    failure.value = undefined;
    try {
      onRead(await read());
    } catch (cause) {
      if (!(cause instanceof Refusal || cause instanceof Unreachable)) throw cause;
      failure.value = cause;
    }
  };
  useEffect(() => {
    void start();
  }, []);
  if (!failure.value) return <Skeleton />;
  return (
    <>
      <FailureNote failure={failure.value} />
      <Button onClick={() => void start()}>{t("try_again")}</Button>
    </>
  );
}

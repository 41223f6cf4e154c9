/** A button that reads a file of the API and gives it to the browser; why it failed is said beneath. */
import type { ComponentChildren } from "preact";
import { useAction } from "../api/action";
import { download } from "../api/download";
import { Button } from "../ui/Button";
import { FailureNote } from "./FailureNote";

interface DownloadButtonProps {
  /** The path of the API, without /api. */
  path: string;
  /** The name under which the phone keeps the file. */
  file: string;
  children: ComponentChildren;
}

export function DownloadButton({ path, file, children }: DownloadButtonProps) {
  const get = useAction(() => download(path, file));
  return (
    <>
      <Button kind="secondary" busy={get.busy.value} onClick={() => void get.run()}>
        {children}
      </Button>
      <FailureNote failure={get.failure.value} />
    </>
  );
}

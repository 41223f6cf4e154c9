/** One page: its title, which takes the focus when the page is opened, a way back, and its content. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../words/words";
import { Icon } from "./Icon";
import { withItsSearch } from "./pageBefore";

interface PageProps {
  title: string;
  /** Where Back leads; with its search and filters if that is the page before. */
  back?: string;
  /** Whether the content brings the h1, as the label of a page with one question. */
  ownHeading?: boolean;
  children: ComponentChildren;
}

let first = true;

export function Page({ title, back, ownHeading = false, children }: PageProps) {
  const page = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    document.title = `${title} – Khaya`;
  }, [title]);
  useLayoutEffect(() => {
    if (!first) page.current?.querySelector("h1")?.focus({ preventScroll: true });
    first = false;
  }, [location.pathname]); // one screen may show another object at the next address
  return (
    <div class="page" ref={page}>
      {back && (
        <a class="back" href={withItsSearch(back)}>
          <Icon name="back" />
          {t("back")}
        </a>
      )}
      {!ownHeading && <h1 tabIndex={-1}>{title}</h1>}
      {children}
    </div>
  );
}

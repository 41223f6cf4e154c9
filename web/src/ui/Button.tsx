/** Buttons and links that look like them. A button says what it does by a verb. */
import type { ComponentChildren } from "preact";
import { t } from "../words/words";

type Kind = "primary" | "secondary" | "plain" | "danger";

interface ButtonProps {
  children: ComponentChildren;
  kind?: Kind;
  /** Whether its act is running: it stays where it is, says so, and takes no second tap. */
  busy?: boolean;
  onClick?: () => void;
  type?: "button" | "submit";
}

export function Button({ children, kind = "primary", busy = false, onClick, type }: ButtonProps) {
  return (
    <button
      type={type ?? (onClick ? "button" : "submit")}
      class={`button ${kind}`}
      aria-disabled={busy ? "true" : undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.();
      }}
    >
      {children}
      {busy && <span role="status">{t("busy")}</span>}
    </button>
  );
}

export function LinkButton({
  href,
  kind = "primary",
  children,
}: {
  href: string;
  kind?: Kind;
  children: ComponentChildren;
}) {
  return (
    <a class={`button ${kind}`} href={href}>
      {children}
    </a>
  );
}

/** A message in a box: its kind is shown by an icon, a word and a colour. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./Icon";

type Kind = "info" | "done" | "error" | "offline" | "waiting";

const ICONS: Record<Kind, IconName> = {
  info: "info",
  done: "done",
  error: "warning",
  offline: "offline",
  waiting: "clock",
};

export function Note({
  kind,
  title,
  children,
}: {
  kind: Kind;
  title?: string;
  children?: ComponentChildren;
}) {
  return (
    <div class={`note ${kind}`} role={kind === "error" ? "alert" : "status"}>
      <Icon name={ICONS[kind]} />
      <div>
        {title && <h2>{title}</h2>}
        {children}
      </div>
    </div>
  );
}

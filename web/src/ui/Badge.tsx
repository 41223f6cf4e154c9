/** A state: an icon and a word. */
import { Icon, type IconName } from "./Icon";

export function Badge({
  icon,
  tone = "plain",
  children,
}: {
  icon: IconName;
  tone?: "plain" | "good" | "wait" | "bad";
  children: string;
}) {
  return (
    <span class={`badge ${tone}`}>
      <Icon name={icon} />
      {children}
    </span>
  );
}

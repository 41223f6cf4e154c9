/** An icon of the sprite. It stands beside words and says nothing by itself. */
import sprite from "./icons.svg?url";

export const ICON_NAMES = [
  "back",
  "find",
  "work",
  "inbox",
  "person",
  "camera",
  "info",
  "done",
  "warning",
  "offline",
  "clock",
  "star",
  "star_empty",
  "money",
  "place",
  "phone",
  "message",
  "share",
  "verified",
  "more",
  "close",
  "photo",
  "list",
  "settings",
  "help",
  "plumbing",
  "electrical",
  "construction",
  "painting",
  "roofing",
  "tiling",
  "carpentry",
  "landscaping",
  "gardening",
  "handyman",
  "cleaning",
  "other",
  "bricks",
  "cement",
  "timber",
  "paint",
  "tools",
] as const;
export type IconName = (typeof ICON_NAMES)[number];

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" aria-hidden="true" focusable="false">
      <use href={`${sprite}#${name}`} />
    </svg>
  );
}

/** The picture of a kind of work or material, where there is no photo, and beside its name. */
import type { Schemas } from "../api/client";
import { Icon } from "../ui/Icon";

export type JobCategory = Schemas["JobCard"]["category"];
export type MaterialCategory = Schemas["ListingCard"]["category"];

export const JOB_CATEGORIES: JobCategory[] = [
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
];

export const MATERIAL_CATEGORIES: MaterialCategory[] = [
  "bricks",
  "cement",
  "timber",
  "roofing",
  "plumbing",
  "electrical",
  "paint",
  "tools",
  "other",
];

export function CategoryPicture({ category }: { category: JobCategory | MaterialCategory }) {
  return (
    <span class="picture">
      <Icon name={category} />
    </span>
  );
}

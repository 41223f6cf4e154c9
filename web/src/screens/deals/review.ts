/** The values of a review's form, and the request that they become. */
import type { Schemas } from "../../api/client";

export const STARS = ["5", "4", "3", "2", "1"] as const;
export type Star = (typeof STARS)[number];

export const POINTS = ["workmanship", "punctuality", "communication", "cleanliness", "fairPrice"] as const;
export type Point = (typeof POINTS)[number];

/** The points that make sense about a worker, and about a buyer. */
export const POINTS_ABOUT: Record<"worker" | "buyer", readonly Point[]> = {
  worker: POINTS,
  buyer: ["punctuality", "communication", "fairPrice"],
};

export interface ReviewValues {
  rating: Star | null;
  points: Partial<Record<Point, Star>>;
  comment: string;
}

export const EMPTY_REVIEW: ReviewValues = { rating: null, points: {}, comment: "" };

/** Returns the request of a review; points without stars and an empty comment are left out. */
export function bodyOf(values: ReviewValues): Schemas["ReviewRequest"] {
  const body: Schemas["ReviewRequest"] = { rating: Number(values.rating) };
  const points = Object.entries(values.points).map(([point, star]) => [point, Number(star)]);
  if (points.length) body.subRatings = Object.fromEntries(points);
  if (values.comment.trim()) body.comment = values.comment.trim();
  return body;
}

/** Returns the values of a request that came back. */
export function valuesOf(body: Schemas["ReviewRequest"]): ReviewValues {
  const points = Object.entries(body.subRatings ?? {}).filter(([, stars]) => stars);
  return {
    rating: String(body.rating) as Star,
    points: Object.fromEntries(points.map(([point, stars]) => [point, String(stars)])),
    comment: body.comment ?? "",
  };
}

/** Not built yet. */
export default function WriteReview() {
  return null;
}

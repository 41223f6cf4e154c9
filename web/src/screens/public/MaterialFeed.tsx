/** Not built yet. */
export default function MaterialFeed() {
  return null;
}

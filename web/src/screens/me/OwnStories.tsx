/** Not built yet. */
export default function OwnStories() {
  return null;
}

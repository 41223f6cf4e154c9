/** Not built yet. */
export default function StoryFeed() {
  return null;
}

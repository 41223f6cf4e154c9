/** Not built yet. */
export default function StoryPage() {
  return null;
}

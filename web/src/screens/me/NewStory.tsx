/** Not built yet. */
export default function NewStory() {
  return null;
}

/** Not built yet. */
export default function PostJob() {
  return null;
}

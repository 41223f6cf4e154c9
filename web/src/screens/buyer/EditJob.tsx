/** Not built yet. */
export default function EditJob() {
  return null;
}

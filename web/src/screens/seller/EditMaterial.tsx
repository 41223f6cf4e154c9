/** Not built yet. */
export default function EditMaterial() {
  return null;
}

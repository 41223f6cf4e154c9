/** Not built yet. */
export default function NewMaterial() {
  return null;
}

/** Not built yet. */
export default function OwnMaterials() {
  return null;
}

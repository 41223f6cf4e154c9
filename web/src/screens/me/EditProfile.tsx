/** Not built yet. */
export default function EditProfile() {
  return null;
}

/** Not built yet. */
export default function Export() {
  return null;
}

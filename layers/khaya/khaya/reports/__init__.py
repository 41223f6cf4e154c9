"""Reports: what people bring to the admins' notice."""

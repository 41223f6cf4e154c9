"""Stories: what people of the marketplace have to tell each other, once an admin has read it."""

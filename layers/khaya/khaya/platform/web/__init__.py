"""The request pipeline of the REST API."""

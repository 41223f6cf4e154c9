"""Pages to share: the facts of one thing as a small HTML page, which messengers and search engines read."""

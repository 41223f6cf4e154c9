"""Pictures: decodes and re-encodes uploads after their hand-in, and creates and deletes public copies."""

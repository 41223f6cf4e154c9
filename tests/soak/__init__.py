"""Numbers as large as the marketplace may see them: `make soak`, some minutes, apart from the other tests."""

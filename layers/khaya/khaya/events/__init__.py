"""Events: what happened on the platform, derived from stream records, for consumers and the event bus."""

"""People as the service knows them: how to reach them, and whether they may act."""

"""Plain building blocks without AWS: time, ids, money, errors, models, settings, logs."""

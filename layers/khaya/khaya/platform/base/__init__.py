"""Building blocks that call no AWS service: time, ids, money, errors, models, settings, logs."""

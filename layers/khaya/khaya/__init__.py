"""The package of the Lambda layer: platform code and domains, shared by all functions."""

import gc

VERSION = "1.0.0"

MESSAGE_VERSION = 1
"""The form of messages between functions. It rises with a release whose messages the release before cannot read."""

ITEM_VERSION = 1
"""The form of stored items. It rises with a release whose items the release before cannot read."""

# Imported modules are never freed, so garbage collection during start is wasted: a sixth of the start.
gc.freeze()
gc.set_threshold(50_000)

"""The list of every stored place of personal data and typed text, and what erasures and exports do by it."""

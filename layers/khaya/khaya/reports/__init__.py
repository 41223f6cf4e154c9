"""Reports of content that breaks the rules, for admins to decide on."""

"""The monthly bill: published prices, usage read from the templates, and stated assumptions about traffic."""

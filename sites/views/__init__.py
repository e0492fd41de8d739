"""Pages of the sites app."""

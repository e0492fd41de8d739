"""The API of the estate: sites and all that belongs to them, read and written by the rules of pages and imports."""

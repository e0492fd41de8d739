"""The API of the base, and what the API of every app shares: who comes in, how errors read, how lists are paged.

Nothing is imported here: REST framework reads parts of this package while it is itself being imported.
"""

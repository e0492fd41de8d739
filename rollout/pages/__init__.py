"""The shell: pages that show several apps at once. May import everything, is imported by nobody."""

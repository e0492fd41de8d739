"""Pages of this app: people, schedule, the phone, review."""

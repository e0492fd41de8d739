"""Pages of this app: statement of work, plan, variations, packets, work orders."""

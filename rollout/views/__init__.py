"""Pages of the base: clients, rollouts, outcomes, waves, team, jobs, files."""

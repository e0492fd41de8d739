"""Asking people at a site: what the page and its e-mails say in nine languages, and how answers are read. Knows no Django."""

"""Reads: SQL in, small typed rows out. Lists are aggregated and paged in SQL."""

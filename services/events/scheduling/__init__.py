"""Who meets whom, and when, at a gathering: pure planning, people and wishes in, plans out; no clock, no I/O."""

"""Who meets whom, when and at which table: plain data in, plain data out; no clock, no database, no network."""

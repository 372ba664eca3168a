"""Whether the tests notice when a mechanism of the delivery promise is taken away: `make mutations`."""

"""How messages travel: a write leaves an outbox row, a relay carries it to Kafka, a worker makes it one effect.

One idea a file: `envelope` (CloudEvents on Kafka), `unit_of_work` (a write that also publishes), `outbox`, `lease`,
`relay` (with `claim`, `carrier`, `share`, `barred` and `backlog`); `reactions` (what a service does on which message),
`consumer`, `handling`, `inbox`; `parking`, `letters`, `retrying`, `dead` and `breaker` for what fails; `due`;
`projections` and what rebuilds them (`log`, `shadow`, `copying`, `gate`, `rebuild`); `announce`.
"""

"""The service beside its peers, on one machine, by ``python -m benchmarks``.

One server process has a core of its own, the load generator another. Contenders take turns
request by request (A B C D, A B C D, ...), so that what else the machine does meets them all.

- `contenders`: who is compared, and how each is started; `peers/` is their code.
- `cases`: the four requests; `story` and `data`: the user, the tasks and their databases.
- `serving` starts and ends a server; `wrk` measures it at its peak, `pacing` at a given rate;
  `client` asks for one thing at a time.
- `parity`: each must answer alike before it is timed.
- `throughput`, `latency`, `scale` with `lists`, `contract_layer`: what is measured, in this order.
- `plan`: how often and how long; `progress`: what a run is at; `figures`: the numbers.
- `machine`, `environment`: what it ran on, and the peers' pinned packages.
- `targets`: what is to be reached; `tables`, `plot`, `publication`: the numbers as Markdown, as a
  picture, and where they go.
"""
